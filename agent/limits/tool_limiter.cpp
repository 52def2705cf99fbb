#include "agent/limits/tool_limiter.hpp"

#include <algorithm>

#include "world/deadline.hpp"

namespace agent {

using world::Instant;
using world::Nanos;
using world::Task;

std::string RateLimitError::message() const {
  return "Rate limit exceeded for " + tool + ": " + std::to_string(limit) + " calls per " +
         std::string(period);
}

ToolLimiter::ToolLimiter(world::Clock& clock, ToolRateConfig agent_default,
                         std::vector<ToolOverride> overrides, Defect defect)
    : clock_(clock),
      default_(agent_default),
      overrides_(std::move(overrides)),
      defect_(defect),
      lines_(kLinesMax),
      tasks_(kTasksMax) {}

// A call counts for its task from the moment on when it asks, so that those of one task that wait
// cannot pass its limit together; one that does not pass gives its place back.
class ToolLimiter::TaskCall {
 public:
  TaskCall(ToolLimiter& limiter, const std::string& task, const std::string& tool,
           std::int64_t limit)
      : limiter_(limiter), task_(task), tool_(tool), limited_(limit > 0) {
    if (!limited_) return;
    std::int64_t& calls = count(limiter_.tasks_.at(task_));
    refused_ = calls >= limit;
    if (!refused_) ++calls;
  }
  ~TaskCall() {
    if (!limited_ || refused_ || kept_) return;
    if (Counts* counts = limiter_.tasks_.find(task_)) --count(*counts);
  }
  TaskCall(const TaskCall&) = delete;
  TaskCall& operator=(const TaskCall&) = delete;

  bool refused() const { return refused_; }
  void keep() { kept_ = true; }

 private:
  std::int64_t& count(Counts& counts) const {
    const auto found = std::find_if(counts.begin(), counts.end(),
                                    [&](const auto& each) { return each.first == tool_; });
    if (found != counts.end()) return found->second;
    return counts.emplace_back(tool_, 0).second;
  }

