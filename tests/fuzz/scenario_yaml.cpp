#include "harness/scenario/errors.hpp"
#include "harness/scenario/loader.hpp"
#include "input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const harness::Scenario scenario =
        harness::parse_scenario(fuzz::text_of(data, size), "fuzz.yaml");
    static_cast<void>(scenario);
  } catch (const harness::ScenarioErrors& errors) {
    ENSURE(!errors.errors().empty(), "refused without a reason");
  }
  return 0;
}
