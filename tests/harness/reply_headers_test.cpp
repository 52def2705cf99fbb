// What heads and notices say, malformed ones included.
#include "harness/client/reply_headers.hpp"

#include <catch2/catch.hpp>

#include "harness/client/chat_json.hpp"
#include "harness/client/decimal.hpp"

using namespace harness;
using namespace std::chrono_literals;
using world::Nanos;

TEST_CASE("decimal numbers are durations, exactly", "[client]") {
  struct Row {
    const char* text;
    std::optional<Nanos> seconds;
  };
  for (const Row& row : {
           Row{"0", 0s}, Row{"12", 12s}, Row{"12.5", 12'500ms}, Row{"0.000000001", 1ns},
           Row{"0.0000000019", 1ns}, Row{"1.0", 1s}, Row{"31536000", 31'536'000s},
           Row{"", std::nullopt}, Row{"-1", std::nullopt}, Row{"-0.5", std::nullopt},
           Row{"+1", std::nullopt}, Row{"1.", std::nullopt}, Row{".5", std::nullopt},
           Row{"1e3", std::nullopt}, Row{"1s", std::nullopt}, Row{"1.5s", std::nullopt},
           Row{"99999999999999999999", std::nullopt}, Row{"9223372036", std::nullopt},
           Row{"Wed, 21 Oct 2026 07:28:00 GMT", std::nullopt},
       }) {
    INFO(row.text);
    CHECK(decimal(row.text, 1s) == row.seconds);
  }
  CHECK(decimal("12.5", 1ms) == 12'500us);
}

TEST_CASE("Server-Timing and its entry for the queue", "[client]") {
  struct Row {
    const char* value;
    Nanos wait;
  };
  for (const Row& row : {
           Row{"queue;dur=12.5", 12'500us}, Row{"queue; dur=3", 3ms}, Row{"queue;DUR=3", 3ms},
           Row{"db;dur=53, queue;desc=\"in line\";dur=7, total;dur=60", 7ms},
           Row{"db;desc=\"a, queue;dur=1\", queue;dur=2", 2ms},
           Row{"db;dur=53", -1ns}, Row{"queue", -1ns}, Row{"queue;dur=", -1ns},
           Row{"queue;dur=fast", -1ns}, Row{"queue;dur=-3", -1ns}, Row{"queues;dur=3", -1ns},
           Row{"", -1ns}, Row{",,;;,", -1ns}, Row{"\"", -1ns}, Row{"queue;desc=\"\\", -1ns},
       }) {
    INFO(row.value);
    world::HttpHeaders headers;
    headers.add("server-timing", row.value);
    reports::Operation op;
    Reply reply;
    read_reply_headers(headers, op, reply);
    CHECK(op.queue_wait == row.wait);
  }
  SECTION("in the second of two fields") {
    world::HttpHeaders headers;
    headers.add("server-timing", "db;dur=1");
    headers.add("server-timing", "queue;dur=2");
    reports::Operation op;
    Reply reply;
    read_reply_headers(headers, op, reply);
    CHECK(op.queue_wait == 2ms);
  }
}

TEST_CASE("when to ask again", "[client]") {
  struct Row {
    std::vector<std::pair<const char*, const char*>> fields;
    Nanos wait;
    bool says_when;
  };
  for (const Row& row : {
           Row{{}, -1ns, false},
           Row{{{"retry-after", "3"}}, 3s, true},
           Row{{{"Retry-After", " 3 "}}, 3s, true},
           Row{{{"retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"}}, -1ns, true},
           Row{{{"retry-after", ""}}, -1ns, false},
           Row{{{"retry-after-ms", "1500"}}, 1500ms, true},
           Row{{{"retry-after-ms", "soon"}}, -1ns, false},
           Row{{{"retry-after-ms", "1500"}, {"retry-after", "2"}}, 1500ms, true},
           Row{{{"retry-after", "2"}, {"retry-after-ms", "1500"}}, 1500ms, true},
       }) {
    world::HttpHeaders headers;
    for (const auto& [name, value] : row.fields) headers.add(name, value);
    reports::Operation op;
    Reply reply;
    read_reply_headers(headers, op, reply);
    CHECK(reply.retry_after == row.wait);
    CHECK(reply.says_when == row.says_when);
  }
}

TEST_CASE("answers that say they are degraded", "[client]") {
  for (const auto& [value, degraded] : {std::pair("true", true), std::pair("1", true),
                                        std::pair("cached", true), std::pair("false", false),
                                        std::pair("False", false), std::pair("0", false),
                                        std::pair(" ", false)}) {
    INFO(value);
    world::HttpHeaders headers;
    headers.add("agentcore-degraded", value);
    reports::Operation op;
    Reply reply;
    read_reply_headers(headers, op, reply);
    CHECK(reply.degraded == degraded);
  }
}

TEST_CASE("notices of a queue", "[client]") {
  struct Row {
    const char* json;
    bool is_notice;
    std::uint32_t position;
    Nanos eta;
    bool has_reason;
  };
  for (const Row& row : {
           Row{R"({"position":3,"eta_seconds":45})", true, 3, 45s, false},
           Row{R"({"eta_seconds":0.25,"position":1,"more":{"x":[1]}})", true, 1, 250ms, false},
           Row{R"({"position":3,"reason":"paid users first"})", true, 3, -1ns, true},
           Row{R"({"position":3,"reason":""})", true, 3, -1ns, false},
           Row{R"({"position":-3,"eta_seconds":-1})", true, 0, -1ns, false},
           Row{R"({"position":"3","eta_seconds":"45"})", true, 0, -1ns, false},
           Row{R"({"position":99999999999})", true, 4294967295, -1ns, false},
           Row{R"({})", true, 0, -1ns, false},
           Row{R"([3])", false, 0, -1ns, false},
           Row{R"({"position":3)", false, 0, -1ns, false},
           Row{"", false, 0, -1ns, false},
       }) {
    INFO(row.json);
    const auto notice = read_queue_notice(row.json);
    REQUIRE(notice.has_value() == row.is_notice);
    if (!notice) continue;
    CHECK(queue_notice_in(R"({"title":"x","queue":)" + std::string(row.json) + "}"));
    CHECK(notice->position == row.position);
    CHECK(notice->eta == row.eta);
    CHECK(notice->has_reason == row.has_reason);
  }
  CHECK(!queue_notice_in(R"({"title":"x"})"));
  CHECK(!queue_notice_in(R"({"queue":[3]})"));
  CHECK(!queue_notice_in(R"({"queue":{"position":3)"));
  CHECK(!queue_notice_in("not json"));
}
