// The rows of the catalogue that depend on what a provider's wire looks like, in every dialect:
// that each strikes or honestly says that it has not, that the record agrees with the bytes, and
// that JSON is broken where it should be and nowhere else. In virtual time, where every byte and
// instant is compared, and on real sockets, many at once.
#include <catch2/catch.hpp>
#include <set>

#include "fakes/faults/catalogue.hpp"
#include "fakes/faults/suits.hpp"
#include "harness/scenario/loader.hpp"
#include "tests/wire/reading.hpp"
#include "world/thread.hpp"

namespace {

using namespace support;

const std::vector<std::string> kOthers = {"anthropic", "openai-responses", "cohere",
                                          "mistral",   "groq",             "cerebras"};

std::string yaml_of(std::string_view example, const std::string& dialect) {
  return R"(
scenario: wire
backends:
  primary: {dialect: )" + dialect + R"(, ttft: 40ms, inter_token: 10ms}
phases: {all: 60s}
load: {chat: {users: 1, arrivals: constant(1/s)}}
faults:
  - {id: f, on: backends.primary, )" + std::string(example) + "}\n";
}

fakes::Backend backend_of(const std::string& dialect) {
  fakes::Backend backend = steady_backend();
  backend.dialect = dialect;
  return backend;
}

// A turn of eight tokens in the words of the dialect, on a connection that then ends.
std::string ask_in(const std::string& dialect, bool stream, std::string further = {},
                   world::TurnId turn = {1, 0, 0}) {
  std::string body = ask(turn, stream, 8, std::move(further));
  if (dialect == "openai-responses") {
    const std::size_t from = body.find("\"messages\"");
    body.replace(from, 10, "\"input\"");
    const std::size_t most = body.find("\"max_tokens\"");
    body.replace(most, 12, "\"max_output_tokens\"");
  }
  std::string request = post(fakes::find_dialect(dialect)->chat_path(), body);
  request.insert(request.find("\r\n") + 2,
                 "connection: close\r\nanthropic-version: 2023-06-01\r\n");
  return request;
}

struct Met {
  Talk talk;
  std::uint64_t fired = 0;
  std::vector<fakes::PromptRecord> records;
};

template <class World = InSim>
Met meet(const std::vector<fakes::Fault>& faults, const std::string& dialect,
         const std::string& request) {
  FakeWorld<World> fake(faults, backend_of(dialect), 1, 0);
  Met met;
  // In live a tenth of it, for many at once; and what is silent is so for long.
  const bool live = World::name == std::string("live");
  met.talk = fake.talk(request, std::chrono::seconds(live ? 20 : 3));
  if (!faults.empty()) met.fired = fake.server.faults().fired(0);
  met.records = fake.records;
  return met;
}

std::vector<fakes::Fault> faults_of(std::string_view example, const std::string& dialect) {
  return harness::parse_scenario(yaml_of(example, dialect), "wire.yaml").faults;
}

// What is JSON, or should be, among the payloads: not the mark at the end of OpenAI's streams.
int broken_payloads(const Talk& talk) {
  int broken = 0;
  for (const std::string& payload : wire::payloads(talk)) {
    if (payload != "[DONE]" && !wire::is_json(payload)) ++broken;
  }
  return broken;
}

const std::set<std::string_view> kBroken = {
    "json.truncated", "json.trailing_garbage", "json.invalid_utf8",
    "json.lone_surrogate", "json.nan", "json.infinity", "json.too_large_float",
    "json.empty", "json.html"};

// Those whose form makes payloads() read them wrong, or that end within an event.
const std::set<std::string_view> kUnread = {
    "sse.cr", "sse.crlf", "sse.multi_line", "sse.cut_after_bytes", "sse.cut_in_line",
    "sse.cut_in_character", "sse.cut_in_line_end", "sse.clean_end_in_line"};

// Those that need more than one request, or a client that leaves.
const std::set<std::string_view> kNeedsMore = {"provider.repeated", "provider.key_ignored",
                                               "sse.after_cancel", "provider.stuck_in_queue"};

// What stands behind the head, with the times of day blotted out: they differ from run to run.
std::string timeless(const Talk& talk) {
  std::string body = talk.bytes.substr(std::min(talk.bytes.find("\r\n\r\n"), talk.bytes.size()));
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (std::size_t at = 0; at < body.size();) {
    std::size_t end = at;
    while (end < body.size() && is_digit(body[end])) ++end;
    constexpr std::size_t kUnixSeconds = 10;
    if (end - at == kUnixSeconds) std::fill(body.data() + at, body.data() + end, '0');
    at = std::max(end, at + 1);
  }
  return body;
}

