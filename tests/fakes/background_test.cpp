// Responses that are made in the background: their life cycle, polling, resuming, cancelling,
// removing and forgetting.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "fakes/background.hpp"
#include "fakes/dialects/openai_responses.hpp"
#include "tests/fakes/responses_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

// Queued for 1 s; the first token 40 ms later, then 10 ms each: 5 tokens end at 1.08 s.
fakes::Backend queueing_backend() {
  fakes::Backend backend = responses_backend();
  backend.queue_time = world::Distribution::fixed(1'000'000'000);
  return backend;
}

const std::string kPlain = R"(,"background":true)";
const std::string kStreamed = R"(,"background":true,"stream":true)";

std::string create(const std::string& further, int tokens = 5) {
  return post("/v1/responses", input({1, 0, 0}, tokens, further));
}

// What create() will be called: the same turn, backend and seed give the same id.
template <class World>
std::string id_of_first() {
  ResponsesWorld<World> fake(queueing_backend());
  return json::parse(fake.request(create(kPlain)).text)["id"];
}

std::string status_of(const Body& body) { return json::parse(body.text)["status"]; }

Step step(world::Nanos after, std::string request, world::Nanos patience = 100h) {
  Step result;
  result.after = after;
  result.request = std::move(request);
  result.patience = patience;
  return result;
}

std::string get(const std::string& id, const std::string& query = {}) {
  return bare("GET", path_of(id, query));
}
std::string cancel(const std::string& id) { return bare("POST", path_of(id, "/cancel")); }
std::string after(std::int64_t number) {
  return "?stream=true&starting_after=" + std::to_string(number);
}

}  // namespace

TEMPLATE_TEST_CASE("a background response is queued, in progress, completed", "[background]",
                   InSim, Live) {
  const std::string id = id_of_first<InSim>();
  ResponsesWorld<TestType> fake(queueing_backend());
  const std::vector<Body> bodies = fake.play({step(0s, create(kPlain, 50)), step(300ms, get(id)),
                                              step(1s, get(id)), step(1s, get(id)),
                                              step(1s, get(id))});
  const std::vector<std::string> expected = {"queued", "queued", "in_progress", "completed",
                                             "completed"};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK(bodies[i].status == 200);
    const json response = json::parse(bodies[i].text);
    CHECK(response["id"] == id);
    CHECK(response["background"] == true);
    CHECK(response["status"] == expected[i]);
    const bool done = expected[i] == "completed";
    CHECK(response["output"].empty() == !done);
    CHECK(response["usage"].is_null() == !done);
    CHECK(response["completed_at"].is_null() == !done);
  }
  CHECK(bodies[3].text == bodies[4].text);
  REQUIRE(fake.fake.records.size() == 1);  // polls are no prompts
  CHECK(fake.fake.records[0].end == fakes::End::completed);
  CHECK(fake.fake.server.journal().fetches() == 4);
}

