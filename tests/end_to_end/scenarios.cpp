#include "scenarios.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "process.hpp"

namespace end_to_end {

const std::string kSound = R"yaml(scenario: sound
seed: 7
backends:
  primary: {ttft: "uniform(50ms, 150ms)", inter_token: 5ms, output_tokens: "uniform(4, 12)"}
phases: {steady: 20s}
load:
  chat:
    arrivals: constant(5/s)
    users: round_robin(20)
    sessions: {turns_per_session: 4}
    ask: How?
slo:
  - response.p95 < 30s
  - error_rate < 10%
invariants: [terminal_once, no_empty_response, conversation_integrity]
)yaml";

// The agent calls its provider as its user asked: streamed for streams, plain otherwise. Two plain
// and two streamed requests a second find every window; answers of 40 tokens take 200 ms.
const std::string kEveryFault = R"yaml(scenario: every_fault
seed: 7
agent: {request_timeout: 3s, retry_waits: []}
backends:
  primary: {ttft: fixed(50ms), inter_token: 5ms, output_tokens: fixed(40)}
client: {timeout: 20s}
phases: {quiet: 4s, trouble: 36s, calm: 20s}
load:
  plain: {arrivals: constant(2/s), users: round_robin(20), sessions: one per request, ask: Plain.}
  streamed:
    arrivals: constant(2/s)
    users: round_robin(20)
    sessions: one per request
    ask: Streamed?
    stream: true
faults:
  # A second behind the phase's beginning: what was asked in the quiet is answered by then.
  - {id: refused, on: backends.primary, at: 5s..8s, refuse: {}}
  - {id: silent, on: backends.primary, at: 10s..12s, hang: {}}
  - {id: slow, on: backends.primary, at: 12s..14s, hang: {for: 1s}}
  - {id: aborted, on: backends.primary, at: 16s..18s, reset: {after_bytes: 40}}
  - {id: cut_clean, on: backends.primary, at: 20s..22s, cut: {after_events: 3}}
  - {id: cut_rude, on: backends.primary, at: 22s..24s, cut: {after_events: 3, end: rst}}
  - {id: stalled, on: backends.primary, at: 26s..28s, stall: {after_events: 3}}
  - {id: broken, on: backends.primary, at: 30s..32s, status: {code: 500}}
  - {id: limited, on: backends.primary, at: 34s..36s, rate_limit: {retry_after: 2s}}
slo:
  - error_rate < 90%
invariants: [terminal_once]
)yaml";

const std::string kEndless = R"yaml(scenario: endless
seed: 7
backends:
  primary: {ttft: fixed(50ms), inter_token: 5ms, output_tokens: fixed(4)}
phases: {day: 24h}
load:
  chat: {arrivals: constant(20/s), users: round_robin(100), sessions: one per request, ask: Hello.}
slo:
  - response.p95 < 30s
invariants: [terminal_once]
)yaml";

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  INFO(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

nlohmann::json result_of(const std::string& run_folder) {
  return nlohmann::json::parse(read_file(run_folder + "/result.json"));
}

void check_conservation(const nlohmann::json& result) {
  const auto& r = result.at("requests");
  const auto n = [&r](const char* name) { return r.at(name).get<std::uint64_t>(); };
  CHECK(n("planned") == n("sent") + n("dropped"));
  CHECK(n("sent") ==
        n("ok") + n("error") + n("timeout") + n("cancelled") + n("in_flight_at_end"));
}

}  // namespace end_to_end
