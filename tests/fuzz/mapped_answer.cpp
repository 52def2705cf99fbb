#include "harness/client/mapping.hpp"

#include <iterator>

#include "input.hpp"

// The first byte chooses where the text is looked for, the rest is the answer of a target.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr const char* kPointers[] = {"/reply", "", "/0", "/choices/1/text", "/a~1b"};
  if (size == 0) return 0;
  harness::TargetMapping mapping;
  mapping.request.text = R"({"message": "{text}"})";
  mapping.text = kPointers[data[0] % std::size(kPointers)];
  mapping.error = "/error/message";
  mapping.session = "/session";
  const std::string_view answer = fuzz::text_of(data + 1, size - 1);
  const harness::MappedAnswer read = harness::Mapping(mapping).read(answer);
  ENSURE(!read.text || read.is_json, "text out of what is no JSON");
  ENSURE(!read.text || read.text->size() <= answer.size(), "text out of nothing");
  ENSURE(read.text || read.has_error || !read.trouble.empty(), "nothing, and nobody says why");
  return 0;
}
