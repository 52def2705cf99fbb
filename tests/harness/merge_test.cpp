// Which simulated segments are no parts of one run: what a changed measurements.json could hide.
#include "harness/run/merge.hpp"

#include <catch2/catch.hpp>
#include <functional>

using namespace harness;
using namespace std::chrono_literals;
using reports::Measurements;

namespace {

// Segment index/2 of a run with two users, each with one request.
Measurements segment(std::uint32_t index) {
  reports::Layout layout;
  layout.phases = {{"all", world::at(0s), world::at(10s)}};
  layout.classes = {"chat"};
  layout.duration = 10s;
  layout.segment = {index, 2};
  Measurements m(layout);
  m.scenario = "s";
  m.mode = "sim";
  m.digest = 7;
  m.facts = {{"ledger.calls", 2}};
  m.planned_ahead = 1;
  reports::Operation op;
  op.id = index;
  op.user = index - 1;
  op.planned = op.sent = world::at(1s);
  op.last_event = world::at(2s);
  m.recorder.planned();
  m.recorder.sent();
  m.recorder.record(op);
  return m;
}

using Change = std::function<void(Measurements&)>;

Measurements merge_with(const Change& change) {
  Measurements second = segment(2);
  change(second);
  return merged({{"a", std::make_shared<const Measurements>(segment(1))},
                 {"b", std::make_shared<const Measurements>(std::move(second))}});
}

}  // namespace

TEST_CASE("simulated segments that are whole are merged", "[merge]") {
  const Measurements whole = merge_with([](Measurements&) {});
  CHECK(whole.recorder.counts().planned == 2);
  CHECK(whole.recorder.counts().sent == 2);
  CHECK(whole.missing.empty());
}

TEST_CASE("simulated segments that are not whole, or were changed, are refused", "[merge]") {
  struct Row {
    Change change;
    const char* what;
  };
  const std::vector<Row> rows{
      {[](Measurements& m) { m.interrupted = true; }, "b: was interrupted"},
      {[](Measurements& m) { m.never_started = "no port"; }, "b: never started (no port)"},
      {[](Measurements& m) { m.missing = {"2/3"}; }, "b: lacks segments itself"},
      {[](Measurements& m) { m.stopped_early = "stopped early at 4s"; }, "b: could stop early"},
      {[](Measurements& m) { m.anytime = {{}}; }, "b: could stop early"},
      {[](Measurements& m) { m.facts["ledger.calls"] = 1; }, "the fact ledger.calls differs"},
      {[](Measurements& m) { m.facts.clear(); }, "the fact ledger.calls differs"},
      {[](Measurements& m) { m.facts["more"] = 1; }, "the fact more differs"},
      {[](Measurements& m) { m.recorder.planned(); }, "b: its counts do not add up (2 planned"},
      {[](Measurements& m) { m.recorder.sent(); }, "b: its counts do not add up (1 planned and 2"},
      {[](Measurements& m) {
         m.recorder.planned();
         m.recorder.sent();  // planned = sent + dropped holds, and no request tells of it
       },
       "b: its counts do not add up (2 planned and 2 sent, the requests tell 1 and 1)"},
  };
  for (const Row& row : rows) CHECK_THROWS_WITH(merge_with(row.change), Catch::Contains(row.what));
}

TEST_CASE("live segments have facts of their own", "[merge]") {
  Measurements one = segment(1), other = segment(2);
  one.mode = other.mode = "live";
  other.facts["ledger.calls"] = 1;
  CHECK_NOTHROW(merged({{"a", std::make_shared<const Measurements>(std::move(one))},
                        {"b", std::make_shared<const Measurements>(std::move(other))}}));
}
