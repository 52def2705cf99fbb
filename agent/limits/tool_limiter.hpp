// ToolLimiter: how often the model may call a tool (seed 002, its RateLimiter): so many calls of
// one tool by one agent in any 60 s, so many in one task, so many at once. What is over the limit
// of the minute waits in line for the cooldown and is then looked at again, one call at a time, so
// that those who waited cannot pass together; what cannot pass before its deadline fails at once.
// Checking and counting are one step. Lines are bounded, agents forgotten when idle. One clock;
// must outlive its calls.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/defect.hpp"
#include "agent/limits/gcra.hpp"
#include "agent/limits/tool_rate_config.hpp"
#include "agent/limits/window_log.hpp"
#include "world/lru_map.hpp"
#include "world/signal.hpp"

namespace agent {

struct RateLimitError {
  std::string tool;
  std::int64_t limit = 0;
  std::string_view period;      // "minute" or "task"
  world::Nanos retry_after{0};  // 0: it does not help to come again (task)

  // "Rate limit exceeded for search: 10 calls per minute"
  std::string message() const;
};

class ToolLimiter {
 public:
  ToolLimiter(world::Clock& clock, ToolRateConfig agent_default,
              std::vector<ToolOverride> overrides, Defect defect);

  struct Admission {
    std::optional<RateLimitError> error;  // none: call it now, the call is counted
    world::Nanos waited{0};
  };
  // Called once when a call has to wait, with how long that is expected to take.
  using OnCooldown = std::function<void(world::Nanos expected)>;

  // Completes when the call may be made, or may not. An admitted call is counted, whatever becomes
  // of it. The wait counts against the deadline; cancelling it counts nothing. `agent` is whose
  // minute it is (a user), `task` whose run (a job).
  world::Task<Admission> admit(std::string agent, std::string task, std::string tool,
                               world::Instant deadline, OnCooldown on_cooldown);

  // The task is over: its counters are freed. Of a task that never says so they are, too, when
  // kTasksMax others have called tools since.
  void end_task(const std::string& task) { tasks_.erase(task); }

  std::size_t tasks() const { return tasks_.size(); }
  std::size_t lines() const { return lines_.size(); }  // (agent, tool) that are remembered
  // Calls of a tool by an agent in the last minute.
  std::int64_t calls(const std::string& agent, const std::string& tool);

  // Forgets agents' tools that were not called in the last minute. Cheap; now and then.
  void sweep();

  static constexpr std::size_t kTasksMax = 100'000;
  static constexpr std::size_t kLinesMax = 100'000;  // (agent, tool)
  static constexpr world::Nanos kWindow = std::chrono::seconds(60);

 private:
  struct Rate {  // of one tool
    bool on = false;
    std::size_t per_minute = 0;
    std::int64_t per_task = 0;
    world::Nanos cooldown{0};
    std::optional<Gcra> spacing;
  };
  struct Waiter;
  struct Line {
    WindowLog log;
    Gcra::State spacing;
    std::list<Waiter*> waiting;
  };
  struct Waiter {
    Waiter(world::Clock& clock, Line& in);
    ~Waiter();
    bool first() const { return line.waiting.front() == this; }
    Line& line;
    world::Signal moved_up;
  };
  class TaskCall;
  static world::Task<bool> moved_up(Waiter& waiter);
  using Counts = std::vector<std::pair<std::string, std::int64_t>>;  // calls of each tool

  Rate rate_of(const std::string& tool) const;
  std::shared_ptr<Line> line_of(const std::string& agent, const std::string& tool);
  world::Instant next_at(Line& line, const Rate& rate, std::size_t ahead,
                         world::Instant now) const;
  void record(Line& line, const Rate& rate) const;
  world::Task<bool> wait_in_line(std::shared_ptr<Line> line, Rate rate, world::Instant not_before,
                                 world::Instant deadline);

  world::Clock& clock_;
  const ToolRateConfig default_;
  const std::vector<ToolOverride> overrides_;
  const Defect defect_;
  world::LruMap<std::string, std::shared_ptr<Line>> lines_;  // a waiter keeps its line alive
  world::LruMap<std::string, Counts> tasks_;
};

}  // namespace agent
