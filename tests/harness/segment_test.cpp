// Which segment a process is, from the command line or from its launcher, and when it begins.
#include "harness/run/segment.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "prepared_scenario.hpp"

using namespace harness;
using reports::Segment;

namespace {

using Variables = std::map<std::string, std::string>;

Lookup lookup(const Variables& variables) {
  return [&variables](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  };
}

}  // namespace

TEST_CASE("segments as they are written", "[segment]") {
  const Variables none;
  CHECK(parse_segment("1/1", lookup(none)) == Segment{1, 1});
  CHECK(parse_segment("2/3", lookup(none)) == Segment{2, 3});
  CHECK(parse_segment("1000/1000", lookup(none)) == Segment{1000, 1000});
  for (const char* bad : {"", "/", "1", "0/2", "3/2", "1/0", "1/1001", "-1/2", "+1/2", "1/2/3",
                          " 1/2", "1/2 ", "a/b", "99999999999/2", "1.0/2"}) {
    INFO(bad);
    CHECK_THROWS_WITH(parse_segment(bad, lookup(none)), Catch::Contains("a segment is i/n"));
  }
}

TEST_CASE("segments as launchers say them", "[segment]") {
  struct Row {
    Variables variables;
    Segment segment;
  };
  for (const Row& row : {
           Row{{{"JOB_COMPLETION_INDEX", "0"}, {"SHAKEDOWN_SEGMENTS", "3"}}, {1, 3}},
           Row{{{"JOB_COMPLETION_INDEX", "2"}, {"SHAKEDOWN_SEGMENTS", "3"}}, {3, 3}},
           Row{{{"SLURM_PROCID", "1"}, {"SLURM_NTASKS", "4"}}, {2, 4}},
           Row{{{"SLURM_ARRAY_TASK_ID", "7"},
                {"SLURM_ARRAY_TASK_MIN", "5"},
                {"SLURM_ARRAY_TASK_COUNT", "3"}},
               {3, 3}},
           Row{{{"SLURM_ARRAY_TASK_ID", "4"},
                {"SLURM_ARRAY_TASK_MIN", "0"},
                {"SLURM_ARRAY_TASK_COUNT", "3"},
                {"SLURM_ARRAY_TASK_STEP", "2"},
                {"SLURM_PROCID", "0"},
                {"SLURM_NTASKS", "1"}},
               {3, 3}},
           Row{{{"PMI_RANK", "0"}, {"PMI_SIZE", "2"}}, {1, 2}},
           Row{{{"OMPI_COMM_WORLD_RANK", "1"},
                {"OMPI_COMM_WORLD_SIZE", "2"},
                {"SLURM_PROCID", "0"},
                {"SLURM_NTASKS", "1"}},
               {2, 2}},
       }) {
    INFO(row.variables.begin()->first);
    CHECK(parse_segment("auto", lookup(row.variables)) == row.segment);
  }
}

TEST_CASE("launchers that do not say which segment are refused", "[segment]") {
  struct Row {
    Variables variables;
    const char* what;
  };
  for (const Row& row : {
           Row{{}, "is set in the environment; give --segment i/n"},
           Row{{{"JOB_COMPLETION_INDEX", "0"}}, "SHAKEDOWN_SEGMENTS is not set"},
           Row{{{"JOB_COMPLETION_INDEX", "3"}, {"SHAKEDOWN_SEGMENTS", "3"}}, "are no segment"},
           Row{{{"PMI_RANK", "x"}, {"PMI_SIZE", "2"}}, "PMI_RANK=x is not a number"},
           Row{{{"PMI_RANK", "0"}, {"PMI_SIZE", "1001"}}, "are no segment"},
           Row{{{"SLURM_ARRAY_TASK_ID", "1"},
                {"SLURM_ARRAY_TASK_MIN", "2"},
                {"SLURM_ARRAY_TASK_COUNT", "3"}},
               "are no segment"},
           Row{{{"SLURM_ARRAY_TASK_ID", "1"},
                {"SLURM_ARRAY_TASK_MIN", "1"},
                {"SLURM_ARRAY_TASK_COUNT", "3"},
                {"SLURM_NTASKS", "2"}},
               "is ambiguous"},
       }) {
    INFO(row.what);
    CHECK_THROWS_WITH(parse_segment("auto", lookup(row.variables)), Catch::Contains(row.what));
  }
}

