// The corpus of bad bodies: what the core says of each, read and through the running core.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "agent/api/request_reader.hpp"
#include "harness/oracles/explains_bad_input.hpp"
#include "harness/scenario/corpus.hpp"
#include "harness/scenario/errors.hpp"
#include "tests/agent/core_world.hpp"
#include "tests/support/places.hpp"

using harness::Corpus;
using harness::CorpusRow;
using nlohmann::json;
using support::CoreWorld;
using support::Got;
using namespace std::chrono_literals;

namespace {

const Corpus& corpus() {
  static const Corpus rows =
      harness::read_corpus(source_dir() + "/scenarios/corpora/bad_bodies.jsonl");
  return rows;
}

constexpr world::TurnId kTurn{1, 2, 3};

agent::RequestLimits limits() {
  agent::RequestLimits limits;
  limits.json.explain = true;
  return limits;
}

void judge(const Got& got, const CorpusRow& row) {
  CAPTURE(row.name, got.body);
  CHECK(got.status == row.status);
  CHECK(got.took() < 1s);
  if (got.status != row.status) return;
  const json body = json::parse(got.body);
  CHECK(body["code"] == row.code);
  CHECK(body["errors"][0]["pointer"] == row.pointer);
  CHECK(body["errors"][0]["expected"] == row.expected);
  CHECK(body["errors"][0]["got"] == row.got);
  CHECK(body["errors"][0].value("suggestion", "") == row.suggestion);
  CHECK_FALSE(body["next_actions"].empty());
  CHECK(body["execution"]["state"] == "not_started");
  CHECK(harness::lacks(got.body, row) == "");
}

}  // namespace

TEST_CASE("the corpus is large, and no row stands twice", "[bad_input][REQ-067]") {
  CHECK(corpus().size() >= 200);
  std::set<std::string> names, bodies;
  for (const CorpusRow& row : corpus()) {
    CAPTURE(row.name);
    CHECK(names.insert(row.name).second);
    CHECK(bodies.insert(row.api + harness::body_of(row, kTurn)).second);
  }
}

TEST_CASE("what is wrong with each bad body is said", "[bad_input][REQ-065][REQ-066][REQ-068]") {
  for (const CorpusRow& row : corpus()) {
    if (row.status == 413) continue;  // the server's to refuse
    CAPTURE(row.name);
    agent::Request request;
    agent::Problem problem;
    const agent::Api api = row.api == "chat" ? agent::Api::chat : agent::Api::responses;
    const std::string body = harness::body_of(row, kTurn);
    CHECK_FALSE(agent::read_request(api, body, limits(), request, problem));
    CHECK(agent::name_of(problem.code) == row.code);
    CHECK(agent::status_of(problem.code) == row.status);
    REQUIRE_FALSE(problem.errors.empty());
    const agent::FieldError& error = problem.errors.front();
    CHECK(error.pointer == row.pointer);
    CHECK(error.expected == row.expected);
    CHECK(error.got == row.got);
    CHECK(error.suggestion == row.suggestion);
    CHECK(problem.detail == error.detail);
    CHECK(problem.detail.size() < 1'000);
  }
}

TEST_CASE("the running core refuses each bad body, and asks no provider",
          "[bad_input][REQ-061][REQ-065][REQ-066][REQ-067][REQ-068]") {
  for (const std::string api : {"chat", "responses"}) {
    support::Setup setup;
    setup.config = support::profile("hardened");
    CoreWorld core(std::move(setup));
    std::vector<CoreWorld::Sending> sendings;
    std::vector<const CorpusRow*> rows;
    for (const CorpusRow& row : corpus()) {
      if (row.api != api) continue;
      core.target = harness::path_of(row);
      const world::TurnId turn{1, static_cast<std::uint32_t>(rows.size()), 0};
      CoreWorld::Sending sending;
      sending.at = 20ms * rows.size();
      sending.body = harness::body_of(row, turn);
      sending.id = support::text_of(turn);
      sendings.push_back(std::move(sending));
      rows.push_back(&row);
    }
    const world::TurnId good{2, 0, 0};
    CoreWorld::Sending last = support::turn(20ms * rows.size(), good, false);
    if (api == "responses") last.body = R"({"input":"[turn u2.s0.t0] Hello."})";
    sendings.push_back(std::move(last));
    const std::vector<Got> all = core.ask_all(std::move(sendings));
    for (std::size_t i = 0; i < rows.size(); ++i) judge(all[i], *rows[i]);
    CAPTURE(api, all.back().body);
    CHECK(all.back().status == 200);
    REQUIRE(core.records.size() == 1);
    CHECK(core.records[0].asked == good);
  }
}

TEST_CASE("without explanations an error lacks what the oracle looks for", "[bad_input]") {
  const std::string generic =
      R"({"title":"The request is not valid.","detail":"The body is not a request."})";
  int named = 0;
  for (const CorpusRow& row : corpus()) {
    if (harness::lacks(generic, row).empty()) ++named;
  }
  CHECK(named < static_cast<int>(corpus().size()) / 20);
}

TEST_CASE("rows that are none", "[bad_input]") {
  for (const char* row :
       {"", "[]", "{}", "{\"name\":1}", R"({"name":"x","api":"soap","code":"c"})",
        R"({"name":"x","api":"chat","code":"c","pointer":"#","expected":"e"})",
        R"({"name":"x","api":"chat","code":"c","pointer":"#","expected":"e","got":"g",)"
        R"("status":500})",
        R"({"name":"x","api":"chat","code":"c","pointer":"#","expected":"e","got":"g",)"
        R"("repeat":{"text":"a","times":99999999999}})",
        R"({"name":"x","api":"chat","code":"c","pointer":"#","expected":"e","got":"g",)"
        R"("body":"\u20ac","latin1":true})"}) {
    CAPTURE(row);
    CHECK_THROWS_AS(harness::parse_corpus(row, "corpus.jsonl"), harness::ScenarioErrors);
  }
}

TEST_CASE("a class sends the rows of its corpus one after the other", "[bad_input]") {
  harness::LoadClass load_class;
  load_class.users.count = 2;
  load_class.sessions.turns_per_session = 1;
  std::set<std::string> seen;
  for (std::uint32_t n = 0; n < corpus().size(); ++n) {
    const world::TurnId turn{n % 2, n / 2, 0};
    seen.insert(harness::row_of(corpus(), load_class, turn).name);
  }
  CHECK(seen.size() == corpus().size());
}
