// Oracle: a checker of one invariant. It sees every request of the clients and every prompt that
// reached a fake, in the order of scenario time, and keeps the first witnesses of a violation.
// One file and one row of kOracles each; one thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/client/reply.hpp"
#include "reports/operation.hpp"
#include "reports/run_record.hpp"
#include "world/turn_id.hpp"

namespace harness {

// What one prompt says about a conversation: the markers of its messages, in order.
struct PromptMarker {
  world::TurnId turn;
  bool is_reply = false;  // the agent's answer to that turn, not the turn itself
};

struct PromptRead {
  world::Instant at{};
  std::string_view backend;
  world::TurnId asked;  // the turn that the prompt wants answered
  std::span<const PromptMarker> markers;
};

class Oracle {
 public:
  virtual ~Oracle() = default;
  virtual void on_sent(const reports::Operation&) {}
  virtual void on_ended(const reports::Operation&, const Reply&) {}
  virtual void on_prompt(const PromptRead&) {}

  // After the last event. `complete` says that the run was not interrupted.
  virtual void finish(bool complete) { static_cast<void>(complete); }

  // Its verdict so far: FAIL with a violation, PASS when something was checked, else INCONCLUSIVE.
  reports::InvariantResult result() const;

 protected:
  void check() { ++checked_; }
  void violate(world::Instant at, std::string who, std::string what);

 private:
  friend std::vector<std::unique_ptr<Oracle>> make_oracles(std::span<const std::string> names);
  std::string name_;
  std::uint64_t checked_ = 0;
  std::uint64_t violation_count_ = 0;
  std::vector<reports::Violation> violations_;
};

struct OracleKind {
  std::string_view name;
  std::string_view doc;
  std::unique_ptr<Oracle> (*make)();
};
std::span<const OracleKind> oracle_kinds();

// One oracle per name, in order. Unknown names are a bug: the scenario was checked before.
std::vector<std::unique_ptr<Oracle>> make_oracles(std::span<const std::string> names);

inline world::TurnId turn_of(const reports::Operation& op) {
  return {op.user, op.session, op.turn};
}

}  // namespace harness