struct Pair {
  Met usual, met;
};

bool same_times(const Pair& pair, world::Nanos within) {
  const auto near = [within](world::Instant a, world::Instant b) {
    return a < b ? b - a <= within : a - b <= within;
  };
  return near(pair.met.talk.first_byte, pair.usual.talk.first_byte) &&
         near(pair.met.talk.last_byte, pair.usual.talk.last_byte);
}

template <class World>
bool same(const Pair& pair) {
  if (World::name == std::string("sim")) {
    return pair.met.talk.bytes == pair.usual.talk.bytes && same_times(pair, {});
  }
  constexpr std::chrono::milliseconds kNear(300);  // what the faults delay comes later than that
  return timeless(pair.met.talk) == timeless(pair.usual.talk) &&
         pair.met.talk.end == pair.usual.talk.end && same_times(pair, kNear);
}

template <class World>
Pair meet_row(const fakes::CatalogueRow& row, const std::string& dialect, bool stream) {
  const std::string request = ask_in(dialect, stream);
  return {meet<World>({}, dialect, request),
          meet<World>(faults_of(row.example, dialect), dialect, request)};
}

template <class World>
void check_row(const fakes::CatalogueRow& row, const Pair& pair) {
  const auto& [usual, met] = pair;
  const std::string bytes = met.talk.bytes.substr(0, 3000);
  CAPTURE(bytes, met.talk.end);
  REQUIRE(body_of(usual.talk.bytes).whole);
  REQUIRE(met.records.size() == 1);
  const fakes::PromptRecord& record = met.records[0];
  CHECK(record.fault.has_value() == (met.fired == 1));
  if (met.fired == 0) {  // the usual answer at its usual time, and nothing else
    if (World::name == std::string("sim")) CHECK(same<World>(pair));
    CHECK(record.end == fakes::End::completed);
    return;
  }
  CHECK_FALSE(same<World>(pair));
  CHECK(record.end != fakes::End::rejected);
  if (record.end == fakes::End::completed) CHECK(body_of(met.talk.bytes).whole);
  if (kBroken.contains(row.name)) {
    CHECK(broken_payloads(met.talk) == 1);
  } else if (!kUnread.contains(row.name) && !met.talk.bytes.empty()) {
    CHECK(broken_payloads(met.talk) == 0);
  }
}

bool fits(const fakes::CatalogueRow& row, const std::string& dialect) {
  for (const std::string& any : {std::string("openai-chat"), std::string("anthropic"),
                                 std::string("openai-responses")}) {
    try {
      const fakes::Fault fault = faults_of(row.example, any).at(0);
      return fakes::why_unfit(fault.action, *fakes::find_dialect(dialect)).empty();
    } catch (const harness::ScenarioErrors&) {
    }
  }
  throw std::runtime_error("no dialect takes the row " + std::string(row.name));
}

}  // namespace

namespace {

struct Asked {
  fakes::CatalogueRow row;
  std::string dialect;
  bool stream = false;
};

// Every row in every dialect that takes it, in every form in which it strikes.
std::vector<Asked> all_asked() {
  std::vector<Asked> all;
  for (const auto& layer :
       {fakes::kSseCatalogue, fakes::kJsonCatalogue, fakes::kProviderCatalogue}) {
    for (const fakes::CatalogueRow& row : layer) {
      for (const std::string& dialect : kOthers) {
        if (kNeedsMore.contains(row.name) || !fits(row, dialect)) continue;
        const fakes::FaultKind& kind = fakes::kind_of(faults_of(row.example, dialect)[0].action);
        if (kind.on_plain) all.push_back({row, dialect, false});
        all.push_back({row, dialect, true});
      }
    }
  }
  return all;
}

}  // namespace

TEMPLATE_TEST_CASE("rows of streams, JSON and providers in every other dialect", "[wire][dialects]",
                   InSim, Live) {
  const std::vector<Asked> all = all_asked();
  REQUIRE(all.size() > 500);
  constexpr std::size_t kAtOnce = 16;  // they wait, most of the time
  std::vector<Pair> met(all.size());
  world::run_parallel(kAtOnce, all.size(), [&](std::size_t i) {
    met[i] = meet_row<TestType>(all[i].row, all[i].dialect, all[i].stream);
  });
  for (std::size_t i = 0; i < all.size(); ++i) {
    INFO(all[i].row.name << " " << all[i].dialect << (all[i].stream ? " on a stream" : ""));
    check_row<TestType>(all[i].row, met[i]);
  }
}

