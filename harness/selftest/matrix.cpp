#include "harness/selftest/matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/oracles/oracle.hpp"
#include "reports/text.hpp"

namespace harness {

namespace {

constexpr std::size_t kColumns = 80;

std::string_view sign_of(Cell cell) {
  switch (cell) {
    case Cell::absent: return " ";
    case Cell::silent: return ".";
    case Cell::caught: return "X";
    case Cell::tolerated: return "x";
    case Cell::missed: return "?";
    case Cell::surprise: return "!";
  }
  return " ";
}

std::string_view name_of(Cell cell) {
  switch (cell) {
    case Cell::absent: return "absent";
    case Cell::silent: return "silent";
    case Cell::caught: return "caught";
    case Cell::tolerated: return "tolerated";
    case Cell::missed: return "missed";
    case Cell::surprise: return "surprise";
  }
  return "";
}

// Oracles are columns of one letter; the letters are explained above the matrix.
char letter_of(std::size_t i) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return i < kLetters.size() ? kLetters[i] : '#';
}

std::string legend() {
  const auto kinds = oracle_kinds();
  const std::size_t rows = (kinds.size() + 2) / 3;
  std::string text;
  for (std::size_t r = 0; r < rows; ++r) {
    std::string line;
    for (std::size_t i = r; i < kinds.size(); i += rows) {
      line += fmt::format("  {} {:<22}", letter_of(i), kinds[i].name);
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    text += line + "\n";
  }
  return text;
}

std::string heading() {
  std::string line = fmt::format("{:<24}{:<14}", "profile", "scenario");
  for (std::size_t i = 0; i < oracle_kinds().size(); ++i) {
    line += ' ';
    line += letter_of(i);
  }
  return line + "\n";
}

}  // namespace

std::string selftest_text(const Selftest& test) {
  std::string text = legend();
  text += "  X caught, as it must be   . silent, as it must be   (blank) nothing to check\n"
          "  x the same bug breaks this rule too   ? missed   ! fired and must not\n\n";
  text += heading();
  for (const SelftestRun& run : test.runs) {
    std::string line = fmt::format("{:<24}{:<14}", run.profile, run.scenario);
    for (const Cell cell : run.cells) {
      line += ' ';
      line += sign_of(cell);
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    text += line + "\n";
  }
  if (!test.gates.empty()) text += "\n";
  for (const GateRun& gate : test.gates) {
    text += fmt::format("gate {:<32}{}\n", gate.gate, gate.held ? "held" : "DID NOT HOLD");
    text += reports::wrapped(reports::terminal_text(gate.told), kColumns, "      ") + "\n";
  }
  const auto defects = static_cast<std::size_t>(
      std::count_if(test.runs.begin(), test.runs.end(),
                    [](const SelftestRun& run) { return run.profile != kSoundProfile; }));
  text += "\n";
  for (const std::string& problem : test.problems) {
    text += reports::wrapped("problem: " + reports::terminal_text(problem), kColumns, "  ") + "\n";
  }
  std::string sum = fmt::format("{} defects, {} oracles, {} gates: ", defects,
                                oracle_kinds().size(), test.gates.size());
  if (!test.problems.empty()) sum += fmt::format("{} problems", test.problems.size());
  else if (defects == 0) sum += "the sound core is sound";
  else sum += "every defect was caught by the oracle made for it, and by no other";
  text += reports::wrapped(sum, kColumns, "") + "\n";
  return text;
}

std::string selftest_json(const Selftest& test) {
  nlohmann::ordered_json json;
  json["schema"] = "shakedown/selftest/1";
  json["passed"] = test.problems.empty();
  json["problems"] = test.problems;
  json["runs"] = nlohmann::ordered_json::array();
  for (const SelftestRun& run : test.runs) {
    nlohmann::ordered_json row;
    row["profile"] = run.profile;
    row["scenario"] = run.scenario;
    row["requests"] = run.requests;
    for (std::size_t i = 0; i < run.cells.size(); ++i) {
      row["oracles"][std::string(oracle_kinds()[i].name)] = name_of(run.cells[i]);
    }
    row["witnesses"] = run.witness;
    json["runs"].push_back(std::move(row));
  }
  json["gates"] = nlohmann::ordered_json::array();
  for (const GateRun& gate : test.gates) {
    nlohmann::ordered_json row;
    row["gate"] = gate.gate;
    row["scenario"] = gate.scenario;
    row["held"] = gate.held;
    row["told"] = gate.told;
    json["gates"].push_back(std::move(row));
  }
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace harness