TEST_CASE("the segments of a run have every user once", "[segment]") {
  for (std::uint32_t count = 1; count <= 7; ++count) {
    for (std::uint32_t user = 0; user < 50; ++user) {
      int having = 0;
      for (std::uint32_t i = 1; i <= count; ++i) having += Segment{i, count}.has(user) ? 1 : 0;
      CHECK(having == 1);
    }
  }
}

TEST_CASE("instants of --start-at", "[segment]") {
  constexpr std::int64_t kSecond = 1'000'000'000;
  struct Row {
    const char* text;
    std::int64_t nanos;
  };
  for (const Row& row : {
           Row{"0", 0},
           Row{"1700000000", 1'700'000'000 * kSecond},
           Row{"1700000000.25", 1'700'000'000 * kSecond + kSecond / 4},
           Row{"1970-01-01T00:00:00Z", 0},
           Row{"1970-01-01T00:00:00.000000001Z", 1},
           Row{"2023-11-14T22:13:20Z", 1'700'000'000 * kSecond},
           Row{"2023-11-14t22:13:20z", 1'700'000'000 * kSecond},
           Row{"2023-11-14 22:13:20Z", 1'700'000'000 * kSecond},
           Row{"2023-11-15T03:43:20+05:30", 1'700'000'000 * kSecond},
           Row{"2023-11-14T14:13:20-08:00", 1'700'000'000 * kSecond},
           Row{"2024-02-29T00:00:00Z", 1'709'164'800 * kSecond},
       }) {
    INFO(row.text);
    CHECK(parse_start(row.text) == row.nanos);
  }
  for (const char* bad :
       {"", "now", "-1", "1.", "1e9", "17000000000", "2023-11-14", "2023-11-14T22:13:20",
        "2023-02-29T00:00:00Z", "2023-13-01T00:00:00Z", "2023-00-01T00:00:00Z",
        "2023-01-00T00:00:00Z", "2023-01-01T24:00:00Z", "2023-01-01T00:60:00Z",
        "2023-01-01T00:00:60Z", "2023-01-01T00:00:00+24:00", "2023-01-01T00:00:00Zulu", "1 ",
        "2023-1-1T00:00:00Z", "9999-01-01T00:00:00Z"}) {
    INFO(bad);
    CHECK_THROWS_WITH(parse_start(bad), Catch::Contains("an instant is written"));
  }
}

TEST_CASE("the history of a segment has its users only", "[segment]") {
  std::string kept;
  const reports::Sink sink = [&kept](std::string_view line) { kept += line; };
  const reports::Sink history = history_of(Segment{2, 3}, sink);
  for (int user = 0; user < 9; ++user)
    history("{\"id\":1,\"user\":\"u" + std::to_string(user) + "\"}\n");
  CHECK(kept == "{\"id\":1,\"user\":\"u1\"}\n{\"id\":1,\"user\":\"u4\"}\n"
                "{\"id\":1,\"user\":\"u7\"}\n");
}

TEST_CASE("a live segment plans its own requests, a simulated one all of them", "[segment]") {
  const std::string text = "scenario: s\nbackends: {p: {}}\nphases: {a: 10s}\n"
                           "load: {c: {arrivals: constant(10/s), users: round_robin(5)}}\n"
                           "slo: [error_rate < 50%]\n";
  Prepared sim = test::prepared_from(text);
  Prepared live = sim;
  const std::size_t all = sim.plan.requests.size();
  take_segment(sim, {2, 2}, Mode::sim);
  take_segment(live, {2, 2}, Mode::live);
  CHECK(sim.plan.requests.size() == all);
  CHECK(sim.sends.is_whole());
  CHECK(live.plan.requests.size() == all * 2 / 5);
  for (const PlannedRequest& request : live.plan.requests) CHECK(request.turn.user % 2 == 1);
  CHECK(sim.layout.segment == live.layout.segment);
}
