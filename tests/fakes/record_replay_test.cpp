// What a proxy records of a fake, another fake answers again: the same bytes at the same times.
#include <catch2/catch.hpp>

#include "tests/fakes/record_world.hpp"
#include "world/json_text.hpp"

using namespace support;
using namespace std::chrono_literals;

namespace {

const std::string kChat = "/v1/chat/completions";

// A line of a recording that was written by hand: a plain answer of 30 ms.
std::string line_of(std::string_view path, std::string_view body, int status, std::string text,
                    std::string method = "POST") {
  fakes::RecordedExchange exchange;
  exchange.method = std::move(method);
  exchange.path = path;
  exchange.fingerprint = fakes::fingerprint_of(body);
  exchange.status = status;
  exchange.headers.add("content-type", "application/json");
  exchange.headers.add("content-length", std::to_string(text.size()));
  exchange.head_at = exchange.ended_at = 30ms;
  exchange.chunks.push_back({30ms, std::move(text)});
  std::string line;
  fakes::write_recorded(line, exchange);
  return line;
}

// The chunks and the end, with their times from the head on.
std::vector<std::pair<world::Nanos, std::string>> since_head(const fakes::RecordedExchange& e) {
  std::vector<std::pair<world::Nanos, std::string>> events;
  for (const fakes::RecordedChunk& c : e.chunks) events.emplace_back(c.at - e.head_at, c.bytes);
  events.emplace_back(e.ended_at - e.head_at, "end");
  return events;
}

}  // namespace

TEMPLATE_TEST_CASE("record: what was recorded is replayed with its bytes and times", "[record]",
                   InSim, Live) {
  const bool exact = std::is_same_v<TestType, InSim>;
  const std::vector<std::string> requests = {post_once(kChat, ask({1, 0, 0}, true, 12)),
                                             post_once(kChat, ask({2, 0, 0}, false, 12)),
                                             post_once(kChat, "{no json")};
  FakeWorld<TestType> original;
  const Taped first = tape(original, requests);
  REQUIRE(first.recording.problems.empty());
  REQUIRE(first.recording.exchanges.size() == requests.size());
  CHECK(first.not_recorded == 0);
  CHECK(first.recording.exchanges[0].stream);
  CHECK(first.recording.exchanges[0].model == "fake-1");
  CHECK(first.recording.exchanges[0].chunks.size() > (exact ? 10 : 1));  // real reads take several
  CHECK(first.recording.exchanges[1].ended_at >= 150ms);
  CHECK(first.recording.exchanges[2].status == 400);

  FakeWorld<TestType> again({}, replaying(first.file), 99);  // another seed, no word of its own
  const Taped second = tape(again, requests);
  REQUIRE(second.recording.exchanges.size() == requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const Body before = body_of(first.talks[i].bytes);
    const Body after = body_of(second.talks[i].bytes);
    CHECK(before.whole);
    CHECK(after.whole);
    CHECK(after.status == before.status);
    CHECK(after.text == before.text);
    CHECK(after.headers.get("x-request-id") == before.headers.get("x-request-id"));
    CHECK(after.headers.contains("content-length") == before.headers.contains("content-length"));
    const fakes::RecordedExchange& was = first.recording.exchanges[i];
    const fakes::RecordedExchange& is = second.recording.exchanges[i];
    CHECK(is.fingerprint == was.fingerprint);
    CHECK(is.ended_at >= was.ended_at);
    if (exact) CHECK(since_head(is) == since_head(was));
    if (exact) CHECK(is.head_at - was.head_at < 1ms);  // the second way to a fake and back
  }
  CHECK(again.records.at(0).end == fakes::End::completed);
  CHECK(again.records.at(2).end == fakes::End::rejected);
}

TEMPLATE_TEST_CASE("record: an answer that breaks off breaks off again", "[record]", InSim, Live) {
  const std::string request = post_once(kChat, ask({1, 0, 0}, true, 12));
  fakes::Reset reset;
  FakeWorld<TestType> original({support::fault(reset)});
  const Taped first = tape(original, {request});
  REQUIRE(first.recording.exchanges.size() == 1);
  CHECK(first.recording.exchanges[0].end == fakes::RecordedEnd::reset);
  CHECK(first.talks[0].end == "reset");
  FakeWorld<TestType> again({}, replaying(first.file));
  CHECK(again.talk(request).end == "reset");
}

