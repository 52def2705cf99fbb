#include "harness/plan/trace.hpp"
#include "harness/scenario/errors.hpp"
#include "input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto rows = harness::parse_trace(fuzz::text_of(data, size),
                                           harness::TraceFormat::azure_llm, "fuzz.csv");
    world::Nanos last{0};
    for (const harness::TraceRow& row : rows) {
      ENSURE(row.at >= last, "a trace that goes back in time");
      last = row.at;
    }
  } catch (const harness::ScenarioErrors& errors) {
    ENSURE(!errors.errors().empty(), "refused without a reason");
  }
  return 0;
}
