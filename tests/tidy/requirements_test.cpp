// docs/requirements.md is what the tags say, and no requirement is without a proof.
#include "requirements.hpp"
#include "tests/support/places.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace tidy;

namespace {

std::string page_path() { return source_dir() + "/docs/requirements.md"; }

std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<Requirement> listed() {
  return read_requirements(text_of(source_dir() + "/docs/requirements.tsv"));
}

const char* kList = "# a comment\n7\tM\tBreaker\tHalf open\n8\tD\tBreaker\tClosed\tthe tools\n"
                    "100\tM\tAudit\tArchive\tlater issue\n";

}  // namespace

TEST_CASE("tags are read where they stand", "[requirements]") {
  struct Row {
    Source source;
    std::vector<int> requirements;
    std::string name;
  };
  const Row rows[] = {
      {{"tests/agent/a.cpp", "TEST_CASE(\"opens\", \"[b][REQ-007][REQ-009]\") {}\n"},
       {7, 9}, "opens"},
      {{"tests/agent/a.cpp", "TEMPLATE_TEST_CASE(\"a \" \"b\",\n    \"[REQ-133]\", InSim) {}\n"},
       {133}, "a b"},
      {{"tests/agent/a.cpp", "TEST_CASE(\"REQ-007\", \"[b]\") { \"[REQ-008]\"; }\n"}, {}, ""},
      {{"agent/a.cpp", "TEST_CASE(\"x\", \"[REQ-007]\")\n"}, {}, ""},
      {{"scenarios/a.yaml", "scenario: down\nabout: REQ-001\ntags: [S01, REQ-003,\n  REQ-004]\n"
                            "seed: 7 # REQ-005\n"},
       {3, 4}, "down"},
      {{"tests/bench/a.cpp", "// REQ-016\nBENCHMARK(check)->Unit(x);\nBENCHMARK(other);\n"},
       {16}, "check"},
      {{"tests/bench/a.cpp", "// REQ-052, REQ-016\nBENCHMARK_CAPTURE(f, keys, 3);\n"},
       {52, 16}, "f, keys"},
      {{"tests/bench/a.cpp",
        "// REQ-052\nvoid check(benchmark::State& s) {\n}\nBENCHMARK(check);\n"},
       {52}, "check"},
      {{"tests/a.cpp", "TEST_CASE(\"typo\", \"[REQ-7]\") {}\n"}, {-1}, "typo"}};
  for (const Row& row : rows) {
    INFO(row.source.text);
    const std::vector<Proof> proofs = proofs_in(row.source);
    REQUIRE(proofs.size() == (row.requirements.empty() ? 0 : 1));
    if (proofs.empty()) continue;
    CHECK(proofs[0].requirements == row.requirements);
    CHECK(proofs[0].name == row.name);
  }
}

TEST_CASE("gaps and strangers are found", "[requirements]") {
  const std::vector<Requirement> list = read_requirements(kList);
  REQUIRE(list.size() == 3);
  CHECK(list[1].left == "the tools");
  CHECK(gaps_of(list, proofs_by_requirement(
                          {{"tests/a.cpp", "TEST_CASE(\"x\", \"[REQ-007][REQ-008]\")\n"}}))
            .empty());
  CHECK(gaps_of(list, {}).size() == 2);
  const Findings found = gaps_of(
      list, proofs_by_requirement(
                {{"tests/a.cpp", "TEST_CASE(\"x\", \"[REQ-007][REQ-008][REQ-999][REQ-1]\")\n"}}));
  CHECK(found.size() == 2);
}

TEST_CASE("the page says what is covered, partly or not", "[requirements]") {
  const std::string page = requirements_page(
      read_requirements(kList),
      proofs_by_requirement({{"tests/a.cpp", "TEST_CASE(\"x|y\", \"[REQ-008]\")\n"}}));
  CHECK_THAT(page, Catch::Contains("2 requirements: 0 covered, 1 partly, 1 without a proof. 1 "
                                   "more are of later issues."));
  CHECK_THAT(page, Catch::Contains("| 100 | M | Archive |  |  |  | later issue |"));
  CHECK_THAT(page, Catch::Contains("| 007 | M | Half open |  |  |  | **gap** |"));
  CHECK_THAT(page, Catch::Contains("| 008 | D | Closed | [a.cpp](../tests/a.cpp): x\\|y |  |  | "
                                   "partly: the tools |"));
}

TEST_CASE("every requirement of this core has a proof", "[requirements]") {
  const std::vector<Requirement> list = listed();
  std::vector<int> numbers;
  for (const Requirement& requirement : list) numbers.push_back(requirement.number);
  std::vector<int> expected;
  for (int i = 1; i <= 163; ++i) expected.push_back(i);
  CHECK(numbers == expected);
  for (const Requirement& requirement : list) {
    const int n = requirement.number;
    CHECK(requirement.is_later() == ((n > 87 && n < 133) || n > 135));
  }
  for (const std::string& gap : gaps_of(list, proofs_by_requirement(sources()))) FAIL_CHECK(gap);
}

TEST_CASE("docs/requirements.md is what the tags say", "[requirements]") {
  const std::string page = requirements_page(listed(), proofs_by_requirement(sources()));
  const char* update = std::getenv("UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") {
    std::ofstream(page_path(), std::ios::binary) << page;
  }
  CHECK(page == text_of(page_path()));
}
