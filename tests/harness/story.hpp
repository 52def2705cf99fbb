// Story: a history for one oracle, written as what happens, one thing after the other, 1 s apart
// (`pause` skips time). Oracles never see more than this: what a client sent and got, what a fake
// read, what the agent's ledger says.
#pragma once

#include <catch2/catch.hpp>

#include "harness/oracles/oracle.hpp"

namespace harness::test {

class Story {
 public:
  explicit Story(const std::string& invariant, double parameter = 0, OracleInput input = {})
      : oracles_(make_oracles(std::vector<OracleChoice>{{invariant, parameter}}, input)) {}

  Story& sent(world::TurnId turn) {
    oracle().on_sent(operation(turn));
    return *this;
  }
  Story& sent(const reports::Operation& op) {
    oracle().on_sent(op);
    return *this;
  }
  Story& ended(world::TurnId turn, reports::Outcome outcome = reports::Outcome::ok,
               Reply reply = answer(), reports::Failure failure = reports::Failure::none) {
    reports::Operation op = operation(turn);
    op.outcome = outcome;
    op.failure = failure;
    op.http_status = 200;
    oracle().on_ended(op, reply);
    return *this;
  }
  Story& answered(world::TurnId turn) { return ended(turn); }
  // An answer of another status, with this body.
  Story& refused(world::TurnId turn, std::uint16_t status, Reply reply) {
    reports::Operation op = operation(turn);
    op.outcome = reports::Outcome::error;
    op.failure = reports::Failure::http_status;
    op.http_status = status;
    oracle().on_ended(op, reply);
    return *this;
  }
  // As it is told, whatever its instants are.
  Story& ended(const reports::Operation& op, const Reply& reply) {
    oracle().on_ended(op, reply);
    return *this;
  }

  // The prompt with which the agent asks its provider for this turn.
  Story& prompt(world::TurnId asked, const std::vector<PromptMarker>& markers) {
    fakes::PromptRecord record;
    record.backend = "primary";
    record.asked = asked;
    return prompt(record, markers);
  }
  // As it is told; `at` is now unless it was set.
  Story& prompt(fakes::PromptRecord record, const std::vector<PromptMarker>& markers) {
    const world::Instant now = tick();
    if (record.at == world::Instant{}) record.at = now;
    PromptRead read;
    read.at = record.at;
    read.backend = record.backend;
    read.asked = *record.asked;
    read.markers = markers;
    read.record = &record;
    oracle().on_prompt(read);
    return *this;
  }
  // An entry of the agent's ledger; `at` is now unless it was set.
  Story& ledger(agent::LedgerEntry entry) {
    const world::Instant now = tick();
    if (entry.at == world::Instant{}) entry.at = now;
    oracle().on_agent(entry);
    return *this;
  }
  Story& sequel(world::TurnId turn, Sequel sequel) {
    const reports::Operation op = operation(turn);
    if (sequel.at == world::Instant{}) sequel.at = op.sent;
    oracle().on_sequel(op, sequel);
    return *this;
  }
  // Of the agent's process, now.
  Story& life(AgentLife::Event event) {
    oracle().on_life({tick(), event, "crash"});
    return *this;
  }
  // No more turns of it will come.
  Story& over(std::uint32_t user = 0, std::uint32_t session = 0) {
    oracle().on_conversation_over(user, session);
    return *this;
  }
  Story& pause(std::chrono::seconds skipped) {
    seconds_ += static_cast<int>(skipped.count());
    return *this;
  }

  reports::InvariantResult told(bool complete = true) {
    oracle().finish(complete);
    return oracle().result();
  }

  static Reply answer() { return answer("yes"); }
  static Reply answer(std::string text) {
    Reply reply;
    reply.text = std::move(text);
    reply.terminals = 1;
    reply.finished = true;
    return reply;
  }

  // A turn that happens now, 1 s after the last thing.
  reports::Operation operation(world::TurnId turn) {
    reports::Operation op;
    op.id = turn.key();
    op.user = turn.user;
    op.session = turn.session;
    op.turn = turn.turn;
    const world::Instant now = tick();
    op.planned = op.sent = op.last_event = now;
    return op;
  }

 private:
  Oracle& oracle() { return *oracles_.front(); }
  world::Instant tick() { return world::at(std::chrono::seconds(++seconds_)); }

  std::vector<std::unique_ptr<Oracle>> oracles_;
  int seconds_ = 0;
};

constexpr world::TurnId turn(std::uint32_t ordinal, std::uint32_t session = 0,
                             std::uint32_t user = 0) {
  return {user, session, ordinal};
}
inline PromptMarker said(world::TurnId t) { return {t, false}; }
inline PromptMarker reply_to(world::TurnId t) { return {t, true}; }

// The result has one violation, by this turn, with these words.
inline void check_witness(const reports::InvariantResult& result, const std::string& who,
                          const std::string& words) {
  CHECK(result.verdict == reports::Verdict::fail);
  REQUIRE(result.violations.size() == 1);
  CHECK(result.violation_count == 1);
  CHECK(result.violations[0].who == who);
  CHECK(result.violations[0].what == words);
  CHECK(result.violations[0].at > world::Instant{});
}

}  // namespace harness::test
