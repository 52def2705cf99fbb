// The planted bug: a length that is believed. If no fuzzer run crashes here, the machinery is
// broken (no coverage feedback, no sanitizer), and what the others do not find means nothing.
#include <vector>

#include "input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 6 || data[0] != 's' || data[1] != 's' || data[2] != 'e' || data[3] != ':') return 0;
  const std::vector<std::uint8_t> body(data + 5, data + size);
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < data[4]; ++i) sum += body.data()[i];  // data[4] may be too large
  return sum == UINT32_MAX ? -1 : 0;
}
