#include "harness/client/chat_json.hpp"
#include "input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  for (const auto& piece : {harness::read_chat_answer(text), harness::read_chat_chunk(text)}) {
    ENSURE(!piece.content || piece.content->size() <= text.size(), "content out of nothing");
  }
  return 0;
}