TEST_CASE("its states change to the nanosecond", "[background]") {
  const std::string id = id_of_first<InSim>();
  struct Row {
    world::Nanos at;
    const char* status;
  };
  const Row row = GENERATE(Row{0ns, "queued"}, Row{999'999'999ns, "queued"},
                           Row{1s, "in_progress"}, Row{1'079'999'999ns, "in_progress"},
                           Row{1080ms, "completed"});
  ResponsesWorld<InSim> fake(queueing_backend());
  const auto bodies = fake.play({step(0s, create(kPlain)), step(row.at, get(id))});
  CHECK(status_of(bodies[1]) == row.status);
}

TEMPLATE_TEST_CASE("a background stream is queued, and then as any other", "[background]", InSim,
                   Live) {
  ResponsesWorld<TestType> fake(queueing_backend());
  const Body body = fake.request(create(kStreamed));
  REQUIRE(body.whole);
  const std::vector<json> events = events_in(body.text);
  REQUIRE(events.size() == 14);
  CHECK(events[0]["type"] == "response.queued");
  CHECK(events[0]["response"]["status"] == "queued");
  CHECK(events[1]["type"] == "response.created");
  CHECK(events[1]["response"]["status"] == "queued");
  CHECK(events[2]["type"] == "response.in_progress");
  CHECK(events[2]["response"]["status"] == "in_progress");
  CHECK(events[13]["type"] == "response.completed");
  const auto& record = fake.fake.records.at(0);
  CHECK(record.last_write - record.at >= 1080ms);
  CHECK(record.tokens == 5);
  CHECK(record.end == fakes::End::completed);
}

TEST_CASE("a resume gives exactly the events behind the one named, whenever", "[background]") {
  const std::string id = id_of_first<InSim>();
  ResponsesWorld<InSim> undisturbed(queueing_backend());
  const std::string whole = undisturbed.request(create(kStreamed)).text;
  const std::vector<json> all = events_in(whole);
  // While it is queued, while it is written, at its end, and later.
  const world::Nanos at = GENERATE(0ns, 500ms, 1s, 1050ms, 1080ms, 2min);
  CAPTURE(at.count());
  std::vector<Step> steps = {step(0s, create(kStreamed), 1ms)};
  const auto last = static_cast<std::int64_t>(all.size()) - 1;
  for (std::int64_t k = -1; k <= last + 1; ++k) {
    ResponsesWorld<InSim> fake(queueing_backend());
    steps.resize(1);
    steps.push_back(step(at, get(id, k < 0 ? "?stream=true" : after(k))));
    const Body body = fake.play(steps).at(1);
    CAPTURE(k);
    REQUIRE(body.whole);
    CHECK(body.headers.get("content-type") == "text/event-stream; charset=utf-8");
    const std::vector<json> rest = events_in(body.text, k + 1);
    REQUIRE(rest.size() == static_cast<std::size_t>(std::max<std::int64_t>(0, last - k)));
    for (std::size_t i = 0; i < rest.size(); ++i) {
      CHECK(rest[i] == all[static_cast<std::size_t>(k + 1) + i]);
    }
    CHECK(fake.fake.records.size() == 1);
    CHECK(fake.fake.world.clock.now() >= world::at(1080ms));  // it did not come before its time
  }
}

TEMPLATE_TEST_CASE("cancelling ends it once, and says so again", "[background]", InSim, Live) {
  const std::string id = id_of_first<InSim>();
  ResponsesWorld<TestType> fake(queueing_backend());
  const auto bodies =
      fake.play({step(0s, create(kPlain)), step(100ms, cancel(id)), step(100ms, cancel(id)),
                 step(100s, get(id)), step(0s, get("resp_00000000000000ff"))});
  CHECK(status_of(bodies[1]) == "cancelled");
  CHECK(bodies[1].text == bodies[2].text);
  CHECK(bodies[1].text == bodies[3].text);
  CHECK(json::parse(bodies[3].text)["output"].empty());
  CHECK(bodies[4].status == 404);
}

TEST_CASE("the race of a cancel with the end has one winner", "[background]") {
  const std::string id = id_of_first<InSim>();
  struct Row {
    world::Nanos at;
    const char* status;
  };
  const Row row = GENERATE(Row{0ns, "cancelled"}, Row{1'079'999'999ns, "cancelled"},
                           Row{1080ms, "completed"}, Row{5s, "completed"});
  ResponsesWorld<InSim> fake(queueing_backend());
  const auto bodies = fake.play({step(0s, create(kPlain)), step(row.at, cancel(id)),
                                 step(5s, get(id)), step(0s, cancel(id))});
  for (std::size_t i = 1; i < 4; ++i) CHECK(status_of(bodies[i]) == row.status);
}

namespace {

// One streams while another cancels.
world::Task<void> stream_and_cancel(FakeWorld<InSim>& fake, std::string request, std::string id,
                                    world::Nanos at, Talk& talk) {
  world::Scope scope(fake.world.clock);
  struct One {
    static world::Task<void> cancel_at(FakeWorld<InSim>& f, std::string path, world::Nanos when) {
      co_await f.world.clock.sleep(when);
      std::string request = bare("POST", path);
      const Talk done = co_await support::talk(f.world.clock, f.world.network, f.at,
                                               std::move(request), 1s, "\"user\"");
      CHECK(done.bytes.find("200 OK") != std::string::npos);
    }
    static world::Task<void> stream(FakeWorld<InSim>& f, std::string bytes, Talk& result) {
      result = co_await support::talk(f.world.clock, f.world.network, f.at, std::move(bytes), 1h,
                                      "0\r\n\r\n");
    }
  };
  scope.spawn(One::stream(fake, std::move(request), talk));
  scope.spawn(One::cancel_at(fake, path_of(id, "/cancel"), at));
  co_await scope.join();
}

}  // namespace

TEST_CASE("a cancel ends the streams of a response at once", "[background]") {
  const std::string id = id_of_first<InSim>();
  struct Row {
    world::Nanos at;
    std::size_t events;
  };
  // Queued; in the middle of its tokens (40 ms to the first): 3 + 2 + 2 of them.
  const Row row = GENERATE(Row{500ms, 2}, Row{1055ms, 7});
  ResponsesWorld<InSim> fake(queueing_backend());
  Talk talk;
  fake.fake.run(stream_and_cancel(fake.fake, create(kStreamed), id, row.at, talk));
  const Body body = body_of(talk.bytes);
  CHECK(body.whole);
  const std::vector<json> events = events_in(body.text);
  CHECK(events.size() == row.events);
  CHECK(talk.last_byte < world::at(row.at + 10ms));
  CHECK(fake.fake.records.at(0).end == fakes::End::peer_gone);
  // A later stream tells the same.
  const Body again = fake.request(get(id, "?stream=true"));
  CHECK(again.whole);
  CHECK(events_in(again.text) == events);
}

namespace {

fakes::Backend long_lived_backend() {
  fakes::Backend backend = responses_backend();
  backend.stored_for = 24h;
  return backend;
}

// A provider that leaves every response in its queue: the first connection asks for one, the
// second cancels it.
struct StuckProvider {
  InSim world;
  fakes::Backend config = long_lived_backend();
  fakes::Journal journal;
  fakes::OpenAiResponses dialect;
  fakes::Words words;
  world::Random random{1};
  fakes::Emission emission;
  fakes::Background background{{world.clock, random, config, dialect, journal, emission}};
  fakes::PromptRecord record;
  std::shared_ptr<fakes::StoredAnswer> stored;
  std::unique_ptr<world::Listener> listener = *world.network.listen({"fake", 80});

  world::Task<void> create(bool stream) {
    auto accepted = co_await listener->accept();
    fakes::Established established(world.clock, std::move(*accepted), {});
    const auto request = co_await established.connection.read_request();
    fakes::Timing timing(config, random, {});
    fakes::Exchange x(world.clock, established, dialect, timing);
    fakes::ChatRequest chat;
    chat.background = true;
    chat.stream = x.record.stream = stream;
    x.answer.id = 255;
    x.answer.text = fakes::ReplyText::checkable("[reply]", 3, false, words);
    background.plan(x, chat, {});
    CHECK(fakes::stick_in_queue(x));
    co_await fakes::answer_normally(x);
    record = x.record;
    stored = x.stored;
  }

  world::Task<void> cancel_after(world::Nanos at) {
    co_await world.clock.sleep(at);
    auto accepted = co_await listener->accept();
    fakes::Established established(world.clock, std::move(*accepted), {});
    const auto request = co_await established.connection.read_request();
    fakes::StoredCall call;
    call.call = fakes::Call::cancel;
    call.id = "resp_00000000000000ff";
    co_await background.answer(established, std::move(call));
  }

  world::Task<void> talk(std::string request, world::Nanos after, world::Nanos patience,
                         std::string until, Talk& result) {
    co_await world.clock.sleep(after);
    world::Endpoint to{"fake", 80};
    result = co_await support::talk(world.clock, world.network, std::move(to), std::move(request),
                                    patience, std::move(until));
  }

  // The request's talk, and the state at the end.
  Talk play(bool stream, world::Nanos patience) {
    Talk asked;
    Talk cancelled;
    world.clock.run(play_all(stream, patience, asked, cancelled));
    CHECK(body_of(cancelled.bytes).text.find("\"status\":\"cancelled\"") != std::string::npos);
    return asked;
  }

 private:
  world::Task<void> play_all(bool stream, world::Nanos patience, Talk& asked, Talk& cancelled) {
    world::Scope scope(world.clock);
    const std::string request = post("/v1/responses", "{}");
    scope.spawn(create(stream));
    scope.spawn(talk(request, 0s, patience, stream ? "0\r\n\r\n" : "\"user\"", asked));
    scope.spawn(cancel_after(2h - 1s));
    scope.spawn(talk(request, 2h, 1s, "\"user\"", cancelled));
    co_await scope.join();
  }
};

}  // namespace

TEST_CASE("a response that is stuck in its queue stays there until it is cancelled",
          "[background]") {
  StuckProvider fake;
  SECTION("plain") {
    const Body body = body_of(fake.play(false, 10h).bytes);
    CHECK(status_of(body) == "queued");
    CHECK(fake.record.end == fakes::End::completed);
    CHECK(fake.stored->progress(world::at(2h - 1s)) == fakes::Progress::queued);
  }
  SECTION("streamed: the cancel ends the stream") {
    const Talk talk = fake.play(true, 10h);
    const Body body = body_of(talk.bytes);
    CHECK(body.whole);
    CHECK(events_in(body.text).size() == 2);
    CHECK(talk.last_byte >= world::at(2h));
    CHECK(talk.last_byte < world::at(2h + 1s));
  }
  SECTION("streamed: who gives up is noticed") {
    const Talk talk = fake.play(true, 1h);
    CHECK(talk.end == "silence");
    CHECK(fake.record.end == fakes::End::peer_gone);
    CHECK(events_in(body_of(talk.bytes).text).size() == 2);
  }
}

TEST_CASE("removing and forgetting", "[background]") {
  const std::string id = id_of_first<InSim>();
  fakes::Backend backend = queueing_backend();
  backend.stored_for = 10min;
  ResponsesWorld<InSim> fake(backend);
  const std::string unknown = "Response with id '" + id + "' not found.";
  SECTION("a removed response is unknown, also to a second removal") {
    const std::string remove = bare("DELETE", path_of(id));
    const auto bodies =
        fake.play({step(0s, create(kPlain)), step(5s, remove), step(0s, get(id)), step(0s, remove),
                   step(0s, cancel(id))});
    CHECK(json::parse(bodies[1].text) ==
          json{{"id", id}, {"object", "response"}, {"deleted", true}});
    for (std::size_t i = 2; i < 5; ++i) {
      CHECK(bodies[i].status == 404);
      CHECK(json::parse(bodies[i].text)["error"]["message"] == unknown);
    }
  }
  SECTION("it is forgotten when its time is over") {
    const auto bodies = fake.play(
        {step(0s, create(kPlain)), step(10min - 1ns, get(id)), step(1ns, get(id))});
    CHECK(status_of(bodies[1]) == "completed");
    CHECK(bodies[2].status == 404);
  }
  SECTION("its stream can be resumed for a shorter time") {
    const auto bodies = fake.play({step(0s, create(kStreamed)), step(298s, get(id, after(12))),
                                   step(3s, get(id, after(12))), step(0s, get(id))});
    CHECK(bodies[1].status == 200);
    CHECK(bodies[2].status == 400);
    CHECK(status_of(bodies[3]) == "completed");
  }
}

TEST_CASE("what is not in the background cannot be cancelled or resumed", "[background]") {
  const std::string id = id_of_first<InSim>();
  ResponsesWorld<InSim> fake;
  const auto bodies = fake.play({step(0s, create({})), step(0s, get(id)), step(0s, cancel(id)),
                                 step(0s, get(id, "?stream=true"))});
  CHECK(bodies[0].text == bodies[1].text);
  CHECK(bodies[2].status == 400);
  CHECK(json::parse(bodies[2].text)["error"]["message"] == "Cannot cancel a synchronous response.");
  CHECK(bodies[3].status == 400);
}

TEST_CASE("a stream that was not asked for cannot be resumed, nor from nowhere", "[background]") {
  const std::string id = id_of_first<InSim>();
  ResponsesWorld<InSim> fake;
  const auto plain = fake.play({step(0s, create(kPlain)), step(0s, get(id, after(1)))});
  CHECK(plain[1].status == 400);
  ResponsesWorld<InSim> other;
  for (const char* query : {"?stream=true&starting_after=x", "?stream=true&starting_after=-1",
                            "?starting_after=99999999999999999999&stream=true"}) {
    CAPTURE(query);
    const Body body = other.play({step(0s, create(kStreamed)), step(0s, get(id, query))}).at(1);
    CHECK(body.status == 400);
    CHECK(json::parse(body.text)["error"]["param"] == "starting_after");
  }
}

TEMPLATE_TEST_CASE("closing a foreground stream ends it: nothing is stored", "[background]", InSim,
                   Live) {
  const std::string id = id_of_first<InSim>();
  ResponsesWorld<TestType> fake;
  const std::string further = R"(,"stream":true)";
  const auto bodies =
      fake.play({step(0s, create(further, 1'000), 500ms), step(2s, get(id)), step(20s, get(id))});
  CHECK_FALSE(bodies[0].whole);
  CHECK(bodies[0].text.find(id) != std::string::npos);
  CHECK(bodies[1].status == 404);
  CHECK(bodies[2].status == 404);
}

TEST_CASE("closing a background stream does not end the response", "[background]") {
  const std::string id = id_of_first<InSim>();
  ResponsesWorld<InSim> fake(queueing_backend());
  const auto bodies = fake.play({step(0s, create(kStreamed), 1055ms), step(2s, get(id))});
  CHECK_FALSE(bodies[0].whole);
  CHECK(status_of(bodies[1]) == "completed");
}

TEST_CASE("a resume after a cut brings what the client has missed", "[background]") {
  const std::string id = id_of_first<InSim>();
  fakes::Cut cut;
  cut.after_events = 6;
  ResponsesWorld<InSim> fake(queueing_backend(), {fault(cut)});
  const auto bodies = fake.play({step(0s, create(kStreamed)), step(0s, get(id, after(5)))});
  std::vector<json> events = events_in(bodies[0].text);
  REQUIRE(events.size() == 6);
  for (json& event : events_in(bodies[1].text, 6)) events.push_back(std::move(event));
  CHECK(events.back()["type"] == "response.completed");
  CHECK(fake.fake.records.at(0).end == fakes::End::faulted);
}

TEST_CASE("stored answers are bounded, the oldest leaves first", "[background]") {
  InSim world;
  const fakes::Backend backend = responses_backend();
  const auto make = [&](std::uint64_t id, std::size_t metadata = 0) {
    auto stored = std::make_shared<fakes::StoredAnswer>(
        world.clock, fakes::Timing(backend, world::Random(1), {}));
    stored->answer.id = id;
    stored->answer.echo.metadata.assign(metadata, 'x');
    stored->expires = world::at(1h);
    return stored;
  };
  const world::Instant now = world::at(0s);
  SECTION("in number") {
    fakes::StoredAnswers answers(3);
    for (std::uint64_t id = 1; id <= 5; ++id) answers.add(make(id), now);
    CHECK(answers.size() == 3);
    CHECK(answers.find(2, now) == nullptr);
    CHECK(answers.find(3, now) != nullptr);
    answers.add(make(3), now);  // in place of the other
    CHECK(answers.size() == 3);
    answers.remove(3);
    answers.remove(3);
    CHECK(answers.size() == 2);
    answers.add(make(6), world::at(1h));  // those before have expired
    CHECK(answers.size() == 0);
  }
  SECTION("in bytes") {
    fakes::StoredAnswers answers(100, 50'000);
    for (std::uint64_t id = 1; id <= 5; ++id) answers.add(make(id, 15'000), now);
    CHECK(answers.size() == 3);
    CHECK(answers.bytes() <= 50'000);
    answers.add(make(6, 60'000), now);
    CHECK(answers.size() == 0);
    CHECK(answers.bytes() == 0);
  }
}
