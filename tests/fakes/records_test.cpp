// What the fakes' records tell of how requests ended: what a refusal told to wait and why, who had
// left, what was made for nobody, and which command a tool was called for.
#include <catch2/catch.hpp>

#include "fakes/retry_after.hpp"
#include "tests/fakes/fake_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using fakes::End;
using world::Nanos;

namespace {

constexpr Nanos kNothing{-1};

// Asks, says nothing more, and is gone after so long.
template <class World>
world::Task<void> ask_and_leave(World& world, world::Endpoint at, std::string request,
                                Nanos patience) {
  {
    auto stream = co_await world.network.connect(at);
    co_await talk_on(world.clock, **stream, std::move(request), patience);
  }
  co_await world.clock.sleep(20s);
}

std::string post_tool(const std::string& arguments, const std::string& meta, int id = 1) {
  std::string body = R"({"jsonrpc":"2.0","id":)" + std::to_string(id);
  body += R"(,"method":"tools/call","params":{"name":"add_note","arguments":)" + arguments;
  if (!meta.empty()) body += R"(,"_meta":)" + meta;
  std::string request = post("/mcp", body + "}}");
  return request.insert(request.find("\r\n") + 2, "connection: close\r\n");
}

fakes::Backend tool_backend() {
  fakes::Backend backend;
  backend.dialect = "mcp";
  return backend;
}

}  // namespace

TEST_CASE("what headers tell to wait", "[records]") {
  constexpr std::int64_t now = 784'111'777'250'000'000;  // Sun, 06 Nov 1994 08:49:37.25 GMT
  struct Row {
    const char* ms;
    const char* after;
    Nanos wait;
  };
  for (const Row& row : {
           Row{"", "", kNothing},
           Row{"", "7", 7s},
           Row{"", " 7\t", 7s},
           Row{"", "0", 0s},
           Row{"", "-7", kNothing},
           Row{"", "+7", kNothing},
           Row{"", "1.5", kNothing},
           Row{"", "7s", kNothing},
           Row{"", "soon", kNothing},
           Row{"", "1000000", 1'000'000s},
           Row{"", "99999999999", fakes::kToldToWaitMax},
           Row{"", "99999999999999999999999", fakes::kToldToWaitMax},
           Row{"1500", "", 1500ms},
           Row{"1500", "2", 1500ms},
           Row{"-1", "2", 2s},
           Row{"soon", "2", 2s},
           Row{"", "Sun, 06 Nov 1994 08:49:57 GMT", 19750ms},
           Row{"", "Sun, 06 Nov 1994 08:49:38 GMT", 750ms},
           Row{"", "Sun, 06 Nov 1994 08:49:37 GMT", kNothing},
           Row{"", "Sun, 06 Nov 1994 08:49:17 GMT", kNothing},
           Row{"", "Mon, 07 Nov 1994 08:49:38 GMT", 24h + 750ms},
           Row{"", "Wed, 01 Jan 9999 00:00:00 GMT", fakes::kToldToWaitMax},
           Row{"", "Sun, 06 Xxx 1994 08:49:57 GMT", kNothing},
           Row{"", "Sun, 66 Nov 1994 08:49:57 GMT", kNothing},
           Row{"", "Sun, 06 Nov 1994 08:49:57 CET", kNothing},
           Row{"", "Sunday, 06-Nov-94 08:49:57 GMT", kNothing},
       }) {
    CAPTURE(row.ms, row.after);
    CHECK(fakes::told_to_wait(row.ms, row.after, now) == row.wait);
  }
  CHECK(fakes::told_to_wait("X-A: 1\r\nRetry-After: 7\r\nretry-after: 8\r\n", now) == 7s);
  CHECK(fakes::told_to_wait("retry-after: 7\r\nRETRY-AFTER-MS: 6500\r\n", now) == 6500ms);
  CHECK(fakes::told_to_wait("x-retry-after: 7\r\nnonsense\r\n\r\n", now) == kNothing);
  CHECK(fakes::told_to_wait("retry-after: 7", now) == 7s);
}

