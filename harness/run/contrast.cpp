#include "harness/run/contrast.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/text.hpp"

namespace harness {

using reports::human_count;
using reports::InvariantResult;
using reports::SloResult;
using reports::Verdict;

namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kCellColumns = 17;   // of one profile
constexpr std::size_t kAboutMax = 160;     // characters of a scenario's first sentence
constexpr std::size_t kWitnessMax = 160;   // of what broke an invariant

// One thing that is asked of every profile, and how each answered.
struct Asked {
  std::string what;
  struct Answer {
    Verdict verdict = Verdict::invalid;
    std::string value;
  };
  std::vector<Answer> answers;
  std::string witness;  // of the first profile that broke an invariant
};

// The value; where it lies among failures, or failures alone break the bound, how many they are.
Asked::Answer answer_of(const SloResult& slo) {
  const bool is_within = slo.value && slo.lower_is_better && *slo.value < slo.bound;
  const bool tells_nothing = !slo.value || (slo.verdict == Verdict::fail && is_within);
  if (slo.n > 0 && tells_nothing) {
    return {slo.verdict, human_count(slo.exceedances) + " of " + human_count(slo.n)};
  }
  return {slo.verdict, reports::human_quantity(slo.value, slo.unit, "no data")};
}

Asked::Answer answer_of(const InvariantResult& invariant) {
  if (!invariant.skipped.empty()) return {Verdict::inconclusive, "skipped"};
  if (invariant.checked == 0) return {invariant.verdict, "nothing to see"};
  if (invariant.violation_count == 0) return {invariant.verdict, "holds"};
  return {invariant.verdict, human_count(invariant.violation_count) + " broken"};
}

bool is_told(const Asked& asked) {
  return std::any_of(asked.answers.begin(), asked.answers.end(),
                     [](const Asked::Answer& a) { return a.verdict != Verdict::pass; });
}

std::string shortened(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  text.resize(text.rfind(' ', most));
  return text + " ...";
}

// What not all profiles kept, in the order of the scenario, objectives first.
std::vector<Asked> told_of(const Contrast& contrast) {
  std::vector<Asked> all;
  const ContrastRun& first = contrast.runs.front();
  for (std::size_t i = 0; i < first.slos.size(); ++i) {
    Asked asked{first.slos[i].expr, {}, {}};
    for (const ContrastRun& run : contrast.runs) asked.answers.push_back(answer_of(run.slos[i]));
    all.push_back(std::move(asked));
  }
  for (std::size_t i = 0; i < first.invariants.size(); ++i) {
    Asked asked{first.invariants[i].name, {}, {}};
    for (const ContrastRun& run : contrast.runs) {
      const InvariantResult& invariant = run.invariants[i];
      asked.answers.push_back(answer_of(invariant));
      if (!asked.witness.empty() || invariant.violations.empty()) continue;
      asked.witness = shortened(invariant.violations.front().what, kWitnessMax);
    }
    all.push_back(std::move(asked));
  }
  std::erase_if(all, [](const Asked& asked) { return !is_told(asked); });
  return all;
}

std::string first_sentence(const std::string& about) {
  std::string text = about;
  std::replace(text.begin(), text.end(), '\n', ' ');
  const std::size_t end = text.find(". ");
  if (end != std::string::npos) text.resize(end + 1);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return shortened(std::move(text), kAboutMax);
}

// Why a run says nothing about the core, where a verdict alone does not tell.
std::string said_of_invalid(const Contrast& contrast, std::span<const std::string> profiles) {
  std::string text;
  for (std::size_t i = 0; i < contrast.runs.size(); ++i) {
    if (contrast.runs[i].verdict != Verdict::invalid) continue;
    text += (text.empty() ? "" : " ") + profiles[i] + ": " + contrast.runs[i].reason;
  }
  return text;
}

std::string padded(std::string text, std::size_t width) {
  const std::size_t has = reports::width_of(text);
  if (has < width) text.append(width - has, ' ');
  return text;
}

// A row of the terminal's table: what is too long stands on lines of its own above the answers.
std::string text_row(const std::string& indent, const std::string& what,
                     const std::vector<std::string>& cells) {
  const std::size_t width = kColumns - cells.size() * kCellColumns;
  std::string line = indent + reports::terminal_text(what);
  std::string out;
  if (reports::width_of(line) + 1 > width) {
    out = reports::wrapped(reports::terminal_text(what), kColumns, indent) + "\n";
    line.clear();
  }
  line = padded(std::move(line), width);
  for (const std::string& cell : cells) line += padded(cell, kCellColumns);
  while (line.back() == ' ') line.pop_back();
  return out + line + "\n";
}

// Names and objectives as code; what could break out of it is escaped instead.
std::string code_text(const std::string& text) {
  const bool is_plain = text.find_first_of("`|\n") == std::string::npos;
  return is_plain ? "`" + text + "`" : reports::markdown_text(text);
}

std::string value_text(const Asked::Answer& answer) {
  return answer.verdict == Verdict::fail ? answer.value + " !"
         : answer.verdict == Verdict::inconclusive ? answer.value + " ?"
                                                   : answer.value;
}

}  // namespace