TEST_CASE("a row is refused in a dialect that has not what it spoils", "[wire][dialects]") {
  std::set<std::string> of_json;
  for (const auto& layer :
       {fakes::kSseCatalogue, fakes::kJsonCatalogue, fakes::kProviderCatalogue}) {
    for (const fakes::CatalogueRow& row : layer) {
      for (const std::string& dialect : kOthers) {
        if (kNeedsMore.contains(row.name) || fits(row, dialect)) continue;
        INFO(row.name << " " << dialect);
        CHECK_THROWS_AS(faults_of(row.example, dialect), harness::ScenarioErrors);
        if (row.name.starts_with("json.")) of_json.insert(std::string(row.name) + " " + dialect);
      }
    }
  }
  // All of them, so that no other row is refused unseen: answers of Cohere name no model, and
  // those three have no choices.
  CHECK(of_json == std::set<std::string>{"json.field cohere", "json.no_finish_reason anthropic",
                                         "json.no_finish_reason cohere",
                                         "json.no_finish_reason openai-responses"});
}

// In the forms in which they say that they strike, and in no other.
TEST_CASE("rows that have an effect in one dialect have it in the others", "[wire][dialects]") {
  for (const auto& layer :
       {fakes::kSseCatalogue, fakes::kJsonCatalogue, fakes::kProviderCatalogue}) {
    for (const fakes::CatalogueRow& row : layer) {
      if (kNeedsMore.contains(row.name)) continue;
      for (const std::string& dialect : kOthers) {
        if (!fits(row, dialect)) continue;
        const std::vector<fakes::Fault> faults = faults_of(row.example, dialect);
        const fakes::AnswerForms forms =
            fakes::strikes_in(faults[0].action, *fakes::find_dialect(dialect));
        CAPTURE(row.name, dialect);
        CHECK((forms.plain || forms.streamed));
        CHECK(meet(faults, dialect, ask_in(dialect, true)).fired == (forms.streamed ? 1 : 0));
        CHECK(meet(faults, dialect, ask_in(dialect, false)).fired == (forms.plain ? 1 : 0));
      }
    }
  }
}

namespace {

struct Seen {
  std::string example;
  std::string dialect;
  bool stream;
  std::vector<std::string> has;
  std::vector<std::string> has_not;
};

}  // namespace

