// Oracle: a checker of one invariant. It sees every request of the clients, every prompt that
// reached a fake and, where the target is the bundled core, every entry of its ledger, each when it
// ended, in the order of scenario time. It keeps the first witnesses of a violation, and of the run
// no more than what is open. One file and one row of kOracles each; one thread.
#pragma once

#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/ledger.hpp"
#include "fakes/journal.hpp"
#include "harness/client/sequel.hpp"
#include "harness/scenario/scenario.hpp"
#include "harness/scenario/units.hpp"
#include "reports/operation.hpp"
#include "reports/run_record.hpp"
#include "world/turn_id.hpp"

namespace harness {

// What one prompt says about a conversation: the markers of its messages, in order.
struct PromptMarker {
  world::TurnId turn;
  bool is_reply = false;  // the agent's answer to that turn, not the turn itself
  bool is_quoted = false;  // by the result of a tool, so it is no message of the conversation
};

// One request at a fake, told when it had ended. A retry is a prompt of its own.
struct PromptRead {
  world::Instant at{};  // it had arrived
  std::string_view backend;
  world::TurnId asked;  // the turn that the prompt wants answered
  std::span<const PromptMarker> markers;
  const fakes::PromptRecord* record = nullptr;  // all that the fake knows; never null in a run
  std::string_view fault;                       // id of the fault that struck it; empty: none
};

// What an oracle may need to know of the run before it begins.
struct OracleInput {
  const Scenario* scenario = nullptr;  // never null in a run
  std::string_view sut;                // "linked", "process" or "external"
  // The choice's parameter in the unit of OracleKind::parameter (ratio, ns, count), or its default.
  double parameter = 0;
};

struct OracleChoice;

class Oracle {
 public:
  virtual ~Oracle() = default;
  virtual void on_sent(const reports::Operation&) {}
  virtual void on_ended(const reports::Operation&, const Reply&) {}
  virtual void on_sequel(const reports::Operation&, const Sequel&) {}
  virtual void on_prompt(const PromptRead&) {}
  virtual void on_agent(const agent::LedgerEntry&) {}

  // Of the bundled core's process, in live and sim alike.
  virtual void on_life(const AgentLife&) {}

  // No turn of the conversation will be sent or is open any more: its state can be forgotten.
  // (Prompts of it may still come, from an agent that asks for users who left.)
  virtual void on_conversation_over(std::uint32_t user, std::uint32_t session) {
    static_cast<void>(user), static_cast<void>(session);
  }

  // After the last event. `complete` says that the run was not interrupted.
  virtual void finish(bool complete) { static_cast<void>(complete); }

  // Its verdict so far: FAIL with a violation, PASS when something was checked, else INCONCLUSIVE.
  reports::InvariantResult result() const;

 protected:
  void check() { ++checked_; }
  void violate(world::Instant at, std::string who, std::string what);

 private:
  friend std::vector<std::unique_ptr<Oracle>> make_oracles(std::span<const OracleChoice> choices,
                                                           OracleInput input);
  std::string name_;
  std::string skipped_;  // why; empty: it judges
  std::uint64_t checked_ = 0;
  std::uint64_t violation_count_ = 0;
  std::vector<reports::Violation> violations_;
};

// Whose word an oracle needs beside the clients'. Without it, the oracle is skipped and the report
// says so.
enum class Needs : std::uint8_t { clients, fakes, agent };

enum class OracleParameter : std::uint8_t { none, ratio, duration, count };

struct OracleKind {
  std::string_view name;
  std::string_view doc;
  Needs needs = Needs::clients;
  std::unique_ptr<Oracle> (*make)(const OracleInput&) = nullptr;
  OracleParameter parameter = OracleParameter::none;
  std::string_view parameter_doc = {};
  double parameter_default = 0;  // durations in ns
  double parameter_min = 0;      // 0 is not allowed itself
  double parameter_max = std::numeric_limits<double>::infinity();
};
std::span<const OracleKind> oracle_kinds();
const OracleKind* find_oracle(std::string_view name);  // null: there is none

// An invariant of a scenario: its oracle, and the parameter as it was checked.
struct OracleChoice {
  std::string name;
  double parameter = 0;
};

// The parameter's text (`1.3`, `5s`, `3`) as a number within its bounds, or the sentence that
// refuses it.
Parsed<double> read_parameter(const OracleKind& kind, std::string_view text);

// One oracle per choice, in order, skipped ones included. Unknown names are a bug: the scenario was
// checked before. `input.parameter` is set for each.
std::vector<std::unique_ptr<Oracle>> make_oracles(std::span<const OracleChoice> choices,
                                                  OracleInput input);

inline world::TurnId turn_of(const reports::Operation& op) {
  return {op.user, op.session, op.turn};
}

}  // namespace harness
