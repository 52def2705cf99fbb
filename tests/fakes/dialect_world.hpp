// What the tests of dialects share: an answer with a text and calls, its bytes as a dialect writes
// them, and the events in such bytes. Read with a JSON library that the fakes do not use.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>

#include "fakes/dialect.hpp"
#include "tests/fakes/fake_world.hpp"

namespace support {

struct DialectEvent {
  std::string name;  // empty: the event has none
  std::shared_ptr<const nlohmann::json> json;
  const nlohmann::json& data() const { return *json; }
};

std::vector<DialectEvent> events_in(const std::string& text);

const fakes::Dialect& dialect_named(std::string_view name);

inline constexpr std::string_view kArguments = R"({"city":"Zürich \"HB\"","days":[1,2]})";

struct AnswerParts {
  bool text = true;
  int calls = 0;
  std::int64_t fragments = 3;
};

inline fakes::Answer answer_of(const AnswerParts& parts, fakes::Finish finish) {
  fakes::Answer answer;
  answer.id = 0x1234;
  answer.created_unix_s = 1'700'000'000;
  answer.model = "m\"1";
  answer.has_text = parts.text;
  if (parts.text) answer.text = fakes::ReplyText::literal("Grüße \"an\" alle", 100);
  for (int i = 0; i < parts.calls; ++i) {
    answer.calls.push_back({"id" + std::to_string(i), "tool_" + std::to_string(i),
                            std::string(kArguments), parts.fragments});
  }
  answer.prompt_tokens = 11;
  answer.finish = finish;
  return answer;
}

inline std::string stream_of(const fakes::Dialect& dialect, const fakes::Answer& answer) {
  std::string out;
  fakes::StreamCursor cursor(dialect, answer);
  const std::int64_t events = fakes::events_of(dialect, answer);
  for (; cursor.event() < events; cursor.next()) {
    dialect.write_event(out, answer, cursor.place(), cursor.event());
  }
  return out;
}

nlohmann::json whole_of(const fakes::Dialect& dialect, const fakes::Answer& answer);

nlohmann::json refusal_body(const fakes::Dialect& dialect, const fakes::Refusal& refusal);

// What a dialect answers to a body: 200, or the refusal's status and body.
struct Verdict {
  int status = 200;
  std::shared_ptr<const nlohmann::json> json;  // null: no refusal
  const nlohmann::json& body() const { return *json; }
};

Verdict verdict_on(const fakes::Dialect& dialect, std::string_view request_body);

inline world::HttpHeaders headers_of(const fakes::Dialect& dialect,
                                     const fakes::HeaderFacts& facts) {
  std::string out = "HTTP/1.1 200 OK\r\n";
  dialect.write_headers(out, facts);
  return body_of(out + "content-length: 0\r\n\r\n").headers;
}

inline fakes::HeaderFacts some_facts() {
  fakes::HeaderFacts facts;
  facts.request_id = 0xabc;
  facts.processing_ms = 12;
  facts.unix_s = 1'769'938'199;  // 2026-02-01T09:29:59Z
  facts.requests = {1'000, 999, std::chrono::milliseconds(60)};
  facts.requests_day = {14'400, 14'399, std::chrono::seconds(6)};
  facts.tokens = {96'000, 95'000, std::chrono::milliseconds(1'570)};
  return facts;
}

}  // namespace support
