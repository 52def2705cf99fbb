// The shape of a bad way: what a client sees of slices, rates and limits, and that the answer is
// the same; and what a connection fault does to the requests that it does not strike.
#include <catch2/catch.hpp>

#include "tests/fakes/fake_world.hpp"

using namespace support;
using namespace std::chrono_literals;

namespace {

// Every read of a response, until `until` has come.
world::Task<void> read_pieces(InSim& world, world::Endpoint at, std::string request,
                              std::string until, std::vector<std::string>& pieces) {
  auto stream = co_await world.network.connect(at);
  const world::Result<void> sent = co_await (*stream)->write_all(request);
  static_cast<void>(sent);
  std::string all;
  char room[4096];
  while (all.find(until) == std::string::npos) {
    const world::Result<std::size_t> n = co_await (*stream)->read_some(room, sizeof(room));
    if (!n || *n == 0) co_return;
    pieces.emplace_back(room, *n);
    all += pieces.back();
  }
}

world::Task<void> ask_after_pause(InSim& world, world::Endpoint at, std::string request,
                                  world::Nanos pause, Talk& first, Talk& then) {
  auto stream = co_await world.network.connect(at);
  first = co_await talk_on(world.clock, **stream, request, 1s, "total_tokens");
  co_await world.clock.sleep(pause);
  then = co_await talk_on(world.clock, **stream, request, 1s, "total_tokens");
}

}  // namespace

TEST_CASE("network: a slice of one byte splits every line break, and the answer is whole",
          "[network]") {
  fakes::Network fault;
  fault.slice = 1;
  FakeWorld<InSim> fake({support::fault(fault)});
  std::vector<std::string> pieces;
  fake.run(read_pieces(fake.world, fake.at, post_chat(ask({1, 0, 0}, true, 8)), "0\r\n\r\n",
                       pieces));
  std::string all;
  for (const std::string& piece : pieces) {
    CHECK(piece.size() == 1);
    all += piece;
  }
  CHECK(body_of(all).whole);
  CHECK(fake.records.at(0).end == fakes::End::completed);
  CHECK(fake.records[0].late_max == 0ns);  // the way is slow, not the fake
}

TEST_CASE("network: latency shifts a stream and keeps its pace", "[network]") {
  fakes::Network fault;
  fault.latency = 300ms;
  FakeWorld<InSim> fake({support::fault(fault)});
  const Talk talk = fake.talk(post_chat(ask({1, 0, 0}, true, 8)), 2s, "0\r\n\r\n");
  CHECK(talk.last_byte - talk.first_byte == 70ms);
  CHECK(talk.first_byte >= world::at(340ms));
  CHECK(talk.first_byte < world::at(345ms));
}

TEST_CASE("network: jitter never adds up, and never turns tokens round", "[network]") {
  fakes::Network fault;
  fault.jitter = 50ms;
  FakeWorld<InSim> fake({support::fault(fault)});
  const Talk talk = fake.talk(post_chat(ask({1, 0, 0}, true, 400)), 9s, "0\r\n\r\n");
  CHECK(body_of(talk.bytes).whole);
  CHECK(talk.last_byte < world::at(40ms + 399 * 10ms + 50ms + 5ms));
  CHECK(talk.last_byte >= world::at(40ms + 399 * 10ms));
}

TEST_CASE("shape: a burst leaves at once, what follows at the rate", "[network]") {
  fakes::Shape shape;
  shape.bytes_per_second = 1000;
  shape.burst = 100;
  std::size_t at_once = 0;
  world::Instant last{};
  for (std::size_t left = 500; left > 0;) {
    const std::size_t piece = shape.next_piece(left);
    last = shape.leave(piece, world::Instant{});
    if (last == world::Instant{}) at_once += piece;
    left -= piece;
  }
  CHECK(at_once >= 100);
  CHECK(at_once <= 110);
  CHECK(last >= world::at(380ms));
  CHECK(last <= world::at(400ms));
}

TEST_CASE("idle: a connection that is used in time lives on", "[network]") {
  const fakes::IdleThen then =
      GENERATE(fakes::IdleThen::fin, fakes::IdleThen::rst, fakes::IdleThen::silence);
  const bool in_time = GENERATE(true, false);
  FakeWorld<InSim> fake({support::fault(fakes::Idle{500ms, then})});
  Talk first;
  Talk second;
  fake.run(ask_after_pause(fake.world, fake.at, post_chat(ask({1, 0, 0}, false, 5)),
                           in_time ? 400ms : 600ms, first, second));
  CHECK(first.end == "enough");
  CHECK((second.end == "enough") == in_time);
  CHECK(fake.server.faults().fired(0) == (in_time ? 0U : 1U));
}

TEST_CASE("faults of a moment leave other connections alone", "[network]") {
  struct Row {
    const char* name;
    fakes::FaultAction action;
  };
  const Row row = GENERATE(Row{"accept, after its window", fakes::Accept{}},
                           Row{"reuse", fakes::Reuse{}}, Row{"no_continue", fakes::NoContinue{}});
  CAPTURE(row.name);
  const bool closed_window = std::holds_alternative<fakes::Accept>(row.action);
  const world::Instant to = closed_window ? world::at(1ns) : world::kNever;
  FakeWorld<InSim> fake({support::fault(row.action, 0ns, to)});
  const Talk talk = fake.talk(post_chat(ask({1, 0, 0}, false, 5)), 1s, "total_tokens");
  CHECK(talk.end == "enough");
  CHECK(fake.server.faults().fired(0) == 0);
  CHECK(fake.records.at(0).end == fakes::End::completed);
}
