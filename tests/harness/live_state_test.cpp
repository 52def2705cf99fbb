#include "harness/live/live_state.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using harness::LiveJson;
using harness::LiveState;
using harness::message_of;

namespace {

LiveJson tick(std::size_t from, std::vector<int> ok, std::vector<int> calls) {
  LiveJson json;
  json["now_s"] = from + ok.size();
  json["from"] = from;
  json["series"]["n"] = from + ok.size();
  json["series"]["by_outcome"]["ok"] = ok;
  json["lanes"]["providers"] = LiveJson::array({{{"name", "a"}, {"ok", calls}}});
  json["lanes"]["states"] =
      LiveJson::array({{{"lane", "breaker"}, {"name", "a"}, {"changes", {{0, "closed"}}}}});
  return json;
}

// The data of the only frame of an event.
LiveJson data_of(const std::vector<std::string>& frames, const std::string& event) {
  const std::string beginning = "event: " + event + "\ndata: ";
  LiveJson found;
  int count = 0;
  for (const std::string& frame : frames) {
    if (!frame.starts_with(beginning)) continue;
    found = LiveJson::parse(frame.substr(beginning.size()));
    ++count;
  }
  CHECK(count == 1);
  return found;
}

}  // namespace

TEST_CASE("live: who comes late gets one tick that holds all of them") {
  LiveState state;
  state.take(message_of("begin", {{"scenario", "x"}}));
  state.take(message_of("tick", tick(0, {1, 2, 3}, {5, 5, 5})));
  state.take(message_of("tick", tick(2, {4, 5}, {6, 7})));  // the third is told anew
  const auto frames = state.catch_up();
  REQUIRE(frames.size() == 2);
  CHECK(data_of(frames, "begin")["scenario"] == "x");
  const LiveJson all = data_of(frames, "tick");
  CHECK(all["from"] == 0);
  CHECK(all["now_s"] == 4);
  CHECK(all["series"]["n"] == 4);
  CHECK(all["series"]["by_outcome"]["ok"] == LiveJson::array({1, 2, 4, 5}));
  CHECK(all["lanes"]["providers"][0]["ok"] == LiveJson::array({5, 5, 6, 7}));
  CHECK(all["lanes"]["states"][0]["changes"] == LiveJson::array({{0, "closed"}}));
}

TEST_CASE("live: a series that begins later has gaps before") {
  LiveState state;
  state.take(message_of("tick", tick(0, {1, 2}, {1, 1})));
  LiveJson later = tick(2, {3}, {1});
  later["series"]["by_outcome"]["error"] = {9};
  later["lanes"]["providers"].push_back({{"name", "b"}, {"ok", {4}}});
  state.take(message_of("tick", later));
  const LiveJson all = data_of(state.catch_up(), "tick");
  CHECK(all["series"]["by_outcome"]["error"] == LiveJson::array({nullptr, nullptr, 9}));
  CHECK(all["lanes"]["providers"][1]["ok"] == LiveJson::array({nullptr, nullptr, 4}));
}

TEST_CASE("live: a scenario that has ended leaves its report, and the next begins anew") {
  LiveState state;
  state.take(message_of("begin", {{"scenario", "x"}}));
  state.take(message_of("tick", tick(0, {1}, {1})));
  state.take(message_of("end", {{"scenario", "x"}, {"verdict", "PASS"}}));
  CHECK(state.catch_up().size() == 1);
  state.take(message_of("begin", {{"scenario", "y"}}));
  CHECK(state.catch_up().size() == 2);
  state.take(message_of("suite_end", {{"exit_code", 0}}));
  CHECK(data_of(state.catch_up(), "suite_end")["exit_code"] == 0);
}

TEST_CASE("live: the reports that are kept are bounded") {
  LiveState state;
  for (std::size_t i = 0; i < 2 * LiveState::kEndsMax; ++i) {
    state.take(message_of("end", {{"index", i}}));
  }
  const auto frames = state.catch_up();
  CHECK(frames.size() == LiveState::kEndsMax);
  CHECK(frames.back().find("99") != std::string::npos);
}

TEST_CASE("live: text cannot break out of its frame") {
  const LiveJson data = {{"reason", "a\n\nevent: x\r\ndata: y\u2028"}};
  const std::string frame = harness::frame_of("end", data);
  CHECK(frame.find("\n\n") == frame.size() - 2);
  CHECK(frame.find("\nevent: x") == std::string::npos);
}
