#include "harness/run/progress_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "harness/run/suite_parts.hpp"
#include "reports/text.hpp"

namespace harness {

namespace {

constexpr std::size_t kColumns = 79;

double seconds_of(world::Instant t) { return reports::seconds(world::since_start(t)); }

std::string whole_seconds(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::max(0.0, seconds) + 0.5);
  return reports::human_duration(std::chrono::seconds(whole));
}

}  // namespace

std::string progress_text(const ProgressFacts& facts) {
  std::string name = reports::terminal_text(facts.scenario);
  if (reports::width_of(name) > 24) name = name.substr(0, 23) + "~";
  if (facts.done < 0) {
    return fmt::format("{:<24}  begins in {}", name, whole_seconds(-facts.done));
  }
  const double share = facts.all > 0 ? std::clamp(facts.done / facts.all, 0.0, 1.0) : 0;
  std::string line = fmt::format("{:<24} {:3d}%  {}/s", name, static_cast<int>(100 * share),
                                 reports::human_number(facts.rate));
  if (facts.p95) line += "  p95 " + reports::human_duration(*facts.p95);
  const double errors =
      facts.ended == 0 ? 0 : static_cast<double>(facts.failed) / static_cast<double>(facts.ended);
  line += "  errors " + reports::human_share(errors);
  const std::string left = facts.left ? "  " + whole_seconds(*facts.left) + " left" : "";
  std::string active;
  for (const std::string& fault : facts.faults) {
    active += (active.empty() ? "  [" : " ") + reports::terminal_text(fault);
  }
  if (!active.empty()) active += "]";
  const std::size_t taken = line.size() + left.size();
  if (taken + active.size() > kColumns) {
    active = taken + 5 < kColumns ? active.substr(0, kColumns - taken - 2) + "~]" : "";
  }
  return (line + active + left).substr(0, kColumns);
}

ProgressLine::ProgressLine(const Prepared& prepared, const RunOptions& options, bool quiet)
    : scenario_(prepared.scenario.name),
      faults_(planned_faults(prepared)),
      time_scale_(options.mode == Mode::live ? options.time_scale : 0),
      on_(!quiet),
      terminal_(::isatty(STDERR_FILENO) == 1),
      begun_(world::RealClock::steady_now()),
      last_(begun_) {}

void ProgressLine::wipe() {
  if (drawn_) std::fprintf(stderr, "\r\033[K");
  drawn_ = false;
}

ProgressFacts ProgressLine::facts_of(const Progress& progress, std::int64_t now) {
  ProgressFacts facts;
  facts.scenario = scenario_;
  facts.done = seconds_of(progress.now);
  facts.all = seconds_of(progress.end);
  facts.ended = progress.ended;
  facts.failed = progress.failed;
  const double since = facts.done - last_done_;
  if (since > 0) facts.rate = static_cast<double>(progress.ended - last_ended_) / since;
  if (progress.recorder != nullptr) {
    const auto responses = progress.recorder->histogram(reports::Latency::response);
    if (responses.count() > 0) facts.p95 = responses.percentile(950'000);
  }
  for (const reports::FaultResult& fault : faults_) {
    if (fault.begin <= progress.now && progress.now < fault.end) facts.faults.push_back(fault.id);
  }
  const double share = facts.all > 0 ? facts.done / facts.all : 0;
  if (time_scale_ > 0) {
    facts.left = (facts.all - facts.done) / time_scale_;
  } else if (share > 0.01) {
    facts.left = static_cast<double>(now - begun_) / 1e9 * (1 - share) / share;
  }
  last_done_ = std::max(0.0, facts.done);
  last_ended_ = progress.ended;
  return facts;
}

void ProgressLine::show(const Progress& progress) {
  if (!on_) return;
  const std::int64_t now = world::RealClock::steady_now();
  if (now - last_ < (terminal_ ? kRedrawNanos : kLogNanos)) return;
  last_ = now;
  const std::string line = progress_text(facts_of(progress, now));
  std::fprintf(stderr, terminal_ ? "\r\033[K%s" : "%s\n", line.c_str());
  std::fflush(stderr);
  drawn_ = terminal_;
}

}  // namespace harness
