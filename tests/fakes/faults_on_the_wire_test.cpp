// Each fault is looked for in the raw bytes of a connection, in virtual time and on real sockets,
// and must also be counted as fired and stand in the fake's record of the request.
#include <catch2/catch.hpp>

#include "tests/fakes/fake_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using world::TurnId;

namespace {

const std::string kHead = "HTTP/1.1 200 OK\r\n";

template <class World>
void check_struck(const FakeWorld<World>& fake, fakes::End end = fakes::End::faulted) {
  CHECK(fake.server.faults().fired(0) == 1);
  REQUIRE(fake.records.size() == 1);
  CHECK(fake.records[0].fault == std::optional<std::size_t>(0));
  CHECK(fake.records[0].end == end);
}

world::Task<void> talk_twice(world::Clock& clock, world::Network& network, world::Endpoint at,
                             std::string request, world::Instant second, Talk& first, Talk& then) {
  auto stream = co_await network.connect(at);
  first = co_await talk_on(clock, **stream, request, 1s, "total_tokens");
  co_await clock.sleep_until(second);
  then = co_await talk_on(clock, **stream, request, 1s);
}

world::Task<void> talk_during_and_after(world::Clock& clock, world::Network& network,
                                        world::Endpoint at, std::string request, Talk& during,
                                        Talk& after) {
  during = co_await talk(clock, network, at, request, 1s);
  co_await clock.sleep_until(world::at(400ms));
  after = co_await talk(clock, network, at, request, 2s, "total_tokens");
}

}  // namespace

