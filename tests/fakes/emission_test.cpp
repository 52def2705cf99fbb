// How late writes are and what they hold: counted write by write, and never put down to the fake
// when a fault or a reader held the answer up; tokens that leave together where a backend says so.
#include "fakes/emission.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/fakes/fake_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using fakes::Emission;

TEST_CASE("lateness is counted to a sixteenth of its value", "[emission]") {
  for (const world::Nanos late : {0ns, 1'023ns, 1'024ns, 20'000ns, 1'000'000ns, 20'000'000ns,
                                  7'000'000'000ns, 86'400'000'000'000ns}) {
    Emission emission;
    emission.wrote(3, late);
    emission.wrote(0, 100h);  // beyond the last bucket
    CAPTURE(late.count());
    CHECK(emission.late(500'000) >= late);
    CHECK(emission.late(500'000) <= late + late / 16 + 1'024ns);
    CHECK(emission.late_max() == 100h);
    CHECK(emission.writes() == 2);
    CHECK(emission.event_writes() == 1);
    CHECK(emission.events() == 3);
  }
  for (std::size_t i = 1; i < Emission::kBuckets; ++i) {
    REQUIRE(Emission::top_of(i) > Emission::top_of(i - 1));
  }
}

TEST_CASE("percentiles of lateness, and what is over a bound", "[emission]") {
  Emission emission;
  CHECK(emission.late(990'000) == 0ns);
  for (int i = 0; i < 985; ++i) emission.wrote(1, 1ms);
  Emission other;
  for (int i = 0; i < 15; ++i) other.wrote(1, 50ms);
  other.wrote(1, -3ms);  // early is not late
  emission.merge(other);
  CHECK(emission.late(900'000) < 2ms);
  CHECK(emission.late(990'000) == 50ms);
  CHECK(emission.later_than(10ms) == 15);
  CHECK(emission.later_than(50ms) == 0);
  CHECK(emission.late_sum() == 985ms + 15 * 50ms);
}

namespace {

fakes::Backend coalescing(world::Nanos coalesce) {
  fakes::Backend backend = steady_backend();
  backend.coalesce = coalesce;
  return backend;
}

template <class World>
std::string text_of_stream(FakeWorld<World>& fake, int tokens) {
  const Talk talk = fake.talk(post_chat(ask({1, 0, 0}, true, tokens)), 9s, "[DONE]\n\n\r\n0\r\n");
  const std::string text = body_of(talk.bytes).text;
  return text.substr(0, text.find("[DONE]"));
}

}  // namespace

TEST_CASE("tokens that are due close together leave in one write", "[emission]") {
  FakeWorld<InSim> each;
  const std::string text = text_of_stream(each, 11);
  CHECK(each.records.at(0).events == 14);
  CHECK(each.records.at(0).writes == 11);  // the first and last events leave with a token
  FakeWorld<InSim> fake({}, coalescing(35ms));
  CHECK(text_of_stream(fake, 11) == text);  // no byte is another, nor the chunk that it is in
  const auto& record = fake.records.at(0);
  // At 40 ms; those of 50 to 80, 90 to 120, and 130 to 140, when the last of each is due.
  CHECK(record.writes == 4);
  CHECK(record.events == 14);
  CHECK(record.first_write - record.at == 40ms);  // the first token waits for none
  CHECK(record.last_write - record.at == 140ms);  // nor does the end
  CHECK(record.late_max == 0ns);                  // to wait for others is no lateness
  const Emission emission = fake.server.emission();
  CHECK(emission.events() == 14);
  CHECK(emission.event_writes() == 4);
  CHECK(emission.late_max() == 0ns);
}

TEST_CASE("a live backend coalesces as a simulated one", "[emission]") {
  FakeWorld<InSim> sim({}, coalescing(35ms));
  FakeWorld<Live> live({}, coalescing(35ms));
  const auto contents = [](const std::string& text) { return count(text, "\"content\""); };
  CHECK(contents(text_of_stream(live, 30)) == contents(text_of_stream(sim, 30)));
  CHECK(live.records.at(0).events == sim.records.at(0).events);
  CHECK(live.records.at(0).writes <= sim.records.at(0).writes);  // fewer when this machine is late
  CHECK(live.records.at(0).writes > 0);
}

TEST_CASE("coalescing stops where a fault strikes", "[emission]") {
  fakes::Stall stall;
  stall.after_events = 4;  // the first event, and three tokens
  stall.duration = 2s;
  FakeWorld<InSim> fake({fault(stall)}, coalescing(1s));
  const Talk talk = fake.talk(post_chat(ask({1, 0, 0}, true, 11)), 9s, "[DONE]\n\n\r\n0\r\n");
  CHECK(count(talk.bytes, "data: ") == 14);
  const auto& record = fake.records.at(0);
  CHECK(record.writes == 3);  // one token; two more, before the fault; all others
  CHECK(record.last_write - record.at == 140ms + 2s);
  CHECK(record.late_max == 0ns);
}

namespace {
// Listens for nothing until `since`.
world::Task<void> read_late(FakeWorld<InSim>& fake, std::string request, world::Nanos since,
                            std::size_t& read) {
  const world::Result<std::unique_ptr<world::Stream>> stream =
      co_await fake.world.network.connect(fake.at);
  const world::Result<void> sent = co_await (*stream)->write_all(request);
  static_cast<void>(sent);
  co_await fake.world.clock.sleep(since);
  char room[4'096];
  std::string end;
  while (end.find("[DONE]") == std::string::npos) {
    const world::Result<std::size_t> n = co_await (*stream)->read_some(room, sizeof room);
    if (!n || *n == 0) break;
    read += *n;
    end = end.substr(end.size() - std::min<std::size_t>(end.size(), 8)) + std::string(room, *n);
  }
}
}  // namespace

TEST_CASE("a client that does not read makes the fake wait, not late", "[emission]") {
  FakeWorld<InSim> fake;
  std::size_t read = 0;
  fake.run(read_late(fake, post_chat(ask({1, 0, 0}, true, 3'000)), 10min, read));
  REQUIRE(fake.records.size() == 1);
  CHECK(fake.records[0].tokens == 3'000);
  CHECK(fake.records[0].last_write - fake.records[0].at >= 10min);  // of which 30 s were its own
  CHECK(fake.records[0].late_max == 0ns);
  CHECK(read > 300'000);  // more than the network holds
}

TEST_CASE("what a fault holds up is not the fake's lateness", "[emission]") {
  fakes::Hang hang;
  hang.duration = 5s;
  for (const bool stream : {true, false}) {
    FakeWorld<InSim> fake({fault(hang)});
    fake.talk(post_chat(ask({1, 0, 0}, stream, 3)), 9s, stream ? "[DONE]" : "total_tokens");
    REQUIRE(fake.records.size() == 1);
    CHECK(fake.records[0].end == fakes::End::completed);
    CHECK(fake.records[0].late_max == 0ns);
    CHECK(fake.server.emission().late_max() == 0ns);
    CHECK(fake.server.emission().writes() >= 1);
  }
}

TEST_CASE("a refusal has no instant that it could be late for", "[emission]") {
  FakeWorld<InSim> fake({fault(fakes::Status{})});
  fake.talk(post_chat(ask({1, 0, 0}, false, 3)), 1s);
  CHECK(fake.records.at(0).status == 503);
  CHECK(fake.server.emission().writes() == 0);
}
