// The load generator keeps its plan whatever the target does, and ends every request exactly once.
#include "harness/client/load_generator.hpp"

#include "harness/client/chat_client.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "prepared_scenario.hpp"
#include "world/deadline.hpp"
#include "world/http_server.hpp"
#include "world/sim_network.hpp"

using namespace harness;
using namespace std::chrono_literals;
using reports::Failure;
using reports::Operation;
using reports::Outcome;
using world::Instant;
using world::Task;

namespace {

// Notes what it is told, and that every request is sent and ends at most once.
struct Watcher final : Observer {
  void on_sent(const Operation& op) override { CHECK(sent.emplace(op.id, op).second); }
  void on_ended(const Operation& op, const Reply&) override {
    CHECK(ended.emplace(op.id, op).second);
  }
  void on_conversation_over(std::uint32_t user, std::uint32_t session) override {
    CHECK(over.emplace(std::pair(user, session), ended.size()).second);
  }
  std::map<std::uint64_t, Operation> sent;
  std::map<std::uint64_t, Operation> ended;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> over;  // how many had ended then
};

// A server that takes its time, and that stops the world between two instants.
struct Target {
  world::Clock& clock;
  world::Nanos takes{0};
  Instant stalled_from = world::kNever;
  Instant stalled_to = world::kNever;
  bool answers = true;
  int now_running = 0;
  int most_running = 0;
};

Task<void> answer(Target& target, world::HttpServerConnection& connection) {
  ++target.now_running;
  target.most_running = std::max(target.most_running, target.now_running);
  if (!target.answers) co_await connection.wait_for_close();
  const Instant now = target.clock.now();
  if (now >= target.stalled_from && now < target.stalled_to) {
    co_await target.clock.sleep_until(target.stalled_to);
  }
  co_await target.clock.sleep(target.takes);
  world::HttpResponse response;
  response.body = R"({"choices":[{"message":{"content":"yes"},"finish_reason":"stop"}]})";
  const auto sent = co_await connection.respond(std::move(response));
  static_cast<void>(sent);
  --target.now_running;
}

struct Stage {
  explicit Stage(const std::string& scenario)
      : prepared(test::prepared_from(scenario)),
        recorder(prepared.layout),
        target{clock, {}, world::kNever, world::kNever, true, 0, 0} {}

  world::SimClock clock;
  world::SimNetwork network{clock};
  Prepared prepared;
  reports::Recorder recorder;
  Watcher watcher;
  Target target;
  Instant cancel_at = world::kNever;
  std::optional<bool> result;  // of run(); nothing: cancelled
};

Task<void> drive(Stage& stage) {
  const world::Endpoint at{"target", 80};
  auto listener = stage.network.listen(at);
  const world::HttpHandler handler = [&stage](world::HttpServerConnection& connection,
                                              const world::HttpRequest&) {
    return answer(stage.target, connection);
  };
  world::Scope server(stage.clock);
  server.spawn(world::serve_http(stage.clock, **listener, handler, world::HttpServerOptions()));
  {
    ChatClient client(stage.clock, stage.network, at, stage.prepared.scenario);
    const LoadInput load{world::Random(stage.prepared.seed), stage.prepared.scenario,
                         stage.prepared.plan};
    LoadGenerator generator(stage.clock, load, client, stage.recorder, stage.watcher);
    auto running = generator.run();
    stage.result = co_await world::with_deadline(stage.clock, stage.cancel_at, std::move(running));
    client.close_idle();
  }
  server.cancel();
  co_await server.join_anyway();
}

void run(Stage& stage) {
  REQUIRE(stage.clock.run(drive(stage)));
  const reports::Counts counts = stage.recorder.counts();
  CHECK(!counts.broken_law());
  // Whoever was sent has ended, and only the dropped were not sent.
  CHECK(counts.sent == stage.watcher.sent.size());
  CHECK(counts.planned == stage.watcher.ended.size());
  CHECK(stage.watcher.ended.size() ==
        stage.watcher.sent.size() + counts.of(Outcome::dropped));
}

std::string scenario(const std::string& load, const std::string& more = "") {
  return "scenario: s\nbackends: {primary: {}}\nphases: {a: 10s}\nload:\n  chat: {" + load +
         "}\nslo: [error_rate < 50%]\n" + more;
}

const std::string kTenASecond =
    "arrivals: constant(10/s), users: round_robin(100), sessions: one per request";

}  // namespace

