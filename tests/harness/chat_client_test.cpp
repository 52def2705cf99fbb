// The client against servers written by hand, byte for byte: what each end of an exchange is
// called.
#include "harness/client/chat_client.hpp"

#include <catch2/catch.hpp>

#include "prepared_scenario.hpp"
#include "world/deadline.hpp"
#include "world/scope.hpp"
#include "world/sim_network.hpp"

using namespace harness;
using namespace std::chrono_literals;
using reports::Failure;
using reports::Operation;
using reports::Outcome;
using world::Task;

namespace {

const std::string kText = R"yaml(scenario: s
backends: {primary: {}}
client: {response_bytes_max: 64KiB, timeout: 20s}
phases: {a: 60s}
load:
  chat: {arrivals: constant(1/s), users: 1, ask: "How?"}
slo: [error_rate < 50%]
)yaml";

enum class Then { fin, rst, silence };

// What a server does with the one request that it gets.
struct Script {
  std::string bytes;
  Then then = Then::fin;
  std::size_t piece_bytes = 0;       // written in pieces; 0: at once
  world::Nanos between_pieces{0};
};

struct Stage {
  world::SimClock clock;
  world::SimNetwork network{clock};
  const Prepared prepared = test::prepared_from(kText);
  Script script;
  bool listens = true;
  bool streamed = false;
  world::Nanos deadline = 20s;

  std::string request;  // as the server read it
  Operation op;
  Reply reply;
  bool ended = false;  // before the deadline
};

const std::string kHost = "target";

Task<void> play(Stage& stage, world::Listener& listener) {
  auto accepted = co_await listener.accept();
  if (!accepted) co_return;
  world::Stream& stream = **accepted;
  char buffer[4'096];
  const auto got = co_await stream.read_some(buffer, sizeof buffer);
  if (!got) co_return;
  stage.request.assign(buffer, *got);
  const std::string& bytes = stage.script.bytes;
  const std::size_t step = stage.script.piece_bytes == 0 ? bytes.size() : stage.script.piece_bytes;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    const auto written = co_await stream.write_all(std::string_view(bytes).substr(at, step));
    if (!written) co_return;
    co_await stage.clock.sleep(stage.script.between_pieces);
  }
  if (stage.script.then == Then::rst) {
    // Behind what was written: a reset would overtake it.
    co_await stage.clock.sleep(1ms);
    stream.reset();
  }
  if (stage.script.then == Then::silence) co_await stage.clock.sleep_until(world::kNever);
}

Task<void> exchange(Stage& stage) {
  const world::Endpoint target{kHost, 80};
  world::Scope server(stage.clock);
  auto listener = stage.network.listen(target);
  (*listener)->admit(stage.listens ? world::Admission::open : world::Admission::refuse);
  server.spawn(play(stage, **listener));

  ChatClient client(stage.clock, stage.network, target, stage.prepared.scenario);
  PlannedRequest request = stage.prepared.plan.requests.front();
  request.stream = stage.streamed;
  stage.op.streamed = stage.streamed;
  auto asking = client.ask(request, 0, stage.op, stage.reply);
  const auto done = co_await world::with_deadline(stage.clock, world::at(stage.deadline),
                                                  std::move(asking));
  stage.ended = done.has_value();
  client.close_idle();
  server.cancel();
  co_await server.join_anyway();
}

void run(Stage& stage) { REQUIRE(stage.clock.run(exchange(stage))); }

