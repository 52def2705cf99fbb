#include <algorithm>

#include "harness/verdict/slo.hpp"
#include "harness/verdict/slo_text.hpp"
#include "reports/text.hpp"

namespace harness {

namespace {

using reports::Filter;
using reports::Latency;
using reports::Layout;
using world::Nanos;

template <class Named, class NameOf>
std::uint32_t index_of(const std::string& wanted, std::size_t offset, std::string_view what,
                       const std::vector<Named>& rows, NameOf&& name_of) {
  if (wanted.empty()) return Filter::kAll;
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (name_of(rows[i]) == wanted) return static_cast<std::uint32_t>(i);
    names.push_back(name_of(rows[i]));
  }
  throw SloError(offset, "unknown " + std::string(what) + " " + wanted +
                             slo_text::suggestion(wanted, names));
}

const std::string& name_of(const reports::Phase& phase) { return phase.name; }

void check_versus(const Slo& slo, const Layout& layout) {
  const bool has_baseline =
      std::any_of(layout.phases.begin(), layout.phases.end(),
                  [](const reports::Phase& phase) { return phase.name == "baseline"; });
  if (!has_baseline)
    throw SloError(slo.versus->offset,
                   "the scenario has no phase named baseline to compare with; name one so, or "
                   "give a bound");
  if (slo.phase == "baseline")
    throw SloError(slo.phase_offset, "baseline cannot be compared with itself; name another phase");
  if (slo.phase.empty() && layout.phases.size() == 1)
    throw SloError(slo.versus->offset, "baseline is the only phase; nothing is left to compare");
}

// The least number of requests with which a count can be what is asked for.
std::uint64_t count_needed(const Slo& slo) {
  const auto bound = static_cast<std::uint64_t>(slo.bound);
  switch (slo.comparison) {
    case Comparison::more: return bound + 1;
    case Comparison::at_least:
    case Comparison::equal: return bound;
    default: return 0;
  }
}

bool is_of_all(const Slo& slo) {
  return slo.cls.empty() && slo.phase.empty() && !slo.outcome && !slo.streamed && !slo.versus;
}

}  // namespace

Filter filter_of(const Slo& slo, const Layout& layout) {
  Filter where;
  where.cls = index_of(slo.cls, slo.cls_offset, "class", layout.classes,
                       [](const std::string& name) -> const std::string& { return name; });
  where.phase = index_of(slo.phase, slo.phase_offset, "phase", layout.phases, name_of);
  where.outcome = slo.outcome;
  where.streamed = slo.streamed;
  if (slo.versus) check_versus(slo, layout);
  if (slo.window > Nanos{0} && windows_of(slo, layout).empty())
    throw SloError(slo.window_offset,
                   "no whole window of " + reports::human_duration(slo.window) + " fits into the " +
                       reports::human_duration(stretch_of(slo, layout).length()) + " of " +
                       (slo.phase.empty() ? "the run" : "phase " + slo.phase));
  return where;
}

Stretch stretch_of(const Slo& slo, const Layout& layout) {
  for (const reports::Phase& phase : layout.phases)
    if (phase.name == slo.phase) return {phase.begin, phase.end};
  return {world::Instant{}, world::Instant{} + layout.duration};
}

std::vector<Stretch> windows_of(const Slo& slo, const Layout& layout) {
  const Stretch whole = stretch_of(slo, layout);
  if (slo.window == Nanos{0}) return {whole};
  std::vector<Stretch> windows;
  for (world::Instant at = whole.begin; at + slo.window <= whole.end; at += slo.window)
    windows.push_back({at, at + slo.window});
  const bool has_tail = !windows.empty() && windows.back().end < whole.end;
  if (has_tail) windows.push_back({whole.end - slo.window, whole.end});
  return windows;
}

void register_thresholds(std::span<const Slo> slos, Layout& layout) {
  using Exceeds = reports::Threshold::Exceeds;
  constexpr std::uint32_t kTailPpm = 950'000;  // a lower percentile lets too many good ones exceed
  for (const Slo& slo : slos) {
    const Filter where = filter_of(slo, layout);
    if (!slo.is_counted()) continue;
    reports::Threshold threshold{slo.latency, Nanos{0}, slo.inclusive(), where, Exceeds::latency};
    if (slo.kind == MetricKind::latency) threshold.bound = Nanos(slo.bound);
    if (slo.kind == MetricKind::error_rate) threshold.exceeds = Exceeds::failure;
    if (slo.kind == MetricKind::goodput) threshold.exceeds = Exceeds::not_good;
    if (slo.kind == MetricKind::throughput) threshold.exceeds = Exceeds::not_ok;
    if (slo.versus) threshold.where.phase = Filter::kAll;  // the baseline is needed too
    layout.thresholds.push_back(threshold);
    const bool is_tail = slo.percentile_ppm >= kTailPpm || slo.statistic == Statistic::max;
    const bool is_response =
        slo.kind == MetricKind::latency && slo.latency == Latency::response;
    if (is_response && is_tail && is_of_all(slo))
      layout.good_within = std::min(layout.good_within, Nanos(slo.bound));
  }
}

std::optional<Nanos> latency_bound(const Slo& slo) {
  const bool is_of_agent = slo.latency == Latency::lateness || slo.latency == Latency::queue_wait ||
                           slo.latency == Latency::inter_token ||
                           slo.latency == Latency::agent_added ||
                           slo.latency == Latency::status;
  const bool is_bound = slo.kind == MetricKind::latency && slo.is_counted() && !slo.versus;
  if (!is_bound || is_of_agent) return std::nullopt;
  return Nanos(slo.bound);
}

std::optional<Nanos> tightest_bound(std::span<const Slo> slos) {
  std::optional<Nanos> tightest;
  for (const Slo& slo : slos) {
    const std::optional<Nanos> bound = latency_bound(slo);
    if (bound && (!tightest || *bound < *tightest)) tightest = bound;
  }
  return tightest;
}

double rate_budget(const Slo& slo, Nanos stretch, std::uint64_t n) {
  const double wanted = slo.shown_bound() * reports::seconds(stretch);
  return n == 0 ? 0 : 1 - wanted / static_cast<double>(n);
}

std::uint64_t samples_needed(const Slo& slo, Nanos stretch, const Confidence& confidence) {
  const bool is_rate = slo.kind == MetricKind::goodput || slo.kind == MetricKind::throughput;
  std::uint64_t able = 0;
  if (is_rate) {
    able = samples_to_exceed(slo.shown_bound() * reports::seconds(stretch), confidence.pass);
  } else if (slo.versus) {  // half of the error is the baseline's own
    if (slo.statistic == Statistic::percentile)
      able = samples_to_pass(0, slo.budget(), confidence.pass / 2);
  } else if (slo.is_share()) {
    able = samples_to_pass(0, slo.budget(), confidence.pass);
  }
  if (slo.statistic == Statistic::count) able = count_needed(slo);
  if (slo.is_share() && !slo.versus && able == 0) return 0;  // more than there can be
  const bool is_counted = slo.kind == MetricKind::latency || slo.is_share();
  if (able == 0 && (!is_counted || slo.min_samples <= 1)) return 0;
  return std::max(able, slo.min_samples);
}

}  // namespace harness
