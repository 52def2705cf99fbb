#include "rules.hpp"
#include "tests/support/places.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace tidy {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kColumnsMax = 100;
constexpr std::size_t kLinesMax = 400;
constexpr std::size_t kOpeningMax = 8;

// Who may include whom, besides itself.
const std::map<std::string, std::set<std::string>>& arrows() {
  static const std::map<std::string, std::set<std::string>> kArrows{
      {"world", {}},
      {"agent", {"world"}},
      {"fakes", {"world"}},
      {"reports", {"world"}},
      {"harness", {"agent", "fakes", "reports", "world"}},
  };
  return kArrows;
}

std::string top_folder(const std::string& path) { return path.substr(0, path.find('/')); }
bool is_product(const std::string& path) { return arrows().count(top_folder(path)) > 0; }
bool is_header(const std::string& path) { return path.ends_with(".hpp"); }
bool is_cpp(const std::string& path) { return is_header(path) || path.ends_with(".cpp"); }

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string found(const Source& source, std::size_t line, const std::string& what) {
  return source.path + ":" + std::to_string(line + 1) + ": " + what;
}

// The file that a line includes; empty when it includes none.
std::string included(const std::string& line) {
  const std::size_t hash = line.find_first_not_of(" \t");
  if (hash == std::string::npos || line.compare(hash, 1, "#") != 0) return "";
  const std::size_t word = line.find("include", hash);
  if (word == std::string::npos) return "";
  const std::size_t open = line.find_first_of("<\"", word);
  if (open == std::string::npos) return "";
  return line.substr(open + 1, line.find_first_of(">\"", open + 1) - open - 1);
}

std::string without_comment(const std::string& line) {
  const std::size_t at = line.find("//");
  return at == std::string::npos ? line : line.substr(0, at);
}

bool is_word_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// Whether the name stands there as a word of its own (`rand(` is not in `operand(`).
bool names(const std::string& line, const std::string& name) {
  for (std::size_t at = line.find(name); at != std::string::npos; at = line.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    const bool begins = at == 0 || !is_word_char(line[at - 1]) || !is_word_char(name.front());
    const bool ends = end == line.size() || !is_word_char(line[end]) || !is_word_char(name.back());
    if (begins && ends) return true;
  }
  return false;
}

Findings check_arrows(const Source& source) {
  Findings findings;
  const std::string from = top_folder(source.path);
  if (!is_product(source.path)) return findings;
  const auto lines = lines_of(source.text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string file = included(lines[i]);
    const std::string to = top_folder(file);
    const bool climbs = file.find("..") != std::string::npos;
    const bool is_tests = to == "tests";
    const bool is_ours = arrows().count(to) > 0 && to != from;
    if (climbs || is_tests || (is_ours && arrows().at(from).count(to) == 0)) {
      findings.push_back(found(source, i, from + " must not include " + file));
    }
  }
  return findings;
}

Findings check_names(const Source& source) {
  static const std::array<std::string, 14> kForbidden{
      "steady_clock::now", "system_clock::now", "high_resolution_clock", "steady_timer",
      "system_timer",      "random_device",     "mt19937",               "std::thread",
      "std::jthread",      "sleep_for",         "rand(",                 "gettimeofday(",
      "unordered_map",     "unordered_set"};
  Findings findings;
  const bool in_sim = source.path.starts_with("world/sim_");
  if (!is_product(source.path) || (top_folder(source.path) == "world" && !in_sim)) return findings;
  const auto lines = lines_of(source.text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (const std::string& name : kForbidden) {
      if (names(without_comment(lines[i]), name)) {
        findings.push_back(found(source, i, "`" + name + "` belongs to world/ alone"));
      }
    }
  }
  return findings;
}

Findings check_heavy_headers(const Source& source) {
  static const std::set<std::string> kHeavy{"boost/asio.hpp", "boost/beast.hpp",
                                            "nlohmann/json.hpp"};
  Findings findings;
  if (!is_header(source.path)) return findings;
  const auto lines = lines_of(source.text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string file = included(lines[i]);
    const bool asio = file.starts_with("boost/asio") || file.starts_with("boost/beast");
    const bool openssl = file.starts_with("openssl/");
    if (openssl || kHeavy.count(file) > 0 || (asio && top_folder(source.path) != "world")) {
      findings.push_back(found(source, i, "a header must not include " + file));
    }
  }
  return findings;
}

Findings check_columns(const Source& source) {
  Findings findings;
  if (!is_cpp(source.path)) return findings;
  const auto lines = lines_of(source.text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto columns = static_cast<std::size_t>(std::count_if(
        lines[i].begin(), lines[i].end(), [](char c) { return (c & 0xC0) != 0x80; }));
    if (columns > kColumnsMax) {
      findings.push_back(found(source, i, std::to_string(columns) + " columns"));
    }
  }
  return findings;
}

Findings check_length(const Source& source) {
  if (!is_cpp(source.path) || !is_product(source.path)) return {};
  const std::size_t lines = lines_of(source.text).size();
  if (lines <= kLinesMax) return {};
  return {source.path + ": " + std::to_string(lines) + " lines: more than one idea?"};
}