std::string plain(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\ncontent-type: application/json\r\ncontent-length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string answer(const std::string& text) {
  return R"({"choices":[{"index":0,"message":{"role":"assistant","content":)" + text +
         R"(},"finish_reason":"stop"}],"usage":{"completion_tokens":3}})";
}

std::string chunked(const std::string& data) {
  static const char* const kHex = "0123456789abcdef";
  std::string size;
  for (std::size_t n = data.size(); n > 0; n /= 16) size.insert(size.begin(), kHex[n % 16]);
  return size + "\r\n" + data + "\r\n";
}

const std::string kStreamHead =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
const std::string kLast = "0\r\n\r\n";

std::string event(const std::string& data) { return chunked("data: " + data + "\n\n"); }
std::string token(const std::string& text) {
  return event(R"({"choices":[{"delta":{"content":")" + text + R"("}}]})");
}
const std::string kRole = R"({"choices":[{"delta":{"role":"assistant"}}]})";
const std::string kStop = R"({"choices":[{"delta":{},"finish_reason":"stop"}]})";

std::string sound_stream() {
  return kStreamHead + event(kRole) + token("Hel") + token("lo") + event(kStop) + event("[DONE]") +
         kLast;
}

struct Row {
  const char* what;
  std::string bytes;
  Then then;
  Failure failure;  // none: it succeeds
  std::string text;
};

void check_row(const Row& row, bool streamed) {
  // Whatever the pieces that the network makes of it, the answer is the same.
  for (const std::size_t piece : {std::size_t{0}, std::size_t{1}, std::size_t{7}}) {
    if (piece != 0 && row.bytes.size() > 20'000) continue;
    Stage stage;
    stage.streamed = streamed;
    stage.script.bytes = row.bytes;
    stage.script.then = row.then;
    stage.script.piece_bytes = piece;
    stage.script.between_pieces = piece == 0 ? 0us : 10us;
    run(stage);
    INFO(row.what << ", pieces of " << piece);
    REQUIRE(stage.ended);
    CHECK(name_of(stage.op.failure) == name_of(row.failure));
    CHECK(stage.op.outcome == (row.failure == Failure::none ? Outcome::ok : Outcome::error));
    CHECK(stage.reply.text == row.text);
  }
}

}  // namespace

TEST_CASE("a request is a chat completion with its turn, user and conversation", "[client]") {
  Stage stage;
  stage.script.bytes = plain("200 OK", answer(R"("Hi")"));
  run(stage);
  CHECK(stage.request.rfind("POST /v1/chat/completions HTTP/1.1\r\nhost: target:80\r\n", 0) == 0);
  CHECK(stage.request.find("[turn u0.s0.t0] How?") != std::string::npos);
  CHECK(stage.request.find(R"("user":"u0")") != std::string::npos);
  CHECK(stage.request.find(R"("conversation":"u0.s0")") != std::string::npos);
  CHECK(stage.request.find(R"("stream":false)") != std::string::npos);
  CHECK(stage.op.request_bytes == stage.request.size());
  CHECK(stage.op.http_status == 200);
  CHECK(stage.op.output_tokens == 3);
  CHECK(stage.op.response_bytes == answer(R"("Hi")").size());
}

TEST_CASE("plain answers and their failures", "[client]") {
  const std::string good = plain("200 OK", answer(R"("Hi")"));
  const std::string cut = good.substr(0, good.size() - 5);
  const std::string huge(65'537, ' ');
  const std::vector<Row> rows{
      {"an answer", good, Then::fin, Failure::none, "Hi"},
      {"an answer in chunks",
       "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + chunked(answer(R"("Hi")")) + kLast,
       Then::fin, Failure::none, "Hi"},
      {"an answer up to the close", "HTTP/1.1 200 OK\r\n\r\n" + answer(R"("Hi")"), Then::fin,
       Failure::none, "Hi"},
      {"no byte, and a close", "", Then::fin, Failure::closed_early, ""},
      {"no byte, and a reset", "", Then::rst, Failure::reset, ""},
      {"half a head", "HTTP/1.1 200 OK\r\ncontent-", Then::fin, Failure::closed_early, ""},
      {"a body that is cut short", cut, Then::fin, Failure::closed_early, ""},
      {"a body that is reset", cut, Then::rst, Failure::reset, ""},
      {"not HTTP", "220 smtp.example.com ESMTP\r\n\r\n", Then::fin, Failure::bad_response, ""},
      {"429", plain("429 Too Many Requests", R"({"error":{"message":"rate limited"}})"), Then::fin,
       Failure::rate_limited, ""},
      {"429 without a body", "HTTP/1.1 429 Slow Down\r\ncontent-length: 0\r\n\r\n", Then::fin,
       Failure::rate_limited, ""},
      {"500", plain("500 Internal Server Error", "oops"), Then::fin, Failure::http_status, ""},
      {"302", plain("302 Found", ""), Then::fin, Failure::http_status, ""},
      {"204", "HTTP/1.1 204 No Content\r\n\r\n", Then::fin, Failure::bad_response, ""},
      {"not JSON", plain("200 OK", "<html></html>"), Then::fin, Failure::bad_response, ""},
      {"JSON of another kind", plain("200 OK", R"({"ok":true})"), Then::fin, Failure::bad_response,
       ""},
      {"an error inside a 200", plain("200 OK", R"({"error":{"message":"overloaded"}})"), Then::fin,
       Failure::bad_response, ""},
      {"an empty text", plain("200 OK", answer(R"("")")), Then::fin, Failure::empty_response, ""},
      {"only blanks", plain("200 OK", answer(R"(" \n\t ")")), Then::fin, Failure::empty_response,
       " \n\t "},
      {"no text", plain("200 OK", answer("null")), Then::fin, Failure::empty_response, ""},
      {"a body over the bound, announced", plain("200 OK", huge), Then::fin, Failure::too_large,
       ""},
      {"a body over the bound, in chunks",
       "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + chunked(huge) + kLast, Then::fin,
       Failure::too_large, ""},
      {"a body over the bound, up to the close", "HTTP/1.1 200 OK\r\n\r\n" + huge, Then::fin,
       Failure::too_large, ""},
      {"a head without end", "HTTP/1.1 200 OK\r\nx: " + std::string(70'000, 'x'), Then::fin,
       Failure::too_large, ""},
      {"a length that is no number", "HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n{}", Then::fin,
       Failure::bad_response, ""},
      {"a chunk size that is no number",
       "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", Then::fin,
       Failure::bad_response, ""},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.what) { check_row(row, false); }
  }
}

TEST_CASE("streams and their failures", "[client]") {
  const std::string hello = kStreamHead + event(kRole) + token("Hel") + token("lo");
  const std::string stop = event(kStop), done = event("[DONE]");
  const std::vector<Row> rows{
      {"a stream", sound_stream(), Then::fin, Failure::none, "Hello"},
      {"a stream with comments and blank lines",
       kStreamHead + chunked(": ping\n\n\n") + token("Hi") + stop + done + kLast, Then::fin,
       Failure::none, "Hi"},
      {"a reset behind the end does no harm", hello + stop + done, Then::rst, Failure::none,
       "Hello"},
      {"no [DONE]", hello + stop + kLast, Then::fin, Failure::truncated_stream, "Hello"},
      {"no finish reason", hello + done + kLast, Then::fin, Failure::truncated_stream, "Hello"},
      {"a clean end after some tokens", hello + kLast, Then::fin, Failure::truncated_stream,
       "Hello"},
      {"a close in the middle", hello, Then::fin, Failure::closed_early, "Hello"},
      {"a reset in the middle", hello, Then::rst, Failure::reset, "Hello"},
      {"no event at all", kStreamHead + kLast, Then::fin, Failure::truncated_stream, ""},
      {"an answer that is no stream", plain("200 OK", answer(R"("Hi")")), Then::fin,
       Failure::truncated_stream, ""},
      {"an error event", hello + event(R"({"error":{"message":"overloaded"}})") + done + kLast,
       Then::fin, Failure::bad_response, "Hello"},
      {"an event that is not JSON", hello + event("oops") + done + kLast, Then::fin,
       Failure::bad_response, "Hello"},
      {"no text", kStreamHead + event(kRole) + stop + done + kLast, Then::fin,
       Failure::empty_response, ""},
      {"only blanks", kStreamHead + token("  ") + stop + done + kLast, Then::fin,
       Failure::empty_response, "  "},
      {"429 in place of a stream", plain("429 Too Many Requests", "{}"), Then::fin,
       Failure::rate_limited, ""},
      {"503 in place of a stream", plain("503 Service Unavailable", "{}"), Then::fin,
       Failure::http_status, ""},
      {"one line without end", kStreamHead + chunked("data: " + std::string(70'000, 'x')),
       Then::fin, Failure::too_large, ""},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.what) { check_row(row, true); }
  }
}

TEST_CASE("a text that grows over the bound is cut off", "[client]") {
  Stage stage;
  stage.streamed = true;
  stage.script.bytes = kStreamHead;
  for (int i = 0; i < 70; ++i) stage.script.bytes += token(std::string(1'000, 'x'));
  stage.script.then = Then::silence;
  run(stage);
  CHECK(stage.ended);
  CHECK(name_of(stage.op.failure) == name_of(Failure::too_large));
  CHECK(stage.reply.text.size() <= 65'536);
}

TEST_CASE("a stream that ends twice, or goes on, is told to the oracle", "[client]") {
  Stage stage;
  stage.streamed = true;
  SECTION("twice") {
    stage.script.bytes =
        kStreamHead + token("Hi") + event(kStop) + event("[DONE]") + event("[DONE]") + kLast;
    run(stage);
    CHECK(stage.reply.terminals == 2);
  }
  SECTION("goes on") {
    stage.script.bytes =
        kStreamHead + token("Hi") + event(kStop) + event("[DONE]") + token("more") + kLast;
    run(stage);
    CHECK(stage.reply.terminals == 1);
    CHECK(stage.reply.after_terminal == 1);
  }
}

TEST_CASE("a target that refuses, and one that has no name", "[client]") {
  Stage stage;
  stage.listens = false;
  run(stage);
  CHECK(stage.ended);
  CHECK(name_of(stage.op.failure) == name_of(Failure::connect_refused));
  CHECK(stage.op.http_status == 0);
}

TEST_CASE("instants of a stream: first token, longest gap", "[client]") {
  // Pieces of one event each are not equal in size, so time is told by three servers in one: the
  // head and the role come at once, tokens 500 ms apart.
  Stage stage;
  stage.streamed = true;
  const std::string padded_token = token("0123456789");
  stage.script.piece_bytes = padded_token.size();
  stage.script.between_pieces = 500ms;
  std::string head = kStreamHead + event(kRole);
  // A comment fills the head up to whole pieces.
  const std::size_t missing = padded_token.size() - (head.size() + 6) % padded_token.size();
  std::string comment = ":" + std::string(missing + padded_token.size() - 3, ' ') + "\n\n";
  head += chunked(comment);
  while (head.size() % padded_token.size() != 0) {
    comment.insert(1, " ");
    head = kStreamHead + event(kRole) + chunked(comment);
  }
  const auto pieces_before = static_cast<int>(head.size() / padded_token.size());
  stage.script.bytes = head + padded_token + padded_token + event(kStop) + event("[DONE]") + kLast;
  run(stage);
  REQUIRE(stage.op.failure == Failure::none);
  // The role chunk is no first token.
  CHECK(world::since_start(stage.op.first_event) >= pieces_before * 500ms);
  CHECK(world::since_start(stage.op.first_event) < pieces_before * 500ms + 1ms);
  CHECK(stage.op.stall == 500ms);
}

TEST_CASE("what was seen is kept when the deadline comes", "[client]") {
  Stage stage;
  stage.deadline = 3s;
  stage.script.then = Then::silence;
  SECTION("before a head") {
    run(stage);
    CHECK(!stage.ended);
    CHECK(stage.op.http_status == 0);
  }
  SECTION("in the middle of a stream") {
    stage.streamed = true;
    stage.script.bytes = kStreamHead + token("Hel");
    run(stage);
    CHECK(!stage.ended);
    CHECK(stage.op.http_status == 200);
    CHECK(stage.reply.text == "Hel");
    CHECK(stage.op.first_event != world::kNever);
    CHECK(stage.op.response_bytes > 0);
  }
  CHECK(stage.clock.now() >= world::at(3s));
  CHECK(stage.clock.now() < world::at(3001ms));
}

TEST_CASE("a request says which turn it is", "[client]") {
  Stage stage;
  stage.script.bytes = plain("200 OK", answer(R"("Hi")"));
  run(stage);
  CHECK(stage.request.find("\r\nx-request-id: u0.s0.t0\r\n") != std::string::npos);
}

TEST_CASE("what the head of an answer says reaches operation and reply", "[client]") {
  Stage stage;
  stage.script.bytes =
      "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nServer-Timing: queue;dur=12.5\r\n"
      "Agentcore-Provider: primary\r\nagentcore-attempts: 3\r\nagentcore-degraded: true\r\n"
      "content-length: " +
      std::to_string(answer(R"("Hi")").size()) + "\r\n\r\n" + answer(R"("Hi")");
  run(stage);
  CHECK(stage.op.failure == Failure::none);
  CHECK(stage.op.queue_wait == 12'500us);
  CHECK(stage.op.provider == "primary");
  CHECK(stage.op.attempts == 3);
  CHECK(stage.reply.degraded);
  CHECK(stage.reply.content_type == "application/json");
  CHECK(stage.reply.finished);
  CHECK(stage.reply.retry_after == -1ns);
  CHECK(!stage.reply.says_when);
}

TEST_CASE("what a refusal says is kept", "[client]") {
  Stage stage;
  const std::string body =
      R"({"title":"Busy","queue":{"position":3,"eta_seconds":45.5,"reason":"others first"}})";
  stage.script.bytes =
      "HTTP/1.1 503 Service Unavailable\r\nretry-after: 7\r\ncontent-length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  run(stage);
  CHECK(stage.op.failure == Failure::http_status);
  CHECK(stage.reply.error_body == body);
  CHECK(stage.reply.retry_after == 7s);
  REQUIRE(stage.reply.notices.size() == 1);
  CHECK(stage.reply.notices[0].position == 3);
  CHECK(stage.reply.notices[0].eta == 45'500ms);
  CHECK(stage.reply.notices[0].has_reason);
}

TEST_CASE("the body of an error is bounded", "[client]") {
  Stage stage;
  stage.script.bytes = plain("500 Oops", std::string(65'536, 'x'));
  run(stage);
  CHECK(stage.reply.error_body.size() == Reply::kErrorBytesMax);
}

TEST_CASE("what came instead of an answer is kept", "[client]") {
  Stage stage;
  SECTION("a success that is none") {
    stage.script.bytes = plain("200 OK", R"({"plan":[]})");
    run(stage);
    CHECK(stage.reply.error_body == R"({"plan":[]})");
  }
  SECTION("an error inside of a stream") {
    stage.streamed = true;
    stage.script.bytes = kStreamHead + token("Hi") + event(R"({"error":"x"})") + kLast;
    run(stage);
    CHECK(stage.reply.error_body == R"({"error":"x"})");
  }
  SECTION("an event named error") {
    stage.streamed = true;
    stage.script.bytes = kStreamHead + token("Hi") +
                         chunked("event: error\ndata: {\"title\":\"Down\"}\n\n") + kLast;
    run(stage);
    CHECK(name_of(stage.op.failure) == name_of(Failure::bad_response));
    CHECK(stage.reply.error_body == R"({"title":"Down"})");
  }
}

TEST_CASE("events of the queue are neither chunks nor tokens", "[client]") {
  Stage stage;
  stage.streamed = true;
  const auto queued = [](const std::string& data) {
    return chunked("event: agent.queue\ndata: " + data + "\n\n");
  };
  stage.script.bytes = kStreamHead + queued(R"({"position":2,"eta_seconds":10})") +
                       queued("not json") + chunked("event: agent.other\ndata: whatever\n\n") +
                       queued(R"({"position":1})") + token("Hi") + event(kStop) +
                       event("[DONE]") + kLast;
  run(stage);
  CHECK(stage.op.failure == Failure::none);
  CHECK(stage.op.output_tokens == 1);
  CHECK(stage.reply.text == "Hi");
  CHECK(stage.reply.finished);
  CHECK(stage.reply.gaps.empty());
  REQUIRE(stage.reply.notices.size() == 2);
  CHECK(stage.reply.notices[0].position == 2);
  CHECK(stage.reply.notices[0].eta == 10s);
  CHECK(!stage.reply.notices[0].has_reason);
  CHECK(stage.reply.notices[1].position == 1);
  CHECK(stage.reply.notices[1].eta < 0ns);
}

TEST_CASE("notices are bounded", "[client]") {
  Stage stage;
  stage.streamed = true;
  stage.script.bytes = kStreamHead;
  for (std::size_t i = 0; i < Reply::kNoticesMax + 20; ++i) {
    stage.script.bytes += chunked("event: agent.queue\ndata: {\"position\":1}\n\n");
  }
  stage.script.bytes += token("Hi") + event(kStop) + event("[DONE]") + kLast;
  run(stage);
  CHECK(stage.op.failure == Failure::none);
  CHECK(stage.reply.notices.size() == Reply::kNoticesMax);
}

TEST_CASE("gaps are those between events with content", "[client]") {
  Stage stage;
  stage.streamed = true;
  // Pieces of one event each: padded to one length.
  const std::string one = token("0123456789");
  std::string head = kStreamHead;
  head += chunked(":" + std::string(one.size() * 4 - kStreamHead.size() - 9, ' ') + "\n\n");
  REQUIRE(head.size() % one.size() == 0);
  stage.script.piece_bytes = one.size();
  stage.script.between_pieces = 500ms;
  stage.script.bytes = head + one + one + one + event(kStop) + event("[DONE]") + kLast;
  run(stage);
  REQUIRE(stage.op.failure == Failure::none);
  REQUIRE(stage.reply.gaps.size() == 2);
  for (const world::Nanos gap : stage.reply.gaps) CHECK(gap == 500ms);
}

TEST_CASE("an answer that stands there twice, and one that was cut off", "[client]") {
  struct Row {
    std::string text;
    bool repeated;
  };
  const std::string once = "This is an answer of more than thirty-two bytes.";
  for (const Row& row : {Row{once, false}, Row{once + once, true}, Row{once + " " + once, true},
                         Row{once + once + once, false}, Row{"ha ha", false}}) {
    for (const bool streamed : {false, true}) {
      INFO(row.text << streamed);
      Stage stage;
      stage.streamed = streamed;
      stage.script.bytes =
          streamed ? kStreamHead + token(row.text) + event(kStop) + event("[DONE]") + kLast
                   : plain("200 OK", answer("\"" + row.text + "\""));
      run(stage);
      CHECK(stage.reply.repeated == row.repeated);
      CHECK(!stage.reply.cut_off);
    }
  }
  Stage stage;
  stage.script.bytes =
      plain("200 OK", R"({"choices":[{"message":{"content":"Hi"},"finish_reason":"length"}]})");
  run(stage);
  CHECK(stage.reply.cut_off);
}
