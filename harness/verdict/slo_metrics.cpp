#include <array>

#include "harness/verdict/slo.hpp"
#include "world/ensure.hpp"

namespace harness {

namespace {

using reports::Latency;

constexpr std::array<Metric, 16> kMetrics{{
    {"response", "duration", "from the planned instant to the end of the answer",
     "share of requests with last_event - planned beyond the bound, or failed, is at most 1 - q",
     MetricKind::latency, Latency::response},
    {"service", "duration", "from the first byte sent to the end of the answer",
     "share of requests with last_event - sent beyond the bound, or failed, is at most 1 - q",
     MetricKind::latency, Latency::service},
    {"lateness", "duration", "the generator's own delay, from the planned instant to sending",
     "share of requests with sent - planned beyond the bound, or dropped, is at most 1 - q",
     MetricKind::latency, Latency::lateness},
    {"ttft", "duration", "time to first token, from the first byte sent; streams only",
     "share of streams with first_event - sent beyond the bound, or failed, is at most 1 - q",
     MetricKind::latency, Latency::ttft},
    {"stall", "duration", "the longest gap between two events of a stream; streams only",
     "share of streams with a gap beyond the bound, or failed, is at most 1 - q",
     MetricKind::latency, Latency::stall},
    {"inter_token", "duration", "each gap between two events of a stream, many per request",
     "share of gaps beyond the bound is at most 1 - q", MetricKind::latency, Latency::inter_token},
    {"queue_wait", "duration", "in the target's queue, if it says so (Server-Timing: queue;dur=)",
     "share of requests that told a wait, with one beyond the bound, is at most 1 - q",
     MetricKind::latency, Latency::queue_wait},
    {"agent_added", "duration", "what the agent adds: service time without the fakes' own time",
     "share of requests with service - time in the fakes beyond the bound is at most 1 - q",
     MetricKind::latency, Latency::agent_added},
    {"status", "duration", "each answer about the state of a background turn, many per turn",
     "share of polls with an answer beyond the bound, or without one of status 200, is at most "
     "1 - q",
     MetricKind::latency, Latency::status},
    {"error_rate", "share", "failed requests among those that ended; cancelled ones are left out",
     "(error + timeout + dropped) / (ok + error + timeout + dropped)", MetricKind::error_rate,
     Latency::response},
    {"goodput", "rate", "good answers per second: ok, and within the tightest response bound",
     "good requests planned in a stretch / its length; with n planned and k of them no good, k / n "
     "is at most 1 - bound * length / n",
     MetricKind::goodput, Latency::response},
    {"throughput", "rate", "requests per second that end ok, however slowly",
     "ok requests planned in a stretch / its length; with n planned and k of them not ok, k / n is "
     "at most 1 - bound * length / n",
     MetricKind::throughput, Latency::response},
    {"recovery_time", "duration", "from the end of the last fault window until service stays good",
     "first second after the heal with at most 5 % bad requests, in it and in every window of 10 s "
     "from it on; bad: not ok, or slower than the tightest response bound of p95 or above",
     MetricKind::recovery_time, Latency::response},
    {"retry_amplification", "number", "calls to providers for each turn that was asked",
     "requests that the fakes saw for turns of this run / turns asked of the target",
     MetricKind::retry_amplification, Latency::response},
    {"fairness", "number",
     "Jain's index of the users' good answers against max-min fair shares; 1 is fair",
     "(sum x)^2 / (n sum x^2), x = good / max-min fair share, over users who asked",
     MetricKind::fairness,
     Latency::response},
    {"memory_slope", "bytes/h", "how fast the target's memory grows",
     "median of the slopes between all pairs of samples of its memory (Theil-Sen)",
     MetricKind::memory_slope, Latency::response},
}};

}  // namespace

std::span<const Metric> metrics() { return kMetrics; }

const Metric& metric_of(MetricKind kind, Latency latency) {
  for (const Metric& metric : kMetrics)
    if (metric.kind == kind && (kind != MetricKind::latency || metric.latency == latency))
      return metric;
  ENSURE(false, "every metric has its row");
  return kMetrics[0];
}

bool holds(double value, Comparison comparison, double bound) {
  switch (comparison) {
    case Comparison::less: return value < bound;
    case Comparison::at_most: return value <= bound;
    case Comparison::more: return value > bound;
    case Comparison::at_least: return value >= bound;
    case Comparison::equal: return !(value < bound) && !(value > bound);
    case Comparison::not_equal: return value < bound || value > bound;
  }
  return false;
}

bool is_upper(Comparison comparison) {
  return comparison == Comparison::less || comparison == Comparison::at_most;
}

bool Slo::is_share() const {
  switch (kind) {
    case MetricKind::latency: return statistic == Statistic::percentile;
    case MetricKind::error_rate:
    case MetricKind::goodput:
    case MetricKind::throughput: return true;
    default: return false;
  }
}

bool Slo::is_counted() const {
  if (versus) return statistic == Statistic::avg;  // the limit of a share is not known before
  return is_share() || statistic == Statistic::avg || statistic == Statistic::max;
}

double Slo::budget() const {
  const std::int64_t ppm = kind == MetricKind::error_rate ? bound : 1'000'000 - percentile_ppm;
  return static_cast<double>(ppm) / 1e6;
}

double Slo::shown_bound() const {
  const double value = static_cast<double>(bound);
  switch (kind) {
    case MetricKind::latency: return statistic == Statistic::count ? value : value / 1e6;
    case MetricKind::recovery_time: return value / 1e9;
    case MetricKind::goodput:
    case MetricKind::throughput: return value / 3.6e9;
    case MetricKind::memory_slope: return value;
    default: return value / 1e6;
  }
}

}  // namespace harness
