// A history for the oracles of providers, written as what happens at which instant: requests of
// users, prompts at the fakes (told when they end), and entries of the agent's ledger. The order of
// the calls is the order of telling.
#pragma once

#include <catch2/catch.hpp>

#include "harness/oracles/oracle.hpp"

namespace test {

using namespace std::chrono_literals;
using agent::LedgerKind;
using fakes::End;
using harness::Reply;
using reports::InvariantResult;
using reports::Outcome;
using reports::Verdict;
using world::Nanos;

constexpr world::TurnId turn(std::uint32_t ordinal, std::uint32_t user = 0) {
  return {user, 0, ordinal};
}

struct Prompt {  // that a fake got
  world::TurnId turn;
  Nanos at{};
  Nanos ended{-1};  // negative: 1 s later
  const char* backend = "primary";
  int status = 200;
  End end = End::completed;
  std::uint32_t attempt = 1;
  std::int64_t messages = 1;
  const char* model = "fake-1";
  const char* error = "";
  Nanos retry_after{-1};
  const char* call = "";
  bool effect = false;
  std::int64_t tokens = 0;
  std::int64_t tokens_for_nobody = 0;
};

struct Ledger {  // an entry of the agent's
  LedgerKind kind;
  Nanos at{};
  world::TurnId turn = {};
  const char* key = "";
  const char* from = "";
  const char* to = "";
  std::int64_t value = 0;
  std::int64_t limit = 0;
};

struct Ended {  // a request of a client
  world::TurnId turn;
  Nanos at{};
  Outcome outcome = Outcome::ok;
  int status = 200;
  const char* error_body = "";
  Nanos sent{-1};  // negative: 1 s before
  bool degraded = false;
};

class ProviderStory {
 public:
  explicit ProviderStory(const std::string& invariant, const harness::Scenario* scenario = nullptr)
      : ProviderStory(invariant, default_of(invariant), scenario) {}

  ProviderStory(const std::string& invariant, double parameter,
                const harness::Scenario* scenario = nullptr) {
    const std::vector<harness::OracleChoice> choices{{invariant, parameter}};
    harness::OracleInput input;
    input.scenario = scenario;
    input.sut = "linked";
    oracles_ = make_oracles(choices, input);
  }

  ProviderStory& sent(world::TurnId turn, Nanos at) {
    reports::Operation op = operation(turn, at);
    oracle().on_sent(op);
    return *this;
  }

  ProviderStory& ended(const Ended& what) {
    reports::Operation op = operation(what.turn, what.sent < Nanos{0} ? what.at - 1s : what.sent);
    op.last_event = world::at(what.at);
    op.outcome = what.outcome;
    op.http_status = static_cast<std::uint16_t>(what.status);
    Reply reply;
    reply.error_body = what.error_body;
    reply.degraded = what.degraded;
    oracle().on_ended(op, reply);
    return *this;
  }

  ProviderStory& prompt(const Prompt& what) {
    fakes::PromptRecord record;
    record.at = world::at(what.at);
    record.ended = world::at(what.ended < Nanos{0} ? what.at + 1s : what.ended);
    record.backend = what.backend;
    record.asked = what.turn;
    record.status = what.status;
    record.end = what.end;
    record.attempt = what.attempt;
    record.messages = what.messages;
    record.model = what.model;
    record.error = what.error;
    record.retry_after = what.retry_after;
    record.call = what.call;
    record.effect = what.effect;
    record.tokens = what.tokens;
    record.tokens_for_nobody = what.tokens_for_nobody;
    harness::PromptRead read;
    read.at = record.at;
    read.backend = record.backend;
    read.asked = what.turn;
    read.record = &record;
    oracle().on_prompt(read);
    return *this;
  }

  ProviderStory& agent(const Ledger& what) {
    agent::LedgerEntry entry;
    entry.at = world::at(what.at);
    entry.kind = what.kind;
    entry.request = world::to_text(what.turn);
    entry.key = what.key;
    entry.from = what.from;
    entry.to = what.to;
    entry.value = what.value;
    entry.limit = what.limit;
    oracle().on_agent(entry);
    return *this;
  }

  InvariantResult told(bool complete = true) {
    oracle().finish(complete);
    return oracle().result();
  }

  harness::Oracle& oracle() { return *oracles_.front(); }

 private:
  static double default_of(const std::string& invariant) {
    return harness::find_oracle(invariant)->parameter_default;
  }

  static reports::Operation operation(world::TurnId turn, Nanos sent) {
    reports::Operation op;
    op.id = turn.key();
    op.user = turn.user;
    op.session = turn.session;
    op.turn = turn.turn;
    op.planned = op.sent = op.last_event = world::at(sent);
    return op;
  }

  std::vector<std::unique_ptr<harness::Oracle>> oracles_;
};

inline void check_silent(const InvariantResult& result, std::uint64_t checked) {
  INFO((result.violations.empty() ? std::string() : result.violations[0].what));
  CHECK(result.verdict == (checked > 0 ? Verdict::pass : Verdict::inconclusive));
  CHECK(result.checked == checked);
}

// One violation, of this one, with these words.
inline void check_witness(const InvariantResult& result, const std::string& who,
                          const std::string& words) {
  CHECK(result.verdict == Verdict::fail);
  CHECK(result.violation_count == 1);
  REQUIRE_FALSE(result.violations.empty());
  CHECK(result.violations[0].who == who);
  CHECK(result.violations[0].what == words);
}

}  // namespace test