TEMPLATE_TEST_CASE("a record tells what its refusal told to wait, and its error", "[records]",
                   InSim, Live) {
  struct Row {
    const char* what;
    fakes::FaultAction action;
    Nanos least, most;
    const char* error;
  };
  using fakes::RetryForm;
  const fakes::Status headers{503, "", {{"Retry-After", "9"}}};
  const fakes::Status body{500, "oops", {{"retry-after", "x"}}};
  const Row rows[] = {
      {"provider", fakes::RateLimit{1500ms}, 1500ms, 1500ms, "rate_limit_exceeded"},
      {"seconds", fakes::RateLimit{1500ms, RetryForm::seconds}, 2s, 2s, "rate_limit_exceeded"},
      {"ms", fakes::RateLimit{1500ms, RetryForm::ms}, 1500ms, 1500ms, "rate_limit_exceeded"},
      {"date", fakes::RateLimit{20s, RetryForm::http_date}, 18s, 20s, "rate_limit_exceeded"},
      {"past", fakes::RateLimit{20s, RetryForm::past_date}, kNothing, kNothing,
       "rate_limit_exceeded"},
      {"missing", fakes::RateLimit{20s, RetryForm::missing}, kNothing, kNothing,
       "rate_limit_exceeded"},
      {"negative", fakes::RateLimit{20s, RetryForm::negative}, kNothing, kNothing,
       "rate_limit_exceeded"},
      {"garbage", fakes::RateLimit{20s, RetryForm::garbage}, kNothing, kNothing,
       "rate_limit_exceeded"},
      {"a header of its own", headers, 9s, 9s, "server_error"},
      {"a body of its own", body, kNothing, kNothing, ""},
      {"quota", fakes::ProviderError{fakes::ProviderErrorHow::insufficient_quota}, kNothing,
       kNothing, "insufficient_quota"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    FakeWorld<TestType> fake({fault(row.action)});
    fake.talk(post_chat(ask({1, 0, 0}, false, 5)), 2s, "}");
    REQUIRE(fake.records.size() == 1);
    const fakes::PromptRecord& record = fake.records[0];
    CHECK(record.retry_after >= row.least);
    CHECK(record.retry_after <= row.most);
    if (record.status != 503) CHECK(record.error == row.error);
    CHECK(record.end == End::faulted);
    CHECK(record.ended >= record.last_write);
  }
}

TEST_CASE("a limit's refusal tells the same in its record", "[records]") {
  fakes::Backend backend = steady_backend();
  backend.limits.requests_per_minute = 1;
  FakeWorld<InSim> fake({}, backend);
  fake.talk(post_chat(ask({1, 0, 0}, false, 5)), 2s, "total_tokens");
  const Talk talk = fake.talk(post_chat(ask({1, 0, 1}, false, 5)), 2s, "}}");
  REQUIRE(fake.records.size() == 2);
  const std::string ms(body_of(talk.bytes).headers.get("retry-after-ms"));
  CHECK(fake.records[0].retry_after == kNothing);
  CHECK(fake.records[1].retry_after == std::chrono::milliseconds(std::stoll(ms)));
  CHECK(fake.records[1].end == End::rejected);
  CHECK(fake.records[1].error == "rate_limit_exceeded");
}

TEST_CASE("a good answer tells nobody to wait, whatever its headers say", "[records]") {
  fakes::Headers headers;
  headers.add = {{"retry-after", "9"}};
  FakeWorld<InSim> fake({fault(headers)});
  fake.talk(post_chat(ask({1, 0, 0}, false, 5)), 2s, "total_tokens");
  REQUIRE(fake.records.size() == 1);
  CHECK(fake.records[0].status == 200);
  CHECK(fake.records[0].retry_after == kNothing);
}

TEMPLATE_TEST_CASE("a client that left before its plain answer is gone, and the answer for nobody",
                   "[records]", InSim, Live) {
  FakeWorld<TestType> fake;
  fake.run(ask_and_leave(fake.world, fake.at, post_chat(ask({1, 0, 0}, false, 300)), 1s));
  REQUIRE(fake.records.size() == 1);
  const fakes::PromptRecord& record = fake.records[0];
  CHECK(record.end == End::peer_gone);
  CHECK(record.tokens == 0);
  CHECK(record.tokens_for_nobody == 300);
}

TEMPLATE_TEST_CASE("a client that left its stream", "[records]", InSim, Live) {
  FakeWorld<TestType> fake;
  fake.run(ask_and_leave(fake.world, fake.at, post_chat(ask({1, 0, 0}, true, 300)), 1s));
  REQUIRE(fake.records.size() == 1);
  const fakes::PromptRecord& record = fake.records[0];
  CHECK(record.end == End::peer_gone);
  CHECK(record.tokens < 200);
  CHECK(record.tokens_for_nobody >= 1);
  CHECK(record.tokens_for_nobody < 20);
}

TEST_CASE("a client that stays has its tokens", "[records]") {
  const bool stream = GENERATE(false, true);
  FakeWorld<InSim> fake;
  fake.talk(post_chat(ask({1, 0, 0}, stream, 30)), 10s, stream ? "0\r\n\r\n" : "total_tokens");
  REQUIRE(fake.records.size() == 1);
  CHECK(fake.records[0].end == End::completed);
  CHECK(fake.records[0].tokens == 30);
  CHECK(fake.records[0].tokens_for_nobody == 0);
}

TEST_CASE("a command is known by its tool, its arguments, and its own id if it has one",
          "[records]") {
  FakeWorld<InSim> fake({}, tool_backend());
  const auto name_of = [&](const std::string& arguments, const std::string& meta, int id = 1) {
    fake.talk(post_tool(arguments, meta, id));
    return fake.records.back().call;
  };
  const std::string plain = name_of(R"({"text":"a"})", "");
  CHECK(plain.rfind("add_note#", 0) == 0);
  CHECK(name_of(R"({"text":"a"})", "", 2) == plain);  // a retry has another JSON-RPC id
  CHECK(name_of(R"({"text":"b"})", "") != plain);
  const std::string first = name_of(R"({"text":"a"})", R"({"callId":"call_1"})");
  CHECK(first == plain + "@call_1");
  CHECK(name_of(R"({"text":"a"})", R"({"tool_call_id":"call_2"})") == plain + "@call_2");
  CHECK(name_of(R"({"text":"a"})", R"({"callId":")" + std::string(999, 'x') + "\"}").size() < 200);
  for (const fakes::PromptRecord& record : fake.records) CHECK(record.effect);
}

