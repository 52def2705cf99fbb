#include "requirements.hpp"

#include <algorithm>
#include <array>
#include <sstream>

namespace tidy {

namespace {

constexpr std::string_view kTag = "REQ-";

// Every number behind "REQ-" in the text.
std::vector<int> numbers_in(const std::string& text) {
  std::vector<int> numbers;
  for (std::size_t at = text.find(kTag); at != std::string::npos; at = text.find(kTag, at + 1)) {
    const std::string digits = text.substr(at + kTag.size(), 3);
    const bool whole = digits.size() == 3 && digits.find_first_not_of("0123456789") == digits.npos;
    numbers.push_back(whole ? std::stoi(digits) : -1);  // -1 is in no list, so it will be found
  }
  return numbers;
}

std::string numbered(int number) {
  std::string digits = std::to_string(std::max(number, 0));
  return std::string(kTag) + std::string(3 - std::min<std::size_t>(3, digits.size()), '0') + digits;
}

// The string literal that begins at or behind `at`, adjacent ones joined; `at` ends behind it.
std::string literal(const std::string& text, std::size_t& at) {
  std::string joined;
  for (;;) {
    const std::size_t open = text.find_first_not_of(" \t\n", at);
    if (open == std::string::npos || text[open] != '"') return joined;
    std::size_t i = open + 1;
    for (; i < text.size() && text[i] != '"'; ++i) {
      if (text[i] == '\\') ++i;
      if (i < text.size()) joined += text[i];
    }
    at = i + 1;
  }
}

std::vector<Proof> tests_in(const Source& source) {
  constexpr std::string_view kCase = "TEST_CASE(";
  std::vector<Proof> proofs;
  for (std::size_t at = source.text.find(kCase); at != std::string::npos;
       at = source.text.find(kCase, at)) {
    at += kCase.size();
    Proof proof{ProofKind::test, source.path, literal(source.text, at), {}};
    const std::size_t comma = source.text.find_first_not_of(" \t\n", at);
    if (comma == std::string::npos || source.text[comma] != ',') continue;
    at = comma + 1;
    proof.requirements = numbers_in(literal(source.text, at));
    if (!proof.requirements.empty()) proofs.push_back(std::move(proof));
  }
  return proofs;
}

std::vector<Proof> scenarios_in(const Source& source) {
  std::istringstream lines(source.text);
  Proof proof{ProofKind::scenario, source.path, "", {}};
  bool in_tags = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("scenario: ")) proof.name = line.substr(10);
    if (line.starts_with("tags:")) in_tags = true;
    if (!in_tags) continue;
    for (const int number : numbers_in(line)) proof.requirements.push_back(number);
    in_tags = line.find(']') == std::string::npos;
  }
  if (proof.requirements.empty()) return {};
  return {std::move(proof)};
}

std::vector<Proof> benchmarks_in(const Source& source) {
  std::istringstream lines(source.text);
  std::vector<Proof> proofs;
  std::vector<int> before;
  std::map<std::string, std::vector<int>> functions;  // with a comment of their own
  for (std::string line; std::getline(lines, line);) {
    const std::size_t open = line.find('(') + 1;
    if (line.starts_with("void ")) functions[line.substr(5, open - 6)] = before;
    if (line.starts_with("BENCHMARK")) {
      std::string name = line.substr(open, line.find(')') - open);
      name = name.substr(0, name.find(", ", name.find(", ") + 1));  // a capture has arguments
      if (before.empty()) before = functions[name.substr(0, name.find(','))];
      if (!before.empty()) {
        proofs.push_back({ProofKind::benchmark, source.path, std::move(name), before});
      }
    }
    before = line.starts_with("//") ? numbers_in(line) : std::vector<int>{};
  }
  return proofs;
}

std::string cell_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '*' || c == '_' || c == '`' || c == '<') out += '\\';
    out += c;
  }
  return out;
}

std::string link_to(const std::string& file) {
  const std::string name = file.substr(file.rfind('/') + 1);
  return "[" + cell_text(name) + "](../" + file + ")";
}

// "a.cpp: this; that<br>b.cpp: other"
std::string proofs_cell(const std::vector<Proof>& proofs, ProofKind kind) {
  std::string cell, file;
  for (const Proof& proof : proofs) {
    if (proof.kind != kind) continue;
    if (proof.file != file) {
      cell += (cell.empty() ? "" : "<br>") + link_to(proof.file);
      if (kind != ProofKind::scenario) cell += ": ";
    } else {
      cell += "; ";
    }
    if (kind != ProofKind::scenario) cell += cell_text(proof.name);
    file = proof.file;
  }
  return cell;
}