  ToolLimiter& limiter_;
  const std::string& task_;  // of the coroutine that it stands in
  const std::string& tool_;
  const bool limited_;
  bool refused_ = false;
  bool kept_ = false;
};

ToolLimiter::Waiter::Waiter(world::Clock& clock, Line& in) : line(in), moved_up(clock) {
  line.waiting.push_back(this);
}

ToolLimiter::Waiter::~Waiter() {
  const bool was_first = first();
  line.waiting.remove(this);
  if (was_first && !line.waiting.empty()) line.waiting.front()->moved_up.notify_one();
}

ToolLimiter::Rate ToolLimiter::rate_of(const std::string& tool) const {
  ToolRateConfig config = default_;
  const auto own = std::find_if(overrides_.begin(), overrides_.end(),
                                [&](const ToolOverride& each) { return each.tool == tool; });
  if (own != overrides_.end()) {
    const auto choose = [](std::int64_t& value, std::int64_t wins) {
      if (wins >= 0) value = wins;
    };
    config.rate_limit = own->rate_limit;
    choose(config.calls_per_minute, own->calls_per_minute);
    choose(config.calls_per_task, own->calls_per_task);
    choose(config.cooldown_ms, own->cooldown_ms);
    choose(config.burst_size, own->burst_size);
  }
  Rate rate;
  rate.on = config.rate_limit;
  rate.per_minute = static_cast<std::size_t>(config.calls_per_minute);
  rate.per_task = config.calls_per_task;
  rate.cooldown = std::chrono::milliseconds(config.cooldown_ms);
  if (config.burst_size > 0 && config.calls_per_minute > 0) {
    const std::int64_t further = defect_ == Defect::burst_off_by_one ? 1 : 0;  // planted bug
    rate.spacing.emplace(config.calls_per_minute, kWindow, config.burst_size + further);
  }
  return rate;
}

std::shared_ptr<ToolLimiter::Line> ToolLimiter::line_of(const std::string& agent,
                                                        const std::string& tool) {
  std::shared_ptr<Line>& line = lines_.at(agent + '\n' + tool);
  if (!line) line = std::make_shared<Line>();
  return line;
}

std::int64_t ToolLimiter::calls(const std::string& agent, const std::string& tool) {
  const std::shared_ptr<Line>* line = lines_.find(agent + '\n' + tool);
  if (line == nullptr) return 0;
  return static_cast<std::int64_t>((*line)->log.count(clock_.now(), kWindow));
}

void ToolLimiter::sweep() {
  while (const std::shared_ptr<Line>* oldest = lines_.oldest()) {
    Line& line = **oldest;
    if (!line.waiting.empty() || line.log.count(clock_.now(), kWindow) > 0) return;
    lines_.drop_oldest();
  }
}

// When a call may pass, if so many others do before it.
Instant ToolLimiter::next_at(Line& line, const Rate& rate, std::size_t ahead, Instant now) const {
  Instant at = line.log.next_at(now, kWindow, rate.per_minute, ahead);
  if (!rate.spacing || at == world::kNever) return at;
  const Instant spaced = rate.spacing->next_at(line.spacing);
  return std::max(at, spaced + rate.spacing->interval() * static_cast<std::int64_t>(ahead));
}

void ToolLimiter::record(Line& line, const Rate& rate) const {
  line.log.add(clock_.now());
  if (rate.spacing) rate.spacing->take(line.spacing, clock_.now());
}

Task<ToolLimiter::Admission> ToolLimiter::admit(std::string agent, std::string task,
                                                std::string tool, Instant deadline,
                                                OnCooldown on_cooldown) {
  Admission admission;
  const Rate rate = rate_of(tool);
  if (!rate.on) co_return admission;
  const Instant from = clock_.now();
  const std::shared_ptr<Line> line = line_of(agent, tool);
  const std::size_t ahead = line->waiting.size();
  const bool full = line->log.count(from, kWindow) + ahead >= rate.per_minute;
  Instant expected = std::max(from, next_at(*line, rate, ahead, from));
  if (full) expected = std::max(expected, from + rate.cooldown);

  const auto over = [&](std::int64_t limit, std::string_view period, Nanos retry_after) {
    admission.error = RateLimitError{tool, limit, period, retry_after};
  };
  const auto per_minute = static_cast<std::int64_t>(rate.per_minute);
  if (full && rate.cooldown == Nanos{0}) {
    over(per_minute, "minute", expected - from);
    co_return admission;
  }
  TaskCall call(*this, task, tool, rate.per_task);
  if (call.refused()) {
    over(rate.per_task, "task", Nanos{0});
    co_return admission;
  }
  if (ahead > 0 || expected > from) {
    if (expected > deadline || ahead >= static_cast<std::size_t>(default_.waiting_max)) {
      over(per_minute, "minute", expected - from);
      co_return admission;
    }
    if (on_cooldown) on_cooldown(expected - from);
    const Instant not_before = full ? from + rate.cooldown : from;
    const bool came = co_await wait_in_line(line, rate, not_before, deadline);
    admission.waited = clock_.now() - from;
    if (!came) {
      const Instant now = clock_.now();
      over(per_minute, "minute", std::max(rate.cooldown, next_at(*line, rate, 0, now) - now));
      co_return admission;
    }
  }
  record(*line, rate);
  call.keep();
  co_return admission;
}

Task<bool> ToolLimiter::moved_up(Waiter& waiter) {
  co_await waiter.moved_up.wait();
  co_return true;
}

// True when the call is the first in line, has waited for its cooldown and there is room for it;
// whoever asks then counts it before anything else can happen.
Task<bool> ToolLimiter::wait_in_line(std::shared_ptr<Line> line, Rate rate, Instant not_before,
                                     Instant deadline) {
  if (defect_ == Defect::cooldown_stampede) {  // planted bug: nobody looks again after the wait
    co_await clock_.sleep_until(not_before);
    co_return true;
  }
  Waiter waiter(clock_, *line);
  for (;;) {
    if (!waiter.first()) {
      if (clock_.now() >= deadline) co_return false;
      Task<bool> moving_up = moved_up(waiter);
      auto waiting = world::with_deadline(clock_, deadline, std::move(moving_up));
      const std::optional<bool> moved = co_await waiting;
      static_cast<void>(moved);
      continue;
    }
    const Instant now = clock_.now();
    const Instant at = std::max(not_before, next_at(*line, rate, 0, now));
    if (at <= now) co_return true;
    if (at > deadline) co_return false;
    co_await clock_.sleep_until(at);
  }
}

}  // namespace agent