TEMPLATE_TEST_CASE("record: https upstream, with a path before the client's", "[record]", InSim,
                   Live) {
  fakes::Backend backend = steady_backend();
  backend.tls = true;
  FakeWorld<TestType> original({}, backend);
  world::TlsClient tls;
  tls.ca_pem = original.world.network.tls_ca_pem();
  const Taped taped =
      tape(original, {post_once("/chat/completions", ask({1, 0, 0}, false, 3))}, "/v1", tls);
  REQUIRE(taped.recording.exchanges.size() == 1);
  CHECK(taped.recording.exchanges[0].path == "/chat/completions");
  CHECK(body_of(taped.talks[0].bytes).status == 200);
}

TEST_CASE("record: an upstream that is not there is a 502, and is not recorded", "[record]") {
  FakeWorld<InSim> fake;
  fake.at.port = 1;
  const Taped taped = tape(fake, {post_once(kChat, "{}")});
  CHECK(body_of(taped.talks.at(0).bytes).status == 502);
  CHECK(taped.file.empty());
  CHECK(taped.not_recorded == 1);
}

TEST_CASE("replay: recordings of the same request are given in turn", "[replay]") {
  const std::string body = ask({1, 0, 0}, false, 3);
  const std::string file = line_of(kChat, body, 500, "{\"n\":1}") + "\n" +
                           line_of(kChat, body, 200, "{\"n\":2}");
  FakeWorld<InSim> fake({}, replaying(file));
  std::vector<int> statuses;
  for (int i = 0; i < 3; ++i) {
    const Talk talk = fake.talk(post_once(kChat, body));
    statuses.push_back(body_of(talk.bytes).status);
  }
  CHECK(statuses == std::vector<int>{500, 200, 500});
  fake.server.reset({});
  CHECK(body_of(fake.talk(post_once(kChat, body)).bytes).status == 500);
}

TEST_CASE("replay: what was not recorded gets the fake's answer, or a 404 that says so",
          "[replay]") {
  const std::string file = line_of(kChat, "{}", 200, "{}");
  const std::string body = ask({1, 0, 0}, false, 3);
  FakeWorld<InSim> open({}, replaying(file, false));
  CHECK(body_of(open.talk(post_once(kChat, body)).bytes).status == 200);
  FakeWorld<InSim> strict({}, replaying(file));
  const Body refused = body_of(strict.talk(post_once(kChat, body)).bytes);
  CHECK(refused.status == 404);
  std::string fingerprint;
  world::append_hex(fingerprint, fakes::fingerprint_of(body));
  CHECK_THAT(refused.text, Catch::Contains("Not recorded") && Catch::Contains(fingerprint));
  CHECK(strict.records.at(0).end == fakes::End::rejected);
  // Nor do other calls, but those that only warm a connection.
  const std::string get = "GET /v1/models HTTP/1.1\r\nconnection: close\r\nhost: x\r\n\r\n";
  CHECK(body_of(strict.talk(get).bytes).status == 404);
}

TEST_CASE("replay: other calls than prompts are replayed too", "[replay]") {
  const std::string file = line_of("/v1/embeddings", "{\"input\":1}", 200, "{\"e\":[]}") +
                           line_of("/v1/models", "", 203, "{\"m\":[]}", "GET");
  FakeWorld<InSim> fake({}, replaying(file));
  const Talk posted = fake.talk(post_once("/v1/embeddings", "{\"input\":1}"));
  CHECK(body_of(posted.bytes).text == "{\"e\":[]}");
  const std::string get = "GET /v1/models?key=1 HTTP/1.1\r\nconnection: close\r\nhost: x\r\n\r\n";
  CHECK(body_of(fake.talk(get).bytes).status == 203);
}

TEMPLATE_TEST_CASE("replay: faults strike recorded answers", "[replay]", InSim, Live) {
  const std::string body = ask({1, 0, 0}, false, 3);
  const std::string file = line_of(kChat, body, 203, "{\"n\":1}");
  fakes::Status status;
  FakeWorld<TestType> struck({support::fault(status)}, replaying(file));
  CHECK(body_of(struck.talk(post_once(kChat, body)).bytes).status >= 500);
  CHECK(struck.records.at(0).end == fakes::End::faulted);

  fakes::Network late;
  late.latency = 300ms;
  FakeWorld<TestType> shifted({support::fault(late)}, replaying(file));
  const Talk talk = shifted.talk(post_once(kChat, body));
  CHECK(body_of(talk.bytes).text == "{\"n\":1}");
  CHECK(talk.first_byte >= world::at(330ms));

  // One that changes what the model says strikes the fake's own answer.
  fakes::FinishAs cut_short;
  FakeWorld<TestType> other({support::fault(cut_short)}, replaying(file));
  CHECK(body_of(other.talk(post_once(kChat, body)).bytes).status == 200);
}
