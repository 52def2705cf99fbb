#include "tests/fakes/dialect_world.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "world/sse.hpp"

namespace support {

std::vector<DialectEvent> events_in(const std::string& text) {
  world::SseReader reader;
  std::vector<world::SseEvent> events;
  REQUIRE(reader.feed(text, events).has_value());
  std::vector<DialectEvent> read;
  for (const auto& event : events) {
    // A mark is no JSON: it is kept as a string.
    nlohmann::json data = nlohmann::json::parse(event.data, nullptr, false);
    if (data.is_discarded()) data = event.data;
    auto shared = std::make_shared<const nlohmann::json>(std::move(data));
    read.push_back({event.type == "message" ? "" : event.type, std::move(shared)});
  }
  return read;
}

const fakes::Dialect& dialect_named(std::string_view name) {
  const fakes::Dialect* dialect = fakes::find_dialect(name);
  REQUIRE(dialect != nullptr);
  return *dialect;
}

nlohmann::json whole_of(const fakes::Dialect& dialect, const fakes::Answer& answer) {
  std::string out;
  dialect.write_answer(out, answer);
  return nlohmann::json::parse(out);
}

nlohmann::json refusal_body(const fakes::Dialect& dialect, const fakes::Refusal& refusal) {
  std::string out;
  dialect.write_refusal(out, refusal, 0xabc);
  return nlohmann::json::parse(out);
}

Verdict verdict_on(const fakes::Dialect& dialect, std::string_view request_body) {
  fakes::ChatRequest request;
  const auto refusal = dialect.parse(request_body, request);
  if (!refusal) return {};
  nlohmann::json body = refusal_body(dialect, *refusal);
  return {refusal->status, std::make_shared<const nlohmann::json>(std::move(body))};
}

}  // namespace support
