#include "harness/run/decidable.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/text.hpp"

namespace harness {

namespace {

using reports::human_count;
using reports::human_duration;
using reports::Latency;

bool is_of_streams(const Slo& slo) {
  return slo.kind == MetricKind::latency &&
         (slo.latency == Latency::ttft || slo.latency == Latency::stall);
}

bool is_of_the_plan(const Slo& slo) {
  if (slo.kind != MetricKind::latency) return slo.is_share();
  return slo.latency != Latency::inter_token && slo.latency != Latency::status;
}

// "of class chat in outage"
std::string where_text(const Prepared& prepared, const Slo& slo, const Stretch& stretch) {
  std::string text;
  if (slo.streamed == false) text += " unstreamed";
  else if (is_of_streams(slo) || slo.streamed) text += " streamed";
  if (!slo.cls.empty()) text += " of class " + slo.cls;
  if (!slo.phase.empty()) text += " in " + slo.phase;
  const Stretch whole = stretch_of(slo, prepared.layout);
  if (slo.window.count() > 0 && whole.length() != stretch.length())
    text += fmt::format(" in its window {}..{}", human_duration(world::since_start(stretch.begin)),
                        human_duration(world::since_start(stretch.end)));
  return text;
}

}  // namespace

PlannedFor planned_for(const Prepared& prepared, const Slo& slo) {
  reports::Filter where = filter_of(slo, prepared.layout);
  if (is_of_streams(slo)) where.streamed = true;
  PlannedFor planned{std::nullopt, stretch_of(slo, prepared.layout)};
  if (!is_of_the_plan(slo)) return planned;
  for (const ClosedLoop& loop : prepared.plan.closed)
    if (where.cls == reports::Filter::kAll || where.cls == loop.load_class) return planned;

  const std::vector<Stretch> windows = windows_of(slo, prepared.layout);
  std::vector<std::uint64_t> counts(windows.size());
  const auto whole =  // windows; one more may overlap the last of them
      slo.window.count() == 0 ? 1 : static_cast<std::size_t>(planned.stretch.length() / slo.window);
  for (const PlannedRequest& request : prepared.plan.requests) {
    const std::uint32_t phase = prepared.layout.phase_at(request.at);
    if (!where.admits(phase, request.load_class)) continue;
    if (where.streamed && *where.streamed != request.stream) continue;
    if (slo.versus && slo.phase.empty() && prepared.layout.phases[phase].name == "baseline")
      continue;
    if (slo.window.count() == 0) {
      ++counts[0];
      continue;
    }
    if (request.at < windows.front().begin) continue;
    const auto index =
        static_cast<std::size_t>((request.at - windows.front().begin) / slo.window);
    if (index < whole) ++counts[index];
    const bool is_in_tail = request.at >= windows.back().begin && request.at < windows.back().end;
    if (whole < windows.size() && is_in_tail) ++counts.back();
  }
  const auto poorest = std::min_element(counts.begin(), counts.end());
  planned.requests = *poorest;
  planned.stretch = windows[static_cast<std::size_t>(poorest - counts.begin())];
  return planned;
}

namespace {

// Of what is measured over the whole run: the most samples that it can have, where the plan says.
struct MostSamples {
  std::optional<std::uint64_t> count;
  std::string_view what;
};
MostSamples most_samples(const Prepared& prepared, const Slo& slo) {
  const Plan& plan = prepared.plan;
  switch (slo.kind) {
    case MetricKind::fairness: {
      std::uint64_t users = 0;
      for (const UserRange& range : plan.users) users += range.count;
      if (users == 0) return {};
      return {users, "users"};
    }
    case MetricKind::recovery_time:
    case MetricKind::retry_amplification:
      if (!plan.closed.empty()) return {};
      return {plan.requests.size(), "requests"};
    default: return {};
  }
}

}  // namespace

std::vector<ScenarioError> undecidable(const Prepared& prepared) {
  std::vector<ScenarioError> errors;
  for (std::size_t i = 0; i < prepared.slos.size(); ++i) {
    const Slo& slo = prepared.slos[i];
    const MostSamples most = most_samples(prepared, slo);
    if (most.count && slo.min_samples > std::max<std::uint64_t>(*most.count, 1)) {
      errors.push_back({prepared.scenario.slos[i].place,
                        fmt::format("`{}` asks for {} samples; there can be {}, as many as {} are "
                                    "planned",
                                    slo.expr, human_count(slo.min_samples),
                                    human_count(*most.count), most.what)});
    }
    const PlannedFor planned = planned_for(prepared, slo);
    if (!planned.requests) continue;
    const std::uint64_t needed = samples_needed(slo, planned.stretch.length());
    if (*planned.requests >= std::max<std::uint64_t>(needed, 1)) continue;
    const std::string count =
        *planned.requests == 0 ? "none" : human_count(*planned.requests);
    errors.push_back({prepared.scenario.slos[i].place,
                      fmt::format("`{}` needs at least {} requests to pass; {} {} planned{}",
                                  slo.expr, human_count(std::max<std::uint64_t>(needed, 1)), count,
                                  *planned.requests == 1 ? "is" : "are",
                                  where_text(prepared, slo, planned.stretch))});
  }
  return errors;
}

}  // namespace harness
