// The arithmetic of the calibration; that it measures is seen in the live runs of the binary.
#include "harness/run/calibration.hpp"

#include <catch2/catch.hpp>

#include "prepared_scenario.hpp"

using namespace harness;
using namespace std::chrono_literals;
using world::at;

namespace {

Prepared prepared(const std::string& load, const std::string& client = "{}") {
  return test::prepared_from("scenario: s\nbackends: {b: {}}\nphases: {a: 60s}\nclient: " + client +
                             "\nload:\n" + load + "slo: [error_rate < 5%]\n");
}

std::vector<PlannedRequest> plan_of(const std::vector<world::Nanos>& instants) {
  std::vector<PlannedRequest> plan;
  for (const world::Nanos when : instants) {
    PlannedRequest request;
    request.at = at(when);
    request.id = plan.size();
    plan.push_back(request);
  }
  return plan;
}

}  // namespace

TEST_CASE("the busiest stretch of a plan begins with its first request", "[calibration]") {
  const auto plan = plan_of({0s, 500ms, 10s, 10300ms, 10600ms, 10999ms, 11s, 30s});
  const auto second = busiest(plan, 1s);
  REQUIRE(second.size() == 4);  // 11 s is a second after 10 s: not within it
  CHECK(second.front().id == 2);
  CHECK(second.front().at == at(0s));
  CHECK(second.back().at == at(999ms));
  CHECK(busiest(plan, 1h).size() == 8);
  CHECK(busiest({}, 1s).empty());
}

TEST_CASE("a ramp is held to its integral, not to a rate times a time", "[calibration]") {
  // From 0/s to 60/s in 60 s: the last second has 59.5 requests, the whole 1,800.
  const Prepared ramp = prepared("  c: {arrivals: {ramp: [{to: 60/s, over: 60s}]}, users: 10}\n");
  const auto second = busiest(ramp.plan.requests, 1s);
  CHECK(second.size() >= 59);
  CHECK(second.size() <= 61);
}

TEST_CASE("requests that can be open at once", "[calibration]") {
  struct Row {
    const char* load;
    const char* client;
    std::uint64_t bound;
  };
  for (const Row& row :
       {Row{"  c: {arrivals: constant(10/s), users: 5}\n", "{timeout: 20s}", 200},
        Row{"  c: {arrivals: constant(10/s), users: 5}\n", "{timeout: 1h}", 600},
        Row{"  c: {arrivals: constant(10/s), users: 5}\n", "{timeout: 20s, connections_max: 7}", 7},
        Row{"  c: {arrivals: closed(think=1s), users: 30, parallel: 2}\n", "{timeout: 20s}", 60},
        Row{"  c: {arrivals: closed(think=1s), users: 30}\n"
            "  d: {arrivals: constant(1/s), users: 1}\n",
            "{timeout: 20s}", 50}}) {
    INFO(row.load << row.client);
    CHECK(in_flight_bound(prepared(row.load, row.client)) == row.bound);
  }
}

TEST_CASE("the rate of closed loops is that of those that run together", "[calibration]") {
  Prepared three = prepared(
      "  a: {arrivals: closed(think=1s), users: 1}\n  b: {arrivals: closed(think=1s), users: 1}\n"
      "  c: {arrivals: closed(think=1s), users: 1}\n  d: {arrivals: constant(1/s), users: 1}\n");
  REQUIRE(three.plan.closed.size() == 3);
  three.plan.closed[0].to = at(30s);
  three.plan.closed[1].to = at(30s);
  three.plan.closed[2].from = at(30s);
  reports::Recorder recorder(three.layout);
  const auto record = [&recorder](std::uint32_t cls, int count) {
    for (int i = 0; i < count; ++i) {
      reports::Operation op;
      op.cls = cls;
      recorder.record(op);
    }
  };
  record(0, 300);
  record(1, 600);
  record(2, 1'500);
  record(3, 9'000);
  CHECK(closed_rate(three, recorder, 1) == Approx(50));   // c alone: 1,500 in 30 s
  CHECK(closed_rate(three, recorder, 10) == Approx(500));  // wall time runs slower
  record(1, 600 + 300);
  CHECK(closed_rate(three, recorder, 1) == Approx(60));   // a and b: 300 + 1,500 in 30 s
  const Prepared open = prepared("  d: {arrivals: constant(1/s), users: 1}\n");
  CHECK(closed_rate(open, recorder, 1) == 0);
}