TEMPLATE_TEST_CASE("status: the code, the headers and the body", "[faults]", InSim, Live) {
  SECTION("in the provider's own form") {
    FakeWorld<TestType> fake({fault(fakes::Status{503, "", {}})});
    const Talk talk = fake.talk(post_chat(ask({1, 0, 0}, false, 5)), 2s, "}}");
    CHECK(talk.bytes.rfind("HTTP/1.1 503 Service Unavailable\r\n", 0) == 0);
    const Body body = body_of(talk.bytes);
    CHECK(body.whole);
    CHECK(body.text.rfind(R"({"error":{"message":"The engine is)", 0) == 0);
    CHECK(body.headers.contains("x-request-id"));
    check_struck(fake);
    CHECK(fake.records[0].status == 503);
  }
  SECTION("verbatim, as a gateway") {
    FakeWorld<TestType> fake(
        {fault(fakes::Status{502, "<html>Bad gateway</html>", {{"Server", "cloudflare"}}})});
    const Talk talk = fake.talk(post_chat(ask({1, 0, 0}, true, 5)), 2s, "</html>");
    const Body body = body_of(talk.bytes);
    CHECK(body.status == 502);
    CHECK(body.text == "<html>Bad gateway</html>");
    CHECK(body.headers.get("server") == "cloudflare");
    CHECK(body.headers.get("content-type") == "text/html");
    check_struck(fake);
  }
}

TEMPLATE_TEST_CASE("rate_limit: 429 with Retry-After in whole seconds", "[faults]", InSim, Live) {
  FakeWorld<TestType> fake({fault(fakes::RateLimit{1500ms})});
  const Talk talk = fake.talk(post_chat(ask({1, 0, 0}, false, 5)), 2s, "}}");
  const Body body = body_of(talk.bytes);
  CHECK(body.status == 429);
  CHECK(body.headers.get("retry-after") == "2");
  CHECK(body.text.find("rate_limit_exceeded") != std::string::npos);
  check_struck(fake);
}

TEMPLATE_TEST_CASE("hang: silence before the headers", "[faults]", InSim, Live) {
  SECTION("for ever") {
    FakeWorld<TestType> fake({fault(fakes::Hang{})});
    const Talk talk = fake.talk(post_chat(ask({1, 0, 0}, false, 5)), 1s);
    CHECK(talk.end == "silence");
    CHECK(talk.bytes.empty());
    check_struck(fake);
  }
  SECTION("for a while, then the answer") {
    FakeWorld<TestType> fake({fault(fakes::Hang{500ms})});
    const Talk talk = fake.talk(post_chat(ask({1, 0, 0}, false, 5)), 5s, "total_tokens");
    CHECK(body_of(talk.bytes).status == 200);
    CHECK(talk.first_byte >= world::at(500ms));
    check_struck(fake, fakes::End::completed);
  }
}

TEMPLATE_TEST_CASE("reset: so many bytes of body, then RST", "[faults]", InSim, Live) {
  struct Row {
    bool stream;
    std::int64_t after_bytes;
  };
  const Row row = GENERATE(Row{false, 0}, Row{false, 1}, Row{false, 100}, Row{true, 0},
                           Row{true, 1}, Row{true, 300}, Row{true, 1000});
  CAPTURE(row.stream, row.after_bytes);
  FakeWorld<TestType> fake({fault(fakes::Reset{row.after_bytes})});
  const Talk talk = fake.talk(post_chat(ask({1, 0, 0}, row.stream, 8)));
  CHECK(talk.end == "reset");
  CHECK(talk.bytes.rfind(kHead, 0) == 0);
  const Body body = body_of(talk.bytes);
  CHECK(body.text.size() == static_cast<std::size_t>(row.after_bytes));
  CHECK_FALSE(body.whole);
  check_struck(fake);
}

TEMPLATE_TEST_CASE("reset: a body shorter than asked is broken off all the same", "[faults]", InSim,
                   Live) {
  const bool stream = GENERATE(false, true);
  FakeWorld<TestType> fake({fault(fakes::Reset{1'000'000})});
  const Talk talk = fake.talk(post_chat(ask({1, 0, 0}, stream, 3)));
  CHECK(talk.end == "reset");
  const Body body = body_of(talk.bytes);
  CHECK_FALSE(body.whole);
  CHECK(body.text.find("[end 3 ") != std::string::npos);
  CHECK(body.text.find("[DONE]") == std::string::npos);
  check_struck(fake);
}

TEMPLATE_TEST_CASE("stall: so many events, then silence", "[faults]", InSim, Live) {
  SECTION("for ever") {
    const std::int64_t events = GENERATE(0, 1, 4);
    FakeWorld<TestType> fake({fault(fakes::Stall{events, {}})});
    const Talk talk = fake.talk(post_chat(ask({1, 0, 0}, true, 8)), 1s);
    CHECK(talk.end == "silence");
    const Body body = body_of(talk.bytes);
    CHECK(body.status == 200);
    CHECK(count(body.text, "data: ") == events);
    check_struck(fake);
    CHECK(fake.records[0].tokens == std::max<std::int64_t>(0, events - 1));
  }
  SECTION("for a while, then the rest at its pace") {
    FakeWorld<TestType> fake({fault(fakes::Stall{4, 500ms})});
    const Talk talk = fake.talk(post_chat(ask({1, 0, 0}, true, 8)), 5s, "0\r\n\r\n");
    const Body body = body_of(talk.bytes);
    CHECK(body.whole);
    CHECK(count(body.text, "data: ") == 11);
    CHECK(talk.last_byte >= world::at(40ms + 7 * 10ms + 500ms));
    check_struck(fake, fakes::End::completed);
  }
}

TEMPLATE_TEST_CASE("cut: so many events, then the end without the terminal one", "[faults]", InSim,
                   Live) {
  const std::int64_t events = GENERATE(0, 1, 5, 1000);
  const fakes::CutEnd how = GENERATE(fakes::CutEnd::fin, fakes::CutEnd::rst);
  CAPTURE(events);
  FakeWorld<TestType> fake({fault(fakes::Cut{events, how})});
  const Talk talk = fake.talk(post_chat(ask({1, 0, 0}, true, 8)));
  CHECK(talk.end == (how == fakes::CutEnd::fin ? "fin" : "reset"));
  const Body body = body_of(talk.bytes);
  CHECK(body.status == 200);
  CHECK_FALSE(body.whole);
  CHECK(count(body.text, "data: ") == std::min<std::int64_t>(events, 10));
  CHECK(body.text.find("[DONE]") == std::string::npos);
  check_struck(fake);
}

TEMPLATE_TEST_CASE("stall and cut leave plain answers alone", "[faults]", InSim, Live) {
  FakeWorld<TestType> fake({fault(fakes::Stall{1, {}}), fault(fakes::Cut{})});
  const Talk talk = fake.talk(post_chat(ask({1, 0, 0}, false, 3)), 2s, "total_tokens");
  CHECK(body_of(talk.bytes).status == 200);
  CHECK(fake.server.faults().fired(0) == 0);
  CHECK(fake.server.faults().fired(1) == 0);
}

TEMPLATE_TEST_CASE("refuse: new connections are refused and old ones reset", "[faults]", InSim,
                   Live) {
  SECTION("new") {
    FakeWorld<TestType> fake({fault(fakes::Refuse{})});
    CHECK(fake.talk(post_chat(ask({1, 0, 0}, false, 3))).end == "refused");
    CHECK(fake.server.faults().fired(0) >= 1);
    CHECK(fake.records.empty());
  }
  SECTION("idle when the window opens") {
    FakeWorld<TestType> fake({fault(fakes::Refuse{}, 500ms)});
    Talk first;
    Talk then;
    fake.run(talk_twice(fake.world.clock, fake.world.network, fake.at,
                        post_chat(ask({1, 0, 0}, false, 3)), world::at(600ms), first, then));
    CHECK(body_of(first.bytes).status == 200);
    CHECK(then.end == "reset");
    CHECK(then.bytes.empty());
    CHECK(fake.server.faults().fired(0) >= 1);
  }
  SECTION("busy when the window opens") {
    FakeWorld<TestType> fake({fault(fakes::Refuse{}, 500ms)});
    const Talk talk = fake.talk(post_chat(ask({1, 0, 0}, true, 200)), 5s);
    CHECK(talk.end == "reset");
    CHECK(body_of(talk.bytes).status == 200);
    REQUIRE(fake.records.size() == 1);
    CHECK(fake.records[0].end == fakes::End::faulted);
    CHECK(fake.records[0].fault == std::optional<std::size_t>(0));
  }
  SECTION("and after the window all is well") {
    FakeWorld<TestType> fake({fault(fakes::Refuse{}, 0ms, world::at(300ms))});
    Talk during;
    Talk after;
    fake.run(talk_during_and_after(fake.world.clock, fake.world.network, fake.at,
                                   post_chat(ask({1, 0, 0}, false, 3)), during, after));
    CHECK(during.end == "refused");
    CAPTURE(after.end);
    CHECK(body_of(after.bytes).status == 200);
  }
}

TEMPLATE_TEST_CASE("black_hole: nothing is heard", "[faults]", InSim, Live) {
  SECTION("by new connections") {
    FakeWorld<TestType> fake({fault(fakes::BlackHole{})});
    CHECK(fake.talk(post_chat(ask({1, 0, 0}, false, 3)), 500ms).end == "no connection");
    // In live the kernel drops the attempt and tells nobody.
    if (std::string(TestType::name) == "sim") CHECK(fake.server.faults().fired(0) == 1);
  }
  SECTION("by a connection that was idle") {
    FakeWorld<TestType> fake({fault(fakes::BlackHole{}, 500ms)});
    Talk first;
    Talk then;
    fake.run(talk_twice(fake.world.clock, fake.world.network, fake.at,
                        post_chat(ask({1, 0, 0}, false, 3)), world::at(600ms), first, then));
    CHECK(body_of(first.bytes).status == 200);
    CHECK(then.end == "silence");
    CHECK(then.bytes.empty());
    CHECK(fake.server.faults().fired(0) == 1);
    REQUIRE(fake.records.size() == 2);
    CHECK(fake.records[1].fault == std::optional<std::size_t>(0));
  }
  SECTION("by one in the middle of a stream") {
    FakeWorld<TestType> fake({fault(fakes::BlackHole{}, 500ms)});
    const Talk talk = fake.talk(post_chat(ask({1, 0, 0}, true, 200)), 2s);
    CHECK(talk.end == "silence");
    CHECK(body_of(talk.bytes).text.find(" t20") != std::string::npos);
    REQUIRE(fake.records.size() == 1);
    CHECK(fake.records[0].end == fakes::End::faulted);
  }
}

TEST_CASE("a connection fault with a probability strikes connections, not the port", "[faults]") {
  fakes::Fault half = fault(fakes::Refuse{});
  half.probability_ppm = 500'000;
  FakeWorld<InSim> fake({half});
  int reset = 0;
  for (int i = 0; i < 100; ++i) {
    const Talk talk = fake.talk(post_chat(ask({1, 0, 0}, false, 1)), 2s, "total_tokens");
    if (talk.end == "reset") ++reset;
  }
  CHECK(reset > 30);
  CHECK(reset < 70);
  CHECK(fake.server.faults().fired(0) == static_cast<std::uint64_t>(reset));
}

TEST_CASE("a fault on attempts 1 and 2 lets the third through", "[faults]") {
  fakes::Fault f = fault(fakes::Status{503, "", {}});
  f.attempts = {1, 2};
  FakeWorld<InSim> fake({f});
  const std::string request = post_chat(ask({1, 0, 0}, false, 3));
  CHECK(body_of(fake.talk(request, 2s, "}}").bytes).status == 503);
  CHECK(body_of(fake.talk(request, 2s, "}}").bytes).status == 503);
  CHECK(body_of(fake.talk(request, 2s, "total_tokens").bytes).status == 200);
  CHECK(fake.records[2].attempt == 3);
}

TEST_CASE("faults match what the user wrote, escapes resolved", "[faults]") {
  fakes::Fault f = fault(fakes::Status{500, "", {}});
  f.match.text = "say \"hi\"";
  FakeWorld<InSim> fake({f});
  const std::string body =
      R"({"model":"m","messages":[{"role":"user","content":"[turn u1.s0.t0] say \"hi\""}]})";
  CHECK(body_of(fake.talk(post_chat(body), 2s, "}}").bytes).status == 500);
}
