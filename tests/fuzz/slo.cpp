#include "harness/verdict/slo.hpp"

#include "input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  try {
    const harness::Slo slo = harness::parse_slo(text);
    const harness::Slo again = harness::parse_slo(slo.expr);
    ENSURE(again.bound == slo.bound && again.percentile_ppm == slo.percentile_ppm &&
               again.cls == slo.cls && again.phase == slo.phase && again.kind == slo.kind &&
               again.statistic == slo.statistic && again.comparison == slo.comparison &&
               again.outcome == slo.outcome && again.streamed == slo.streamed &&
               again.window == slo.window && again.min_samples == slo.min_samples &&
               again.versus.has_value() == slo.versus.has_value(),
           "an expression means something else without its blanks");
    ENSURE(slo.expr.substr(slo.cls_offset).starts_with(slo.cls) &&
               slo.expr.substr(slo.phase_offset).starts_with(slo.phase),
           "a name that is not where it is said to be");
    if (slo.is_share() && !slo.versus && slo.shown_bound() > 0) {
      ENSURE(slo.budget() >= 0 && slo.budget() <= 1, "a budget that is no share");
    }
  } catch (const harness::SloError& error) {
    ENSURE(error.offset <= text.size(), "a fault beyond the expression's end");
  }
  return 0;
}