ContrastRun contrast_run(const reports::RunRecord& record) {
  return {record.verdict, record.reasons.empty() ? "" : record.reasons.front(), record.slos,
          record.invariants};
}

std::string contrast_text(std::span<const Contrast> all, std::span<const std::string> profiles) {
  std::string out = text_row("", "", {profiles.begin(), profiles.end()});
  for (const Contrast& contrast : all) {
    std::vector<std::string> verdicts;
    for (const ContrastRun& run : contrast.runs) verdicts.emplace_back(name_of(run.verdict));
    out += text_row("", contrast.scenario, verdicts);
    for (const Asked& asked : told_of(contrast)) {
      std::vector<std::string> values;
      for (const Asked::Answer& answer : asked.answers) values.push_back(value_text(answer));
      out += text_row("  ", asked.what, values);
      if (asked.witness.empty()) continue;
      out += reports::wrapped(reports::terminal_text(asked.witness), kColumns, "    ") + "\n";
    }
    const std::string invalid = said_of_invalid(contrast, profiles);
    if (!invalid.empty()) {
      out += reports::wrapped(reports::terminal_text(invalid), kColumns, "    ") + "\n";
    }
  }
  return out + "(! breaks what is asked; ? too little to tell; what all keep is not shown)\n";
}

std::string contrast_markdown(std::span<const Contrast> all,
                              std::span<const std::string> profiles) {
  std::string out = "| scenario, and what is asked |";
  std::string rule = "|---|";
  for (const std::string& profile : profiles) {
    out += " `" + profile + "` |";
    rule += "---|";
  }
  out += "\n" + rule + "\n";
  for (const Contrast& contrast : all) {
    out += "| **" + code_text(contrast.scenario) + "** " +
           reports::markdown_text(first_sentence(contrast.about)) + " |";
    for (const ContrastRun& run : contrast.runs) {
      out += fmt::format(" **{}** |", name_of(run.verdict));
    }
    out += "\n";
    for (const Asked& asked : told_of(contrast)) {
      out += "| " + code_text(asked.what);
      if (!asked.witness.empty()) out += ": " + reports::markdown_text(asked.witness);
      out += " |";
      for (const Asked::Answer& answer : asked.answers) {
        const bool fails = answer.verdict == Verdict::fail;
        out += fails ? " **" + reports::markdown_text(answer.value) + "** |"
                     : " " + reports::markdown_text(value_text(answer)) + " |";
      }
      out += "\n";
    }
    const std::string invalid = said_of_invalid(contrast, profiles);
    if (!invalid.empty()) out += "| " + reports::markdown_text(invalid) + " |\n";
  }
  return out;
}

}  // namespace harness
