#include "reports/suite_console.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reports/text.hpp"

namespace reports {

namespace {

constexpr std::size_t kColumns = 80;
constexpr std::string_view kReasonIndent = "      ";

std::string_view colour_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass: return "\x1b[1;32m";
    case Verdict::fail: return "\x1b[1;31m";
    case Verdict::inconclusive: return "\x1b[1;33m";
    case Verdict::invalid: return "\x1b[1;35m";
  }
  return "";
}

}  // namespace

std::string suite_text(std::span<const SuiteRow> rows, bool colour) {
  std::array<std::size_t, 4> counts{};
  std::size_t width = std::string_view("scenario").size();
  for (const SuiteRow& row : rows) {
    ++counts[static_cast<std::size_t>(row.verdict)];
    width = std::max(width, width_of(terminal_text(row.scenario)));
  }
  std::string out = fmt::format("{:<{}}  {:>10}  verdict\n", "scenario", width, "requests");
  for (const SuiteRow& row : rows) {
    const std::string name = terminal_text(row.scenario);
    const std::string pad(width - width_of(name), ' ');
    const std::string_view verdict = name_of(row.verdict);
    out += fmt::format("{}{}  {:>10}  ", name, pad, human_count(row.requests));
    out += colour ? fmt::format("{}{}\x1b[0m", colour_of(row.verdict), verdict)
                  : std::string(verdict);
    out += row.stopped_early ? " (stopped early)\n" : "\n";
    if (!row.reason.empty()) {
      out += wrapped(terminal_text(row.reason), kColumns, kReasonIndent) + "\n";
    }
  }
  std::string sum;
  for (Verdict v : {Verdict::pass, Verdict::fail, Verdict::inconclusive, Verdict::invalid}) {
    const std::size_t n = counts[static_cast<std::size_t>(v)];
    if (n > 0) sum += fmt::format("{}{} {}", sum.empty() ? "" : ", ", n, name_of(v));
  }
  return out + fmt::format("{} scenarios: {}\n", rows.size(), sum);
}

}  // namespace reports
