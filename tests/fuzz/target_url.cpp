#include "harness/run/target_url.hpp"

#include "harness/run/run.hpp"
#include "input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  try {
    ENSURE(!harness::parse_target_url(text).endpoint.host.empty(), "a target without a host");
  } catch (const harness::TargetError&) {
  }
  try {
    ENSURE(!harness::parse_address(text).host.empty(), "an address without a host");
  } catch (const harness::TargetError&) {
  }
  return 0;
}
