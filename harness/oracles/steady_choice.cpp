#include "harness/oracles/steady_choice.hpp"

#include "reports/text.hpp"

namespace harness {

void SteadyChoice::on_agent(const agent::LedgerEntry& entry) {
  if (entry.kind != agent::LedgerKind::called || entry.value != 1) return;
  if (entry.key.starts_with("tool:")) return;
  check();
  if (chosen_.empty()) chosen_ = entry.key;
  if (entry.key == chosen_) {
    in_a_row_ = 0;
    return;
  }
  in_a_row_ = entry.key == another_ ? in_a_row_ + 1 : 1;
  another_ = entry.key;
  if (in_a_row_ < kInARow) return;
  const std::string before = std::exchange(chosen_, another_);
  in_a_row_ = 0;
  changes_.push_back(entry.at);
  while (changes_.front() + kMinute <= entry.at) changes_.pop_front();
  if (changes_.size() <= allowed_) return;
  violate(entry.at, entry.request,
          "is among the first to ask " + chosen_ + " instead of " + before + ", change " +
              std::to_string(changes_.size()) + " of the provider within " +
              reports::human_duration(entry.at - changes_.front()) + "; " +
              std::to_string(allowed_) + " in a minute are allowed");
}

}  // namespace harness