std::string status_of(const Requirement& requirement, bool proved) {
  if (requirement.is_later()) return proved ? "begun" : "later issue";
  if (!proved) return "**gap**";
  return requirement.left.empty() ? "covered" : "partly: " + cell_text(requirement.left);
}

}  // namespace

std::vector<Requirement> read_requirements(const std::string& tsv) {
  std::vector<Requirement> requirements;
  std::istringstream lines(tsv);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::array<std::string, 5> cells;
    std::istringstream columns(line);
    for (std::string& cell : cells) std::getline(columns, cell, '\t');
    requirements.push_back({std::stoi(cells[0]), cells[1], cells[2], cells[3], cells[4]});
  }
  return requirements;
}

std::vector<Proof> proofs_in(const Source& source) {
  const bool is_cpp = source.path.ends_with(".cpp");
  if (is_cpp && source.path.starts_with("tests/bench/")) return benchmarks_in(source);
  if (is_cpp && source.path.starts_with("tests/tidy/")) return {};  // its canaries are none
  if (is_cpp && source.path.starts_with("tests/")) return tests_in(source);
  const bool is_scenario = source.path.starts_with("scenarios/") && source.path.ends_with(".yaml");
  return is_scenario ? scenarios_in(source) : std::vector<Proof>{};
}

Proofs proofs_by_requirement(const std::vector<Source>& sources) {
  Proofs proofs;
  for (const Source& source : sources) {
    for (const Proof& proof : proofs_in(source)) {
      for (const int number : proof.requirements) proofs[number].push_back(proof);
    }
  }
  return proofs;
}

Findings gaps_of(const std::vector<Requirement>& requirements, const Proofs& proofs) {
  Findings gaps;
  std::map<int, bool> known;
  for (const Requirement& requirement : requirements) {
    known[requirement.number] = true;
    if (proofs.count(requirement.number) > 0 || requirement.is_later()) continue;
    gaps.push_back(numbered(requirement.number) +
                   " has no test, scenario or benchmark: " + requirement.title);
  }
  for (const auto& [number, those] : proofs) {
    if (known.count(number) > 0) continue;
    for (const Proof& proof : those) {
      gaps.push_back(proof.file + ": \"" + proof.name + "\" is tagged " +
                     (number < 0 ? "with no number" : numbered(number)) +
                     ", which docs/requirements.tsv has not");
    }
  }
  return gaps;
}

std::string requirements_page(const std::vector<Requirement>& requirements, const Proofs& proofs) {
  std::size_t due = 0, covered = 0, partly = 0;
  for (const Requirement& requirement : requirements) {
    if (requirement.is_later()) continue;
    ++due;
    const bool proved = proofs.count(requirement.number) > 0;
    covered += proved && requirement.left.empty() ? 1 : 0;
    partly += proved && !requirement.left.empty() ? 1 : 0;
  }
  std::ostringstream page;
  page << "# Requirements of the bundled core\n"
          "Generated, never edited: `UPDATE_GOLDEN=1 build/release/tests/test_tidy "
          "\"[requirements]\"` writes it from `requirements.tsv` and from the tags of what proves "
          "each: `[REQ-007]` of a test, `tags: [REQ-007]` of a scenario, `// REQ-007` on the line "
          "before a benchmark. M is said by one of the assessments that this core answers, M* is a "
          "wish of theirs, D is derived from them.\n\n"
       << due << " requirements: " << covered << " covered, " << partly << " partly, "
       << due - covered - partly << " without a proof. " << requirements.size() - due
       << " more are of later issues.\n";
  std::string area;
  for (const Requirement& requirement : requirements) {
    if (requirement.area != area) {
      area = requirement.area;
      page << "\n## " << area
           << "\n| REQ | | what | tests | scenarios | benchmarks | status |\n"
              "|---|---|---|---|---|---|---|\n";
    }
    const auto found = proofs.find(requirement.number);
    const std::vector<Proof> those = found == proofs.end() ? std::vector<Proof>{} : found->second;
    page << "| " << numbered(requirement.number).substr(kTag.size()) << " | "
         << cell_text(requirement.tag) << " | " << cell_text(requirement.title) << " | "
         << proofs_cell(those, ProofKind::test) << " | "
         << proofs_cell(those, ProofKind::scenario) << " | "
         << proofs_cell(those, ProofKind::benchmark) << " | "
         << status_of(requirement, !those.empty()) << " |\n";
  }
  return page.str();
}

}  // namespace tidy
