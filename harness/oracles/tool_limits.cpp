#include "harness/oracles/tool_limits.hpp"

#include <algorithm>

namespace harness {

using agent::LedgerKind;
using world::Instant;
using world::Nanos;

namespace {

// `search` of "search#5f1c..."; see fakes/tools/call_name.hpp.
std::string tool_of(const std::string& call) { return call.substr(0, call.find('#')); }

void insert_in_order(std::deque<Instant>& times, Instant at) {
  times.insert(std::upper_bound(times.begin(), times.end(), at), at);
}

// How many lie in (from, to].
std::int64_t within(const std::deque<Instant>& times, Instant from, Instant to) {
  const auto first = std::upper_bound(times.begin(), times.end(), from);
  return std::upper_bound(first, times.end(), to) - first;
}

}  // namespace

ToolLimits::ToolLimits(const OracleInput& input) : turns_(kHorizon), turns_called_(kHorizon) {
  if (input.scenario != nullptr) config_ = &input.scenario->agent.rate;
}

const ToolLimits::Rate& ToolLimits::rate_of(const std::string& tool) {
  const auto known = rates_.find(tool);
  if (known != rates_.end()) return known->second;
  agent::ToolRateConfig config = config_ == nullptr ? agent::ToolRateConfig{} : config_->tool;
  const auto choose = [](std::int64_t own, std::int64_t general) {
    return own >= 0 ? own : general;
  };
  if (config_ != nullptr) {
    for (const agent::ToolOverride& own : config_->tools) {
      if (own.tool != tool) continue;
      config.rate_limit = own.rate_limit;
      config.calls_per_minute = choose(own.calls_per_minute, config.calls_per_minute);
      config.calls_per_task = choose(own.calls_per_task, config.calls_per_task);
      config.cooldown_ms = choose(own.cooldown_ms, config.cooldown_ms);
      config.burst_size = choose(own.burst_size, config.burst_size);
    }
  }
  Rate rate;
  rate.on = config.rate_limit;
  rate.per_minute = config.calls_per_minute;
  rate.per_task = config.calls_per_task;
  rate.burst = config.burst_size;
  rate.fails_at_once = config.cooldown_ms == 0 && config.burst_size == 0;
  return rates_.emplace(tool, rate).first->second;
}

ToolLimits::Line& ToolLimits::line_of(std::uint32_t user, const std::string& tool) {
  return lines_[{user, tool}];
}

void ToolLimits::on_prompt(const PromptRead& prompt) {
  if (!is_tool_call(prompt)) return;
  const std::string tool = tool_of(prompt.record->call);
  const Rate& rate = rate_of(tool);
  if (!rate.on) return;
  check();
  forget(prompt.record->ended);

  Line& line = line_of(prompt.asked.user, tool);
  const auto place = std::upper_bound(line.came.begin(), line.came.end(), prompt.at);
  const auto index = static_cast<std::size_t>(place - line.came.begin());
  line.came.insert(place, prompt.at);
  judge_windows(prompt, tool, rate, line, index);
  if (line.came.size() > kKeptMax) line.came.pop_front();

  const std::int64_t made = ++turns_.touch(prompt.asked, prompt.record->ended)[tool];
  if (rate.per_task == 0 || made != rate.per_task + 1) return;
  violate(prompt.at, world::to_text(prompt.asked),
          "made call " + std::to_string(made) + " of the tool " + tool + " in one turn; " +
              std::to_string(rate.per_task) + " are allowed");
}

// Calls are told when they have ended: a new one may stand before others that were told.
void ToolLimits::judge_windows(const PromptRead& prompt, const std::string& tool, const Rate& rate,
                               const Line& line, std::size_t from) {
  const Nanos share = kWindow / rate.per_minute;
  for (std::size_t last = from; last < line.came.size(); ++last) {
    const Instant end = line.came[last];
    if (end - line.came[from] > kWindow) break;
    for (std::size_t first = last + 1; first-- > 0;) {
      const Nanos span = end - line.came[first];
      if (span > kWindow) break;
      const auto calls = static_cast<std::int64_t>(last - first + 1);
      const bool too_many = span < kWindow - kTransit && calls > rate.per_minute;
      const bool too_dense =
          rate.burst > 0 && calls > rate.burst + (span + kTransit) / share;
      if (!too_many && !too_dense) continue;
      violate(end, world::to_text(prompt.asked),
              "was call " + std::to_string(calls) + " of the tool " + tool +
                  " by its user since " + text_of(line.came[first]) + "; " +
                  (too_many ? counted(static_cast<std::uint64_t>(rate.per_minute), "call") +
                                  " a minute are allowed"
                            : std::to_string(rate.burst) + " at once are allowed, and one each " +
                                  std::to_string(share.count() / 1'000'000) + " ms"));
      return;
    }
  }
}

void ToolLimits::on_agent(const agent::LedgerEntry& entry) {
  const bool refused = entry.kind == LedgerKind::tool_refused;
  const bool turned_away = entry.kind == LedgerKind::rejected &&
                           entry.key.starts_with(agent::kToolKeyPrefix);  // by its breaker, behind
  if (!refused && !turned_away && entry.kind != LedgerKind::tool_called) return;
  const std::string tool =
      turned_away ? entry.key.substr(agent::kToolKeyPrefix.size()) : entry.key;
  const Rate& rate = rate_of(tool);
  const auto sending = read_sending(entry.request);
  if (!rate.on || !sending) return;
  Line& line = line_of(sending->turn.user, tool);
  Counts& made = turns_called_.touch(sending->turn, entry.at);
  judge_refusals(line, entry.at - 2 * kTransit);
  if (!refused) {
    insert_in_order(line.called, entry.at);
    if (line.called.size() > kKeptMax) line.called.pop_front();
    ++made[tool];
    return;
  }
  check();
  if (entry.from == "minute") {
    if (rate.fails_at_once) line.refused.push_back(entry);
  } else if (made[tool] < rate.per_task) {
    violate(entry.at, entry.request,
            "was refused the tool " + tool + " for its task after " +
                counted(static_cast<std::uint64_t>(made[tool]), "call") + "; " +
                std::to_string(rate.per_task) + " are allowed");
  }
}

// A call that was admitted is in the ledger a little later.
void ToolLimits::judge_refusals(Line& line, Instant until) {
  while (!line.refused.empty() && line.refused.front().at <= until) {
    const agent::LedgerEntry entry = std::move(line.refused.front());
    line.refused.pop_front();
    const Rate& rate = rate_of(entry.key);
    const std::int64_t used =
        within(line.called, entry.at - kWindow - kTransit, entry.at + kTransit);
    const auto needed = std::min(rate.per_minute, static_cast<std::int64_t>(kKeptMax));
    if (used >= needed) continue;
    violate(entry.at, entry.request,
            "was refused the tool " + entry.key + " after " +
                counted(static_cast<std::uint64_t>(used), "call") + " of its user in a minute; " +
                std::to_string(rate.per_minute) + " are allowed");
  }
}

void ToolLimits::forget(Instant now) {
  turns_.forget(now);
  turns_called_.forget(now);
  if (now < forgotten_ + kWindow) return;
  forgotten_ = now;
  for (auto each = lines_.begin(); each != lines_.end();) {
    Line& line = each->second;
    for (std::deque<Instant>* times : {&line.came, &line.called}) {
      while (!times->empty() && times->front() + 2 * kWindow < now) times->pop_front();
    }
    const bool idle = line.came.empty() && line.called.empty() && line.refused.empty();
    each = idle ? lines_.erase(each) : std::next(each);
  }
}

void ToolLimits::finish(bool complete) {
  if (!complete) return;
  for (auto& [key, line] : lines_) judge_refusals(line, world::kNever);
}

}  // namespace harness
