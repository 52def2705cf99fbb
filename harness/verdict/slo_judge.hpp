// The parts of judge_slos, one file each: shares and their windows (slo_share.cpp), the comparison
// with a baseline (slo_versus.cpp), what is measured rather than estimated (slo_measured.cpp). Each
// takes one objective with what was counted for it. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "harness/verdict/slo.hpp"

namespace harness::slo_judge {

struct Case {
  const Slo& slo;
  const reports::Recorder& recorder;
  const JudgeInput& input;
  reports::Filter where;
  Confidence confidence;  // this objective's part
  // By second of the planned instant; null when the recorder counts nothing for it.
  const std::vector<reports::ThresholdSecond>* seconds = nullptr;
};

// What a few seconds counted together.
struct Window {
  std::uint64_t n = 0;
  std::uint64_t exceedances = 0;
  std::uint64_t undetermined = 0;
  std::uint64_t values = 0;
  double sum_ms = 0;
  double length_s = 0;
};
using Strata = std::vector<std::vector<Window>>;

// The seconds of a stretch, with what was planned after the end of the run in its last one, cut by
// phases into strata and these into about 30 windows of whole seconds each. With a filter on one
// phase there is one stratum; else one per phase, in order.
inline constexpr std::size_t kWindowsAimed = 30;
Strata strata_of(const Case& c, const Stretch& stretch);
Window total_of(const Strata& strata);
double design_effect_of(const Strata& strata);

// Latencies that do not wait for an answer: what has one is judged, whatever became of the request.
bool has_every_request(reports::Latency latency);

// Those with a latency that counts as one: the answers, or all for latencies that every request
// has, or those of the outcome that is asked for.
reports::Histogram values_of(const Case& c, reports::Filter where);

// The percentile and its interval among n, where whatever has no value ranks above all that have.
void add_percentile(reports::SloResult& r, const Slo& slo, const reports::Histogram& values,
                    double alpha = 0.05);

// A PASS on fewer samples than were asked for is none.
void demand_minimum(reports::SloResult& r, const Slo& slo);

reports::SloResult judge_counted(const Case& c);   // shares, avg and max, with windows
reports::SloResult judge_versus(const Case& c);
reports::SloResult judge_measured(const Case& c);  // the rest

// One stretch of a mean, of a rate in closed loops, or of a maximum.
reports::SloResult judge_mean(const Case& c, const Stretch& stretch, const Confidence& confidence);
reports::SloResult judge_maximum(const Case& c, const Stretch& stretch);
std::uint64_t unfinished(const Case& c);  // whose latency is not known
std::optional<BatchMean> mean_of(const Strata& strata);  // of the values, in milliseconds

inline constexpr const char* kNoData = "no data: no request says anything about this objective";

}  // namespace harness::slo_judge
