#include "harness/oracles/bounded_retries.hpp"

#include "reports/text.hpp"

namespace harness {

void BoundedRetries::on_prompt(const PromptRead& prompt) {
  if (is_tool_call(prompt)) return;
  const world::Instant now = prompt.record->ended;
  last_ = std::max(last_, now);
  Turn& turn = turns_.touch(prompt.asked, now);
  if (turn.calls == 0) {
    check();
    turn.first = turn.last = prompt.at;
  }
  turn.first = std::min(turn.first, prompt.at);
  turn.last = std::max(turn.last, prompt.at);
  ++turn.calls;
  ++calls_;
  if (turn.calls == 1 || prompt.record->messages > turn.messages) {
    ++asked_;
    turn.messages = prompt.record->messages;
  }
  if (turn.calls == kCallsMax + 1) {
    violate(prompt.at, world::to_text(prompt.asked),
            "the turn came to the fakes for the " + std::to_string(turn.calls) + "th time, " +
                reports::human_duration(turn.last - turn.first) +
                " after the first, now to " + std::string(prompt.backend) + "; at most " +
                std::to_string(kCallsMax) + " are allowed");
  }
  turns_.forget(
      now, [](const Turn&) { return false; },
      [this](world::TurnId id, const Turn& parting) { part(id, parting); });
}

void BoundedRetries::part(world::TurnId id, const Turn& turn) {
  if (turn.calls < 2) return;
  if (worst_.size() == kWorstMax && worst_.back().turn.calls >= turn.calls) return;
  if (worst_.size() == kWorstMax) worst_.pop_back();
  const auto place = std::find_if(worst_.begin(), worst_.end(), [&](const Worst& other) {
    return other.turn.calls < turn.calls;
  });
  worst_.insert(place, Worst{id, turn});
}

void BoundedRetries::finish(bool) {
  turns_.forget_all([this](world::TurnId id, const Turn& turn) { part(id, turn); });
  if (asked_ < kAskedMin) return;
  check();
  const double ratio = static_cast<double>(calls_) / static_cast<double>(asked_);
  if (ratio <= ratio_ || worst_.empty()) return;
  std::string what = "the providers were called " + std::to_string(calls_) + " times for " +
                     std::to_string(asked_) + " things asked of them, " +
                     reports::human_number(ratio) + " times each, more than " +
                     reports::human_number(ratio_) + "; most often for";
  for (const Worst& worst : worst_) {
    what += (&worst == &worst_.front() ? " " : ", ") + world::to_text(worst.id) + " (" +
            std::to_string(worst.turn.calls) + " times in " +
            reports::human_duration(worst.turn.last - worst.turn.first) + ")";
  }
  violate(last_, world::to_text(worst_.front().id), std::move(what));
}

}  // namespace harness
