#include "harness/run/judge.hpp"
#include "input.hpp"
#include "reports/measurements_json.hpp"
#include "reports/read_measurements.hpp"
#include "reports/result_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    // What is read is written so that it reads the same, and can be judged.
    const std::string text = reports::measurements_text(
        reports::read_measurements(fuzz::text_of(data, size), harness::add_thresholds));
    auto measured = std::make_shared<const reports::Measurements>(
        reports::read_measurements(text, harness::add_thresholds));
    ENSURE(reports::measurements_text(*measured) == text, "measurements changed on their way");
    reports::write_result_json(harness::judge(measured), {}, [](std::string_view) {});
  } catch (const reports::MeasurementsError&) {
  }
  return 0;
}