TEMPLATE_TEST_CASE("what a fault spoils is what the dialect calls so", "[wire][dialects]", InSim,
                   Live) {
  const std::vector<Seen> rows = {
      {"events: no_finish", "cohere", true, {"\"message-end\""}, {"finish_reason"}},
      {"events: no_finish", "anthropic", true, {"message_stop"}, {"event: message_delta"}},
      {"events: no_finish", "mistral", true, {"[DONE]"}, {R"("finish_reason":"stop")"}},
      {"events: no_terminal", "anthropic", true, {"event: message_delta"}, {"message_stop"}},
      {"events: no_terminal", "openai-responses", true, {"response.output_item.done"},
       {"response.completed"}},
      {"events: no_terminal", "cohere", true, {"content-end"}, {"message-end"}},
      {"events: empty_deltas", "openai-responses", true, {"response.completed"}, {"t3"}},
      {"events: wrong_index", "anthropic", true,
       {R"("type":"content_block_delta","index":1)", R"("type":"content_block_delta","index":0)"},
       {}},
      {"events: wrong_index", "openai-responses", true, {R"("output_index":1)"}, {}},
      {"events: wrong_index", "cohere", true, {R"("type":"content-delta","index":1)"}, {}},
      {"rate_limit: {of: tokens}", "groq", false,
       {"Rate limit reached for model `fake-1`", "on tokens per minute (TPM): Limit",
        "Please try again in 20s."},
       {}},
      {"rate_limit: {of: tokens}", "anthropic", false, {"rate limit of 30,000 tokens per minute"},
       {}},
      {"rate_limit: {of: tokens}", "cerebras", false, {"token_quota_exceeded"}, {}},
      {"rate_limit: {}", "mistral", false, {R"({"message":"Requests rate limit exceeded")"}, {}},
      {"rate_limit: {of: tokens}", "mistral", false, {R"("code":"1300")"}, {}},
      {"stream_error: {}", "anthropic", true,
       {"event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\""}, {}},
      {"stream_error: {after_events: 5}", "openai-responses", true,
       {"event: error\ndata: {\"type\":\"error\",\"sequence_number\":5,\"code\":\"server_is_over"},
       {}},
      {"stream_error: {}", "cohere", true, {R"("finish_reason":"ERROR","error":")"}, {}},
      {"stream_error: {}", "groq", true, {"event: error\n", R"("status_code":503)"}, {}},
      {"stream_error: {}", "cerebras", true, {R"("status_code":503})"}, {}},
      {"content: null_choices", "openai-responses", false, {R"("output":null)"}, {}},
      {"content: null_choices", "anthropic", true, {R"("content":null)"}, {}},
      {"content: null_choices", "cohere", false, {R"("content":null)"}, {}},
      {"content: no_choices", "anthropic", true, {"message_stop"}, {"content_block_start"}},
      {"content: no_choices", "openai-responses", true, {"response.completed"},
       {"response.output_item"}},
      {"usage: late", "anthropic", true,
       {R"("stop_reason":"end_turn","stop_sequence":null}})", R"("delta":{},"usage":)"}, {}},
      {"usage: late", "mistral", true, {R"("finish_reason":"stop")", R"("choices":[],"usage":)"},
       {}},
      {"usage: zero", "groq", false, {R"("queue_time":0,)"}, {}},
      {"usage: missing", "openai-responses", true, {"response.completed"}, {"input_tokens"}},
      {"tool_call: missing_id", "openai-responses", true, {"function_call"}, {"call_id"}},
      {"tool_call: missing_id", "cohere", true, {R"("tool_calls":{"type":"function")"}, {}},
      {"tool_call: missing_id", "anthropic", false, {R"({"type":"tool_use","name":)"}, {}},
      {"tool_call: cut_at_length", "anthropic", false,
       {R"("input":{})", R"("stop_reason":"max_tokens")"}, {}},
      {"tool_call: invalid_json", "anthropic", true, {"input_json_delta", ",}\""}, {}},
      {"finish: refusal", "openai-responses", true,
       {"event: response.refusal.delta", "event: response.refusal.done",
        R"({"type":"refusal","refusal":"I)"}, {"output_text"}},
      {"finish: refusal", "openai-responses", false, {R"({"type":"refusal","refusal":"I)"},
       {"output_text"}},
      {"provider_error: insufficient_quota", "cohere", false, {"limited to 1000 API calls"}, {}},
      {"provider_error: tool_use_failed", "groq", false, {R"("failed_generation":)"}, {}},
      {"json: null_value", "openai-responses", false, {R"("output":null)"}, {}},
      {"json: unknown_enum", "cohere", true, {R"("finish_reason":"shakedown_unknown")"}, {}},
      {"json: unknown_enum", "openai-responses", true, {R"("status":"shakedown_unknown")"}, {}},
  };
  for (const Seen& row : rows) {
    const Met met = meet<TestType>(faults_of(row.example, row.dialect), row.dialect,
                                   ask_in(row.dialect, row.stream));
    const std::string text = wire::text_of(met.talk);
    CAPTURE(row.example, row.dialect, row.stream, text);
    CHECK(met.fired == 1);
    for (const std::string& part : row.has) CHECK_THAT(text, Catch::Contains(part));
    for (const std::string& part : row.has_not) CHECK_THAT(text, !Catch::Contains(part));
  }
}

TEST_CASE("events that a fault adds are numbered on, where events are numbered",
          "[wire][dialects]") {
  for (const std::string example : {"events: full_message", "events: after_terminal"}) {
    const Met met = meet(faults_of(example, "openai-responses"), "openai-responses",
                         ask_in("openai-responses", true));
    const std::string text = wire::text_of(met.talk);
    CAPTURE(text);
    const int events = count(text, "data: ");
    CHECK(events == 17);  // one more than the usual
    for (int n = 0; n < events; ++n) {
      CHECK(count(text, "\"sequence_number\":" + std::to_string(n) + ",") == 1);
    }
  }
}

TEST_CASE("tools that are called at once have ids of their own in every dialect",
          "[wire][dialects]") {
  for (const std::string& name : kOthers) {
    const Met met = meet(faults_of("tool_call: parallel", name), name, ask_in(name, false));
    const std::string text = wire::text_of(met.talk);
    CAPTURE(name, text);
    std::set<std::string> ids;
    for (const char* key : {"\"id\":\"", "\"call_id\":\""}) {
      for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + 1)) {
        const std::size_t from = at + std::string(key).size();
        ids.insert(text.substr(from, text.find('"', from) - from));
      }
    }
    CHECK(ids.size() >= 4);  // three calls, and the answer itself
  }
}
