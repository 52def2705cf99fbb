#include "agent/api/sanitise.hpp"

#include "input.hpp"

// Whole or in pieces, the same leaves, and nothing is left to take out of it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::text_of(data, size));
  const std::string whole = agent::sanitised(text);
  const std::size_t step = text.empty() ? 1 : 1 + static_cast<unsigned char>(text[0]) % 7;
  agent::Sanitiser sanitiser;
  std::string left;
  for (std::size_t at = 0; at < text.size(); at += step) {
    left += sanitiser.piece(std::string_view(text).substr(at, step));
  }
  left += sanitiser.finish();
  ENSURE(left == whole, "a text in pieces leaves otherwise than whole");
  return 0;
}
