#include "harness/live/live_server.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using harness::LiveJson;
using harness::LiveServer;
using harness::message_of;

TEST_CASE("live: the view ends although nobody took what was told") {
  LiveServer server({"127.0.0.1", 0});
  CHECK(server.url().starts_with("http://127.0.0.1:"));
  // Far more than there is room for, faster than anybody takes it.
  for (int i = 0; i < 20'000; ++i) server.tell(message_of("end", {{"scenario", "x"}}));
  server.finish(LiveJson::object());
}
