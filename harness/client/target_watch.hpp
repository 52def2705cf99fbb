// TargetWatch: whether the target of a run answers as its dialect says at all. A target that never
// does is not measured: something is set up wrong, and the first strange answer says what. What
// the target said is quoted bounded and as it came: writers make it harmless. One clock.
#pragma once

#include <cstdint>
#include <string>

#include "harness/client/reply.hpp"
#include "harness/client/target_door.hpp"
#include "reports/operation.hpp"

namespace harness {

class TargetWatch {
 public:
  TargetWatch(const TargetDoor& door, const Target& target);

  // One request has ended, of a class that asks for answers.
  void saw(const reports::Operation& op, const Reply& reply);

  // None of the first requests was understood, and none was answered otherwise.
  bool is_hopeless() const { return strange_ >= kHopelessAfter && ok_ + other_ == 0; }

  std::uint64_t answered() const { return ok_; }
  std::uint64_t strange() const { return strange_; }
  std::uint64_t ended() const { return ok_ + strange_ + other_; }

  // What the first strange answer was and what to try; empty: there was none.
  const std::string& trouble() const { return trouble_; }

 private:
  static constexpr std::uint64_t kHopelessAfter = 5;

  std::string told(const reports::Operation& op, const Reply& reply) const;
  std::string of_status(int status, const Reply& reply) const;

  std::string url_;
  std::string dialect_;
  bool is_https_;
  std::uint64_t ok_ = 0;
  std::uint64_t strange_ = 0;
  std::uint64_t other_ = 0;
  std::string trouble_;
};

}  // namespace harness
