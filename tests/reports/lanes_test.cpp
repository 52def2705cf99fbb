#include "reports/lanes.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "reports/lanes_json.hpp"
#include "reports/read_measurements.hpp"
#include "sample_run.hpp"

using namespace reports;
using namespace std::chrono_literals;
using reports::test::operation;
using world::at;

namespace {

Lanes read_back(const Lanes& lanes, Nanos duration) {
  Lanes copy(duration);
  LanesJson::read(LanesJson::written(lanes), copy);
  return copy;
}

std::string text_of(const Lanes& lanes) { return LanesJson::written(lanes).dump(); }

Lanes busy_lanes(Segment segment = {}) {
  Lanes lanes(100s, segment);
  for (std::uint32_t user = 0; user < 10; ++user) {
    Operation op = operation(std::chrono::seconds(user), 2500ms,
                             user == 3 ? Outcome::timeout : Outcome::ok);
    op.user = user;
    lanes.sent(op);
    lanes.ended(op);
  }
  lanes.called("primary", at(5s), false);
  lanes.state("breaker", "primary", at(6s), "closed", "open");
  lanes.gauge("queue", "waiting", at(6s), 4);
  lanes.event({at(5s), "fault_fired", "primary", "x"});
  lanes.event({at(4s), "fault_fired", "primary", "told late"});
  return lanes;
}

}  // namespace

TEST_CASE("lanes: requests are counted in the interval in which they ended") {
  const Lanes lanes = busy_lanes();
  CHECK(lanes.ended_as(Outcome::ok)[2] == 1);
  CHECK(lanes.ended_as(Outcome::timeout) == PerInterval{0, 0, 0, 0, 0, 1});
  CHECK(lanes.failed_by(Failure::timeout)[5] == 1);
  CHECK(lanes.opened()[0] == 1);
  CHECK(lanes.closed()[0] == 0);
  CHECK(lanes.closed()[11] == 1);
}

TEST_CASE("lanes: what was dropped was never open") {
  Lanes lanes(10s);
  lanes.ended(operation(1s, 0s, Outcome::dropped));
  CHECK(lanes.ended_as(Outcome::dropped)[1] == 1);
  CHECK(lanes.closed().empty());
}

TEST_CASE("lanes: a state begins with what was before, and is told once") {
  Lanes lanes(10s);
  lanes.state("breaker", "a", at(2s), "closed", "open");
  lanes.state("breaker", "a", at(3s), "closed", "open");
  lanes.state("breaker", "a", at(4s), "open", "half_open");
  REQUIRE(lanes.states().size() == 1);
  const auto& changes = lanes.states()[0].changes;
  REQUIRE(changes.size() == 3);
  CHECK(changes[0] == std::pair{at(0s), std::string("closed")});
  CHECK(changes[1] == std::pair{at(2s), std::string("open")});
  CHECK(changes[2] == std::pair{at(4s), std::string("half_open")});
}

TEST_CASE("lanes: a gauge holds its value, and shows the most of an interval") {
  Lanes lanes(10s);
  lanes.gauge("queue", "waiting", at(1s), 5);
  lanes.gauge("queue", "waiting", at(1500ms), 2);
  lanes.gauge("queue", "waiting", at(4s), 0);
  CHECK(lanes.gauges()[0].values == std::vector<std::int64_t>{-1, 5, 2, 2, 2});
  CHECK(lanes.gauges()[0].last == 0);
}

TEST_CASE("lanes are bounded, and say what they left out") {
  Lanes lanes(10s);
  for (std::size_t i = 0; i < 2 * Lanes::kNamesMax; ++i) {
    lanes.called("provider-" + std::to_string(i), at(1s), true);
    lanes.gauge("queue", std::to_string(i), at(1s), 1);
  }
  for (std::size_t i = 0; i < 3 * Lanes::kChangesMax; ++i) {
    lanes.state("breaker", "a", at(1s), "closed", i % 2 == 0 ? "open" : "closed");
  }
  for (std::size_t i = 0; i < 3 * Lanes::kEventsMax; ++i) {
    lanes.event({at(1s), "fault_fired", "a", ""});
  }
  lanes.event({at(2s), "breaker", "a", "closed -> open"});
  CHECK(lanes.providers().size() == Lanes::kNamesMax);
  CHECK(lanes.gauges().size() == Lanes::kNamesMax);
  CHECK(lanes.states()[0].changes.size() == Lanes::kChangesMax);
  CHECK(lanes.events().size() == Lanes::kEventsOfKindMax + 1);  // no kind hides another one
  CHECK(lanes.left_out() == 3 * Lanes::kEventsMax - Lanes::kEventsOfKindMax +
                                2 * Lanes::kChangesMax + 1);
}

TEST_CASE("lanes: the segments of one simulated run add up to the whole") {
  Lanes sum(100s);
  sum.add(busy_lanes({1, 3}), false);
  sum.add(busy_lanes({2, 3}), true);
  sum.add(busy_lanes({3, 3}), true);
  CHECK(text_of(sum) == text_of(busy_lanes()));
}

TEST_CASE("lanes: the segments of one live run each add what they saw") {
  Lanes sum(100s);
  sum.add(busy_lanes({1, 2}), false);
  sum.add(busy_lanes({2, 2}), false);
  CHECK(sum.ended_as(Outcome::ok) == busy_lanes().ended_as(Outcome::ok));
  CHECK(sum.providers()[0].failed[5] == 2);
  CHECK(sum.gauges()[0].values[6] == 8);
  CHECK(sum.events().size() == 4);
  CHECK(sum.events().front().at == at(4s));
}

TEST_CASE("lanes are read back as they were written") {
  const Lanes lanes = busy_lanes();
  CHECK(text_of(read_back(lanes, 100s)) == text_of(lanes));
}

TEST_CASE("lanes that somebody has changed are refused") {
  const auto refused = [](const char* key, nlohmann::ordered_json value) {
    nlohmann::ordered_json json = LanesJson::written(busy_lanes());
    json[key] = std::move(value);
    Lanes into(100s);
    INFO(key << " " << json[key]);
    CHECK_THROWS_AS(LanesJson::read(json, into), MeasurementsError);
  };
  refused("opened", "many");
  refused("opened", {-1});
  refused("closed", std::vector<int>(Timeline::kIntervalsMax + 1, 1));
  refused("ended", {{"fine", {1}}});
  refused("failed", {1, 2});
  refused("providers", {{{"name", 7}, {"ok", {1}}, {"failed", {1}}}});
  refused("states", {{{"lane", "a"}, {"name", "b"}, {"changes", {1}}}});
  refused("gauges", {{{"lane", "a"}, {"name", "b"}, {"values", {"x"}}}});
  const std::string long_text(9'999, 'x');
  refused("events", {{{"at_ns", 1}, {"kind", "k"}, {"on", "o"}, {"detail", long_text}}});
  refused("left_out", -1);
}
