#include "harness/plan/trace.hpp"

#include <catch2/catch.hpp>

#include "harness/scenario/errors.hpp"
#include "tests/support/places.hpp"

using namespace harness;
using namespace std::chrono_literals;

namespace {

const std::string kHeader = "TIMESTAMP,ContextTokens,GeneratedTokens";

std::string problem(const std::string& text) {
  try {
    parse_trace(text, TraceFormat::azure_llm, "t.csv");
    return "";
  } catch (const ScenarioErrors& errors) {
    return errors.what();
  }
}

}  // namespace

TEST_CASE("an Azure trace is read with either line end", "[trace]") {
  const std::vector<TraceRow> expected = {
      {0ns, 4808, 10}, {52ms, 3180, 8}, {5h + 42min + 56s + 20ms + 40us + 100ns, 110, 27}};
  for (const std::string end : {"\r\n", "\n"}) {
    for (const bool last_has_end : {true, false}) {
      std::string text = kHeader + end + "2023-11-16 18:17:03.9799600,4808,10" + end +
                         "2023-11-16 18:17:04.0319600,3180,8" + end +
                         "2023-11-17 00:00:00.0000001,110,27";
      if (last_has_end) text += end;
      CHECK(parse_trace(text, TraceFormat::azure_llm, "t.csv") == expected);
    }
  }
}

TEST_CASE("a broken row is named by its place", "[trace]") {
  const std::string good = "2023-11-16 18:17:03.9799600,4808,10\n";
  struct Row {
    std::string rows, expected;
  };
  const std::string form = "TIMESTAMP must be written as `2023-11-16 18:17:03.9799600`, not ";
  for (const Row& row : {
           Row{"", "t.csv: the trace has no rows"},
           Row{good + "\n" + good, "t.csv:3:1: " + form + "``"},
           Row{good + "2023-11-16 18:17:04.0319600,31x80,8\n",
               "t.csv:3:29: ContextTokens must be a number from 0 to 10000000, not `31x80`"},
           Row{good + "2023-11-16 18:17:04.0319600,3180,-8\n",
               "t.csv:3:34: GeneratedTokens must be a number from 0 to 10000000, not `-8`"},
           Row{good + "2023-11-16 18:17:04.0319600,3180,99999999\n",
               "t.csv:3:34: GeneratedTokens must be a number from 0 to 10000000, not `99999999`"},
           Row{good + "2023-11-16 18:17:04.0319600,3180",
               "t.csv:3:33: the row ends before its GeneratedTokens"},
           Row{good + "2023-11-16 18:17:04.0319600,3180,8,9\n",
               "t.csv:3:35: the row has more fields than its header"},
           Row{good + "2023-11-16T18:17:04.0319600,3180,8\n",
               "t.csv:3:1: " + form + "`2023-11-16T18:17:04.0319600`"},
           Row{good + "2023-02-30 18:17:04.0319600,3180,8\n",
               "t.csv:3:1: " + form + "`2023-02-30 18:17:04.0319600`"},
           Row{good + "2023-11-16 18:17:03.9799599,3180,8\n",
               "t.csv:3:1: this row is earlier than the row before it"},
       }) {
    CAPTURE(row.rows);
    CHECK(problem(kHeader + "\n" + row.rows) == row.expected);
  }
  CHECK(problem("") == "t.csv: the trace has no rows");
  CHECK(problem("a,b,c\n") == "t.csv:1:1: the header must be `" + kHeader + "`");
}

TEST_CASE("the shipped trace is whole", "[trace]") {
  const auto rows =
      read_trace(source_dir() + "/scenarios/traces/azure_code.csv", TraceFormat::azure_llm);
  REQUIRE(rows.size() == 8'819);
  CHECK(rows.front() == TraceRow{0ns, 4808, 10});
  CHECK(rows.back().at > 3'435s);
  CHECK(rows.back().at < 3'436s);
  std::uint64_t output = 0;
  std::uint32_t output_max = 0, prompt_max = 0;
  world::Nanos silence{};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    output += rows[i].output_tokens;
    output_max = std::max(output_max, rows[i].output_tokens);
    prompt_max = std::max(prompt_max, rows[i].prompt_tokens);
    if (i > 0) silence = std::max(silence, rows[i].at - rows[i - 1].at);
  }
  CHECK(output_max == 1'899);
  CHECK(prompt_max == 7'437);
  CHECK(silence > 216s);
  CHECK(silence < 218s);
  CHECK(output > 200'000);
}

TEST_CASE("a trace that is not there is an error", "[trace]") {
  CHECK_THROWS_WITH(read_trace("/nonexistent/t.csv", TraceFormat::azure_llm),
                    "/nonexistent/t.csv: cannot be opened: No such file or directory");
}