TEST_CASE("a command is of the turn whose marker stands in its params", "[records]") {
  FakeWorld<InSim> fake({}, tool_backend());
  fake.talk(post_tool(R"({"text":"a"})", R"({"turn":"[turn u3.s1.t4]"})"));
  fake.talk(post_tool(R"({"text":"a"})", ""));
  REQUIRE(fake.records.size() == 2);
  CHECK(fake.records[0].asked == world::TurnId{3, 1, 4});
  CHECK_FALSE(fake.records[1].asked.has_value());
}

TEST_CASE("an effect is recorded when it happened, whatever became of the reply", "[records]") {
  struct Row {
    fakes::BadToolHow how;
    bool effect;
  };
  using How = fakes::BadToolHow;
  for (const Row& row : {Row{How::reply_lost, true}, Row{How::partial, true}, Row{How::empty, true},
                         Row{How::error, false}, Row{How::rpc_error, false}, Row{How::dies, false},
                         Row{How::timeout, false}, Row{How::false_success, false}}) {
    CAPTURE(static_cast<int>(row.how));
    fakes::BadTool bad;
    bad.how = row.how;
    bad.time = 1s;
    FakeWorld<InSim> fake({fault(bad)}, tool_backend());
    fake.talk(post_tool(R"({"text":"a"})", ""), 5s);
    REQUIRE(fake.records.size() == 1);
    CHECK(fake.records[0].effect == row.effect);
    CHECK_FALSE(fake.records[0].call.empty());
  }
}
