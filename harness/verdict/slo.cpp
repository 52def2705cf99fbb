#include "harness/verdict/slo.hpp"

#include "harness/verdict/slo_judge.hpp"
#include "world/ensure.hpp"

namespace harness {

using reports::SloResult;

std::vector<SloResult> judge_slos(std::span<const Slo> slos, const reports::Recorder& recorder,
                                  const JudgeInput& input) {
  const reports::Layout& layout = recorder.layout();
  std::vector<SloResult> results;
  std::size_t next_threshold = 0;
  for (const Slo& slo : slos) {
    slo_judge::Case c{slo, recorder, input, filter_of(slo, layout),
                      input.confidence.shared_by(slos.size())};
    if (slo.is_counted()) {
      ENSURE(next_threshold < layout.thresholds.size(), "objectives were registered before");
      c.seconds = &recorder.threshold_seconds(next_threshold++);
    }
    SloResult result = slo.versus          ? slo_judge::judge_versus(c)
                       : slo.is_counted() ? slo_judge::judge_counted(c)
                                          : slo_judge::judge_measured(c);
    result.expr = slo.expr;
    result.lower_is_better = is_upper(slo.comparison);
    if (result.n_effective <= 0)
      result.n_effective = static_cast<double>(result.n) / result.design_effect;
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace harness
