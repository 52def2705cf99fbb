// user_concurrency: no user has more than `count` requests at the providers at once. A request is
// there from its arrival at a fake to the end of its answer; calls of tools and requests that did
// not end with their answer do not count, since a fake may notice late that nobody waits any more.
// Memory: the requests of the last kHorizon, at most kKeptMax of each user.
#pragma once

#include <deque>

#include "harness/oracles/prompt_facts.hpp"
#include "harness/oracles/recent_turns.hpp"

namespace harness {

class UserConcurrency final : public Oracle {
 public:
  static constexpr world::Nanos kHorizon = std::chrono::minutes(2);
  static constexpr std::size_t kKeptMax = 1'000;

  explicit UserConcurrency(double count)
      : allowed_(static_cast<std::uint32_t>(count)), users_(kHorizon) {}

  void on_prompt(const PromptRead& prompt) override;

 private:
  struct Request {
    world::TurnId turn;
    world::Instant begin{};
    world::Instant end{};
    std::uint32_t at_once = 1;  // that were there when it came, itself included
  };
  using User = std::deque<Request>;

  void judge(Request& request, std::uint32_t more);

  std::uint32_t allowed_;
  RecentTurns<User> users_;  // by turn 0 of session 0
};

}  // namespace harness