TEST_CASE("open loop: a stalled target shifts no instant, and waiting counts", "[load]") {
  Stage stage(scenario(kTenASecond));
  stage.target.stalled_from = world::at(2s);
  stage.target.stalled_to = world::at(5s);
  run(stage);
  CHECK(stage.result == true);
  REQUIRE(stage.watcher.ended.size() == 100);
  int waited = 0;
  for (const auto& [id, op] : stage.watcher.ended) {
    CHECK(op.outcome == Outcome::ok);
    CHECK(op.sent == op.planned);
    const bool in_stall = op.planned >= world::at(2s) && op.planned < world::at(4'999ms);
    if (!in_stall) {
      CHECK(*latency_of(op, reports::Latency::response) < 1ms);
      continue;
    }
    ++waited;
    // Counted from the planned instant to the end of the stall.
    const world::Nanos owed = world::at(5s) - op.planned;
    CHECK(*latency_of(op, reports::Latency::response) >= owed);
    CHECK(*latency_of(op, reports::Latency::response) < owed + 1ms);
  }
  CHECK(waited == 30);
  // A closed loop would have seen one slow request; here 25 of 100 took longer than half a second.
  const auto p99 = stage.recorder.histogram(reports::Latency::response).percentile(990'000);
  CHECK(p99 > 2'800ms);
}

TEST_CASE("closed loop: a user waits for the answer, thinks, and asks again", "[load]") {
  Stage stage(scenario("arrivals: closed(think=fixed(2s)), users: 1"));
  stage.target.takes = 1s;
  run(stage);
  std::vector<world::Nanos> sent;
  for (const auto& [id, op] : stage.watcher.sent) sent.push_back(world::since_start(op.sent));
  std::sort(sent.begin(), sent.end());
  REQUIRE(sent.size() == 3);  // at 2, 5 and 8 s; the next would be at 11 s
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const world::Nanos expected = 2s + i * 3s;
    CHECK(sent[i] >= expected);
    CHECK(sent[i] < expected + 2ms);
  }
  CHECK(stage.target.most_running == 1);
}

TEST_CASE("closed loop: parallel turns share an instant and are awaited together", "[load]") {
  Stage stage(scenario("arrivals: closed(think=fixed(2s)), users: 1, parallel: 3"));
  stage.target.takes = 1s;
  run(stage);
  CHECK(stage.watcher.sent.size() == 9);
  CHECK(stage.target.most_running == 3);
}

TEST_CASE("connections_max: what has no room is dropped, and said", "[load]") {
  Stage stage(scenario(kTenASecond, "client: {connections_max: 2}\n"));
  stage.target.takes = 1s;
  run(stage);
  const reports::Counts counts = stage.recorder.counts();
  CHECK(counts.planned == 100);
  CHECK(stage.target.most_running == 2);
  CHECK(counts.of(Outcome::dropped) > 70);
  CHECK(counts.of(Outcome::ok) + counts.of(Outcome::dropped) == 100);
  CHECK(stage.recorder.failures(Failure::no_capacity) == counts.of(Outcome::dropped));
  for (const auto& [id, op] : stage.watcher.ended) {
    if (op.outcome == Outcome::dropped) CHECK(op.sent == world::kNever);
  }
}

TEST_CASE("a deadline counts from the planned instant", "[load]") {
  Stage stage(scenario(kTenASecond, "client: {timeout: 1s}\n"));
  stage.target.answers = false;
  run(stage);
  CHECK(stage.recorder.counts().of(Outcome::timeout) == 100);
  for (const auto& [id, op] : stage.watcher.ended) {
    CHECK(op.failure == Failure::timeout);
    CHECK(op.last_event == op.planned + 1s);
  }
}

TEST_CASE("the drain cuts off what is unfinished", "[load]") {
  Stage stage(scenario(kTenASecond, "drain: 2s\n"));
  stage.target.answers = false;
  run(stage);
  CHECK(stage.result == false);
  CHECK(stage.recorder.counts().of(Outcome::in_flight) == 100);
  for (const auto& [id, op] : stage.watcher.ended) {
    CHECK(op.failure == Failure::unfinished);
    CHECK(op.last_event == world::at(12s));
  }
}

TEST_CASE("a run that is over when all have answered does not wait for the drain", "[load]") {
  Stage stage(scenario(kTenASecond, "drain: 1h\n"));
  stage.target.takes = 1s;
  run(stage);
  CHECK(stage.result == true);
  CHECK(stage.clock.now() >= world::at(10s));
  CHECK(stage.clock.now() < world::at(12s));
}

TEST_CASE("cancelled at any moment, what was sent is recorded", "[load]") {
  const std::string both =
      "arrivals: constant(10/s), users: 5}\n  loops: {arrivals: closed(think=fixed(300ms)), "
      "users: 5, parallel: 2";
  for (const world::Nanos at :
       {world::Nanos(0), world::Nanos(1), world::Nanos(50ms), world::Nanos(300ms),
        world::Nanos(300ms + 1ns), world::Nanos(4'050ms), world::Nanos(9'999ms),
        world::Nanos(10s), world::Nanos(11s)}) {
    DYNAMIC_SECTION(at.count() << " ns") {
      Stage stage(scenario(both));
      stage.target.takes = 3s;
      stage.cancel_at = world::at(at);
      run(stage);
      CHECK(!stage.result);
      CHECK(stage.clock.now() < world::at(at + 1ms));
      for (const auto& [id, op] : stage.watcher.ended) {
        CHECK(op.last_event <= world::at(at));
        const bool cut_off = op.outcome == Outcome::in_flight;
        if (cut_off) CHECK(op.failure == Failure::unfinished);
      }
    }
  }
}

TEST_CASE("users who give up are cancelled, and their connections closed at once", "[load]") {
  Stage stage(scenario(kTenASecond + ", gives_up: {after: 2s}"));
  stage.target.answers = false;
  run(stage);
  CHECK(stage.recorder.counts().of(Outcome::cancelled) == 100);
  for (const auto& [id, op] : stage.watcher.ended) {
    CHECK(op.failure == Failure::cancelled);
    CHECK(op.last_event == op.planned + 2s);
  }
  // The server waits for the close of each, so it never had more than two seconds' worth.
  CHECK(stage.target.most_running <= 21);
}

TEST_CASE("who is answered in time does not give up", "[load]") {
  Stage stage(scenario(kTenASecond + ", gives_up: {after: 2s}"));
  stage.target.takes = 1s;
  run(stage);
  CHECK(stage.recorder.counts().of(Outcome::ok) == 100);
}

TEST_CASE("a share of the turns gives up, the same ones in every run", "[load]") {
  std::vector<std::uint64_t> first;
  for (int again = 0; again < 2; ++again) {
    Stage stage(
        scenario(kTenASecond + ", gives_up: {after: \"uniform(1s, 3s)\", share: 30%}"));
    stage.target.takes = again == 0 ? 5s : 4s;
    run(stage);
    std::vector<std::uint64_t> gave_up;
    for (const auto& [id, op] : stage.watcher.ended) {
      if (op.outcome != Outcome::cancelled) continue;
      gave_up.push_back(id);
      CHECK(op.last_event >= op.planned + 1s);
      CHECK(op.last_event <= op.planned + 3s);
    }
    CHECK(gave_up.size() > 15);
    CHECK(gave_up.size() < 45);
    CHECK(stage.recorder.counts().of(Outcome::ok) == 100 - gave_up.size());
    if (again == 0) first = gave_up;
    CHECK(gave_up == first);
  }
}

TEST_CASE("the client's deadline comes before a patience that is longer", "[load]") {
  Stage stage(scenario(kTenASecond + ", gives_up: {after: 5s}", "client: {timeout: 1s}\n"));
  stage.target.answers = false;
  run(stage);
  CHECK(stage.recorder.counts().of(Outcome::timeout) == 100);
}

TEST_CASE("users of a closed loop give up and go on", "[load]") {
  Stage stage(scenario(
      "arrivals: closed(think=fixed(1s)), users: 1, gives_up: {after: 1s}"));
  stage.target.answers = false;
  run(stage);
  CHECK(stage.recorder.counts().of(Outcome::cancelled) == 5);
}

TEST_CASE("conversations are over when their last turn has ended", "[load]") {
  SECTION("one turn each") {
    Stage stage(scenario(kTenASecond));
    run(stage);
    CHECK(stage.watcher.over.size() == 100);
  }
  SECTION("four turns each, some of them dropped") {
    Stage stage(scenario(
        "arrivals: constant(10/s), users: round_robin(5), sessions: {turns_per_session: 4}",
        "client: {connections_max: 3}\n"));
    stage.target.takes = 1s;
    run(stage);
    CHECK(stage.recorder.counts().of(Outcome::dropped) > 0);
    CHECK(stage.watcher.over.size() == 25);
    for (const auto& [key, ended_then] : stage.watcher.over) {
      int turns = 0;
      for (const auto& [id, op] : stage.watcher.ended) {
        turns += std::pair(op.user, op.session) == key;
      }
      CHECK(turns == 4);
    }
  }
  SECTION("without end, in an open loop") {
    Stage stage(scenario("arrivals: constant(10/s), users: 5"));
    run(stage);
    CHECK(stage.watcher.over.empty());
  }
  SECTION("without end, until the user of a closed loop leaves") {
    Stage stage(scenario("arrivals: closed(think=fixed(2s)), users: 3"));
    run(stage);
    CHECK(stage.watcher.over.size() == 3);
    for (const auto& [key, ended_then] : stage.watcher.over) CHECK(ended_then >= 10);
  }
}
