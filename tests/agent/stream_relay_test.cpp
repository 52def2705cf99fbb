#include "agent/providers/stream_relay.hpp"

#include <catch2/catch.hpp>

#include "world/json_reader.hpp"

using agent::RelayRules;
using agent::StreamRelay;

namespace {

constexpr const char* kEnd = R"({"object":"chat.completion.chunk","choices":[{"index":0,)"
                             R"("delta":{},"finish_reason":"stop"}]})";

std::string chunk_of(const std::string& content, const std::string& finish = "null") {
  return R"({"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":")" +
         content + R"("},"finish_reason":)" + finish + "}]}";
}

RelayRules rules() {
  RelayRules rules;
  rules.bytes_max = 1 << 20;
  rules.checks = true;
  rules.sanitise = true;
  return rules;
}

// What a relay gives out of a stream of these chunks.
std::string relayed(RelayRules how, const std::vector<std::string>& chunks) {
  StreamRelay relay(how);
  std::string out;
  for (const std::string& chunk : chunks) {
    std::string frame;
    world::write_sse(frame, {}, chunk);
    REQUIRE(relay.feed(frame, out).has_value());
  }
  REQUIRE(relay.feed("data: [DONE]\n\n", out).has_value());
  CHECK(relay.whole());
  return out;
}

// The texts of the chunks, one behind the other.
std::string said_in(const std::string& events) {
  std::string said;
  world::SseReader reader(1 << 20);
  std::vector<world::SseEvent> read;
  REQUIRE(reader.feed(events, read).has_value());
  for (const world::SseEvent& event : read) {
    const world::JsonValue choices = world::member_of(event.data, "choices");
    world::JsonReader items(choices.raw);
    REQUIRE(items.enter_array());
    REQUIRE(items.next_item());
    const world::JsonValue delta = world::member_of(items.take().raw, "delta");
    const world::JsonValue content = world::member_of(delta.raw, "content");
    if (content) said += content.inside();
  }
  return said;
}

}  // namespace

TEST_CASE("relay: what holds no key is passed on as it came", "[relay][REQ-073]") {
  const std::string first = chunk_of("Hello, this is ");
  const std::string second = chunk_of("a test.");
  std::string frames;
  for (const std::string& chunk : {first, second, std::string(kEnd)}) {
    world::write_sse(frames, {}, chunk);
  }
  CHECK(relayed(rules(), {first, second, kEnd}) == frames);
}

TEST_CASE("relay: a key is taken out, however it comes", "[relay][REQ-073]") {
  const std::string expected = "Use [redacted] for it.";
  SECTION("in one piece") {
    const std::string out =
        relayed(rules(), {chunk_of("Use sk-proj-abcdefgh12345678 for it."), kEnd});
    CHECK(said_in(out) == expected);
  }
  SECTION("token by token") {
    const std::string out =
        relayed(rules(), {chunk_of("Use s"), chunk_of("k-pro"), chunk_of("j-abcdef"),
                          chunk_of("gh12345"), chunk_of("678 for"), chunk_of(" it."), kEnd});
    CHECK(said_in(out) == expected);
    CHECK(out.find("abcdef") == std::string::npos);
  }
  SECTION("at the end, which says so itself") {
    const std::string out = relayed(
        rules(), {chunk_of("Use sk-proj-abcd"), chunk_of("efgh12345678", R"("stop")")});
    CHECK(said_in(out) == "Use [redacted]");
  }
  SECTION("as pieces of text") {
    RelayRules pieces = rules();
    pieces.pieces = true;
    const std::string out = relayed(pieces, {chunk_of("Use sk-proj-ab"),
                                             chunk_of("cdefgh12345678 for"), chunk_of(" it."),
                                             kEnd});
    CHECK(out == expected);
  }
}

TEST_CASE("relay: what only begins like a key is not lost", "[relay][REQ-073]") {
  const std::string text = "They ask for sk-";
  CHECK(said_in(relayed(rules(), {chunk_of("They ask for s"), chunk_of("k-"), kEnd})) == text);
  CHECK(said_in(relayed(rules(), {chunk_of("They ask for s"), chunk_of("k-", R"("stop")")})) ==
        text);
}

TEST_CASE("relay: control characters are taken out", "[relay][REQ-073]") {
  const std::string out = relayed(rules(), {chunk_of(R"(a\u001b[31mb\u0000c\n)"), kEnd});
  CHECK(said_in(out) == R"(a[31mbc\n)");
}

TEST_CASE("relay: unless told to, it leaves texts alone", "[relay]") {
  RelayRules naive = rules();
  naive.sanitise = false;
  const std::string text = "Use sk-proj-abcdefgh12345678.";
  CHECK(said_in(relayed(naive, {chunk_of(text), kEnd})) == text);
}