Findings check_leftovers(const Source& source) {
  static const std::array<std::string, 4> kWords{"TO" "DO", "FIX" "ME", "XX" "X:", "HA" "CK:"};
  Findings findings;
  const auto lines = lines_of(source.text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (const std::string& word : kWords) {
      if (names(lines[i], word)) findings.push_back(found(source, i, "`" + word + "`"));
    }
  }
  return findings;
}

Findings check_opening(const Source& source) {
  if (!is_header(source.path) || !is_product(source.path)) return {};
  const auto lines = lines_of(source.text);
  std::size_t comment = 0;
  while (comment < lines.size() && lines[comment].starts_with("//")) ++comment;
  if (comment == 0) return {source.path + ":1: a header opens by saying what it is"};
  if (comment > kOpeningMax) {
    return {source.path + ":1: opens with " + std::to_string(comment) + " lines, limit 8"};
  }
  return {};
}

Findings check_blanks(const Source& source) {
  Findings findings;
  const auto lines = lines_of(source.text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    if (line.find('\t') != std::string::npos) findings.push_back(found(source, i, "a tab"));
    if (!line.empty() && (line.back() == ' ' || line.back() == '\r')) {
      findings.push_back(found(source, i, "blanks at the end"));
    }
  }
  if (!source.text.empty() && source.text.back() != '\n') {
    findings.push_back(found(source, lines.size() - 1, "the last line does not end"));
  }
  return findings;
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in.good());
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

std::vector<Rule> rules() {
  const std::string opening = "// What it is.\n";
  return {
      {"arrows between folders", check_arrows,
       {"agent/a.cpp", "#include \"harness/run/run.hpp\"\n"}},
      {"the three in the middle are strangers", check_arrows,
       {"reports/a.hpp", "#include \"fakes/backend.hpp\"\n"}},
      {"nothing includes harness but tests", check_arrows,
       {"world/a.cpp", "#  include <harness/version.hpp>\n"}},
      {"no way around the arrows", check_arrows,
       {"fakes/a.cpp", "#include \"../agent/agent.hpp\"\n"}},
      {"real time belongs to world/", check_names,
       {"harness/a.cpp", "auto t = std::chrono::steady_clock::now();\n"}},
      {"chance belongs to world/", check_names, {"fakes/a.cpp", "int x = rand();\n"}},
      {"threads belong to world/", check_names, {"harness/a.hpp", "std::thread t_;\n"}},
      {"no order that depends on hashes", check_names,
       {"agent/a.hpp", "#include <unordered_map>\n"}},
      {"the simulation knows no real clock", check_names,
       {"world/sim_clock.cpp", "std::this_thread::sleep_for(d);\n"}},
      {"no heavy headers", check_heavy_headers, {"tests/a.hpp", "#include <nlohmann/json.hpp>\n"}},
      {"no OpenSSL in headers", check_heavy_headers, {"world/a.hpp", "#include <openssl/ssl.h>\n"}},
      {"no Asio in headers outside world/", check_heavy_headers,
       {"harness/a.hpp", "#include <boost/asio/ip/tcp.hpp>\n"}},
      {"columns", check_columns, {"tests/a.cpp", std::string(101, 'x').append("\n")}},
      {"file length", check_length, {"world/a.cpp", std::string(401, '\n')}},
      {"nothing left to do", check_leftovers, {"ci/a", "# TO" "DO: later\n"}},
      {"a header opens with what it is", check_opening, {"world/a.hpp", "#pragma once\n"}},
      {"an opening is short", check_opening,
       {"world/a.hpp", opening + opening + opening + opening + opening + opening + opening +
                           opening + opening}},
      {"no blanks at the end", check_blanks, {"ci/a", "true \n"}},
      {"no tabs", check_blanks, {"ci/a", "\ttrue\n"}},
      {"the last line ends", check_blanks, {"ci/a", "true"}},
  };
}

std::vector<Source> sources() {
  static const std::set<std::string> kEndings{".hpp", ".cpp", ".cmake", ".yaml", ".txt", ".md", ""};
  std::vector<Source> all;
  const fs::path root(source_dir());
  for (const std::string folder : {"world", "agent", "fakes", "reports", "harness", "tests", "ci",
                                   "cmake", "scenarios", "docs"}) {
    if (!fs::exists(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string path = entry.path().lexically_relative(root).generic_string();
      // Golden files, corpora and packages of npm are not written here, bad bytes included.
      const bool written = path.find("/golden/") != std::string::npos ||
                           path.find("/node_modules/") != std::string::npos ||
                           path.find("/corpus/") != std::string::npos;
      if (!entry.is_regular_file() || written) continue;
      if (kEndings.count(entry.path().extension().string()) == 0) continue;
      all.push_back({path, read(entry.path())});
    }
  }
  std::sort(all.begin(), all.end(),
            [](const Source& a, const Source& b) { return a.path < b.path; });
  return all;
}

}  // namespace tidy
