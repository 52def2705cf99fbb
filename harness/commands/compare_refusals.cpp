// Which runs cannot be compared, and why; see compare_judge.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/commands/compare_judge.hpp"
#include "reports/text.hpp"

namespace harness {

using reports::RunRecord;

namespace {

constexpr std::size_t kKeysShown = 20;
constexpr std::size_t kValueShown = 60;

using Configuration = std::map<std::string, std::string>;

bool is_allowed(const std::string& key, const std::vector<std::string>& allowed) {
  return std::any_of(allowed.begin(), allowed.end(), [&](const std::string& a) {
    return key == a || key.starts_with(a + ".");
  });
}

std::string shown(const Configuration& all, const std::string& key) {
  const auto found = all.find(key);
  if (found == all.end()) return "nothing";
  std::string text = reports::terminal_text(found->second);
  if (text.size() > kValueShown) {
    text.resize(kValueShown);
    text += "...";
  }
  return text;
}

void add_differences(const Configuration& base, const Configuration& candidate,
                     const std::vector<std::string>& allowed, std::vector<std::string>& out) {
  std::set<std::string> keys;
  for (const auto& [key, value] : base) keys.insert(key);
  for (const auto& [key, value] : candidate) keys.insert(key);
  std::vector<std::string> lines;
  for (const std::string& key : keys) {
    const auto one = base.find(key), other = candidate.find(key);
    const bool same = one != base.end() && other != candidate.end() && one->second == other->second;
    if (same || is_allowed(key, allowed)) continue;
    lines.push_back(fmt::format("{}: {} against {}", key, shown(base, key), shown(candidate, key)));
  }
  if (lines.empty()) return;
  std::string text = fmt::format("the configuration differs in {} {}:", lines.size(),
                                 lines.size() == 1 ? "value" : "values");
  for (std::size_t i = 0; i < std::min(lines.size(), kKeysShown); ++i) text += "\n    " + lines[i];
  if (lines.size() > kKeysShown) {
    text += fmt::format("\n    and {} more", lines.size() - kKeysShown);
  }
  text += "\n  run both sides with the same one, or say what may differ: --allow " +
          lines.front().substr(0, lines.front().find(": "));
  out.push_back(std::move(text));
}

void add_unfit(const FinishedRun& run, std::vector<std::string>& out) {
  const RunRecord& record = run.record;
  if (!record.segment.empty()) {
    out.push_back(run.folder + " is segment " + record.segment + " of a run; merge first "
                  "(shakedown merge)");
    return;
  }
  std::string why;
  if (record.interrupted) why = "was interrupted";
  if (!record.stopped_early.empty()) why = "was " + record.stopped_early;
  if (record.verdict == reports::Verdict::invalid) {
    why = "is INVALID and says nothing about its target" +
          (record.reasons.empty() ? "" : " (" + record.reasons.front() + ")");
  }
  if (!why.empty()) out.push_back(run.folder + " " + why + "; run it again");
}

void add_twice(std::span<const FinishedRun> runs, std::vector<std::string>& out) {
  std::map<std::uint64_t, std::string> folders;
  for (const FinishedRun& run : runs) {
    const auto [first, is_new] = folders.emplace(run.record.seed, run.folder);
    if (is_new || run.record.mode != "sim") continue;
    out.push_back(fmt::format("{} and {} are both simulated with seed {}: one of them says "
                              "nothing new",
                              first->second, run.folder, run.record.seed));
  }
}

// "7", or "7 and others".
std::string seeds_of(std::span<const FinishedRun> runs) {
  return std::to_string(runs.front().record.seed) + (runs.size() > 1 ? " and others" : "");
}

}  // namespace

std::vector<std::string> refusals(std::span<const FinishedRun> base,
                                  std::span<const FinishedRun> candidate,
                                  const std::vector<std::string>& allowed) {
  std::vector<std::string> out;
  const FinishedRun& first = base.front();
  for (const std::span<const FinishedRun>& side : {base, candidate}) {
    for (const FinishedRun& run : side) {
      const std::size_t before = out.size();
      if (run.record.scenario != first.record.scenario) {
        out.push_back(fmt::format("the scenario differs: {} against {}", first.record.scenario,
                                  run.record.scenario));
      } else if (run.record.mode != first.record.mode) {
        out.push_back(fmt::format("the mode differs: {} is {}, {} is {}", first.folder,
                                  first.record.mode, run.folder, run.record.mode));
      } else if (run.record.time_scale != first.record.time_scale) {
        out.push_back(fmt::format("--time-scale differs: {} against {}", first.record.time_scale,
                                  run.record.time_scale));
      } else {
        add_differences(first.record.configuration, run.record.configuration, allowed, out);
      }
      add_unfit(run, out);
      if (out.size() > before) break;  // one run of a side is enough to read
    }
    add_twice(side, out);
  }
  if (!out.empty() || first.record.mode != "sim") return out;
  const bool shared = std::any_of(base.begin(), base.end(), [&](const FinishedRun& one) {
    return std::any_of(candidate.begin(), candidate.end(), [&](const FinishedRun& other) {
      return one.record.seed == other.record.seed;
    });
  });
  if (!shared) {
    out.push_back(fmt::format("no seed is on both sides ({} against {}); simulated runs are "
                              "compared seed by seed",
                              seeds_of(base), seeds_of(candidate)));
  }
  return out;
}

}  // namespace harness
