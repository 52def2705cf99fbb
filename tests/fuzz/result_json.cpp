#include "input.hpp"
#include "reports/read_result.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const reports::RunRecord record = reports::read_result(fuzz::text_of(data, size));
    static_cast<void>(record);
  } catch (const reports::ResultError&) {
  }
  return 0;
}
