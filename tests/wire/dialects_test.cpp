// The rows of the catalogue that depend on what a provider's wire looks like, in every dialect: that
// each strikes or honestly says that it has not, that the record agrees with the bytes, and that
// JSON is broken where it should be and nowhere else.
#include <catch2/catch.hpp>
#include <set>

#include "fakes/faults/suits.hpp"
#include "harness/scenario/loader.hpp"
#include "tests/wire/reading.hpp"

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
  request.insert(request.find("\r\n") + 2, "connection: close\r\nanthropic-version: 2023-06-01\r\n");
  return request;
}

struct Met {
  Talk talk;
  std::uint64_t fired = 0;
  std::vector<fakes::PromptRecord> records;
};

Met meet(const std::vector<fakes::Fault>& faults, const std::string& dialect,
         const std::string& request) {
  FakeWorld<InSim> fake(faults, backend_of(dialect));
  Met met;
  met.talk = fake.talk(request, std::chrono::seconds(3));
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

void check_row(const fakes::CatalogueRow& row, const std::string& dialect, bool stream) {
  const std::string request = ask_in(dialect, stream);
  const Met usual = meet({}, dialect, request);
  const std::vector<fakes::Fault> faults = faults_of(row.example, dialect);
  const Met met = meet(faults, dialect, request);
  const std::string bytes = met.talk.bytes.substr(0, 3000);
  CAPTURE(bytes, met.talk.end);
  REQUIRE(body_of(usual.talk.bytes).whole);
  REQUIRE(met.records.size() == 1);
  const fakes::PromptRecord& record = met.records[0];
  CHECK(record.fault.has_value() == (met.fired == 1));
  if (met.fired == 0) {  // the usual answer at its usual time, and nothing else
    CHECK(met.talk.bytes == usual.talk.bytes);
    CHECK(met.talk.last_byte == usual.talk.last_byte);
    CHECK(record.end == fakes::End::completed);
    return;
  }
  const bool other = met.talk.bytes != usual.talk.bytes ||
                     met.talk.first_byte != usual.talk.first_byte ||
                     met.talk.last_byte != usual.talk.last_byte;
  CHECK(other);
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

TEST_CASE("rows of streams, JSON and providers in every other dialect", "[wire][dialects]") {
  for (const auto& layer :
       {fakes::kSseCatalogue, fakes::kJsonCatalogue, fakes::kProviderCatalogue}) {
    for (const fakes::CatalogueRow& row : layer) {
      if (kNeedsMore.contains(row.name)) continue;
      for (const std::string& dialect : kOthers) {
        if (!fits(row, dialect)) {
          INFO(row.name << " " << dialect);
          CHECK_THROWS_AS(faults_of(row.example, dialect), harness::ScenarioErrors);
          continue;
        }
        const bool on_plain =
            fakes::kind_of(faults_of(row.example, dialect)[0].action).on_plain;
        for (const bool stream : {false, true}) {
          if (!stream && !on_plain) continue;
          DYNAMIC_SECTION(row.name << " " << dialect << (stream ? " on a stream" : "")) {
            check_row(row, dialect, stream);
          }
        }
      }
    }
  }
}

// Which rows find nothing to strike, so that no other does so unseen.
TEST_CASE("rows that have an effect in one dialect have it in the others", "[wire][dialects]") {
  const std::set<std::string> nothing_to_strike = {
      "json.field anthropic",        "json.field cohere",
      "json.field openai-responses",  // event 2 has no model
  };
  // Without a turn before, or a field of that name, in a plain answer.
  const std::set<std::string_view> streams_only = {"provider.usage_late", "provider.tool_split"};
  for (const auto& layer :
       {fakes::kSseCatalogue, fakes::kJsonCatalogue, fakes::kProviderCatalogue}) {
    for (const fakes::CatalogueRow& row : layer) {
      if (kNeedsMore.contains(row.name)) continue;
      for (const std::string& dialect : kOthers) {
        if (!fits(row, dialect)) continue;
        if (nothing_to_strike.contains(std::string(row.name) + " " + dialect)) continue;
        const std::vector<fakes::Fault> faults = faults_of(row.example, dialect);
        const bool on_plain = fakes::kind_of(faults[0].action).on_plain;
        CAPTURE(row.name, dialect);
        CHECK(meet(faults, dialect, ask_in(dialect, true)).fired == 1);
        const bool anthropic_whole = dialect == "anthropic" &&
                                     (row.name == "provider.tool_invalid_json" ||
                                      row.name == "provider.tool_cut");
        if (on_plain && !streams_only.contains(row.name) && !anthropic_whole) {
          CAPTURE("plain");
          CHECK(meet(faults, dialect, ask_in(dialect, false)).fired == 1);
        }
      }
    }
  }
}
