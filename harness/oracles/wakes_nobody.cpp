#include "harness/oracles/wakes_nobody.hpp"

#include <algorithm>
#include <cmath>

#include "reports/text.hpp"

namespace harness {

using fakes::End;
using world::Nanos;

void WakesNobody::on_prompt(const PromptRead& prompt) {
  if (is_tool_call(prompt)) return;
  const fakes::PromptRecord& record = *prompt.record;
  const bool failed = record.end == End::faulted || record.end == End::rejected;
  if (!failed && turns_.size() == 0) return;
  turns_.forget(record.ended);
  while (!events_.empty() && events_.front().begin + kHorizon < record.ended) {
    judge(events_.front());
    events_.pop_front();
  }
  const std::uint8_t backend = backends_.number_of(prompt.backend);
  note_retry(prompt, backend);
  if (failed) note_failure(prompt, backend);
}

void WakesNobody::note_retry(const PromptRead& prompt, std::uint8_t backend) {
  Failure* failure = turns_.find(prompt.asked);
  if (failure == nullptr || failure->event == 0 || events_.empty()) return;
  if (prompt.at < failure->at || failure->event < events_.front().number) return;
  Event& event = events_[failure->event - events_.front().number];
  if (event.backend != backend) return;
  const Nanos waited = prompt.at - failure->at;
  const Nanos told = failure->told;
  failure->event = 0;
  if (event.retries.size() >= kRetriesMax || !event.users.insert(prompt.asked.user).second) return;
  event.retries.push_back({prompt.at, std::max(Nanos{0}, waited - told)});
}

void WakesNobody::note_failure(const PromptRead& prompt, std::uint8_t backend) {
  const fakes::PromptRecord& record = *prompt.record;
  auto event = std::find_if(events_.rbegin(), events_.rend(), [&](const Event& e) {
    return e.backend == backend;
  });
  if (event == events_.rend() || record.ended > event->begin + kTogether) {
    Event fresh;
    fresh.number = ++begun_;
    fresh.begin = record.ended;
    fresh.backend = backend;
    events_.push_back(std::move(fresh));
    event = events_.rbegin();
  }
  event->end = record.ended;
  Failure& failure = turns_.touch(prompt.asked, record.ended);
  failure.event = event->number;
  failure.at = record.ended;
  failure.told = std::max(Nanos{0}, record.retry_after);
}

void WakesNobody::judge(Event& event) {
  const std::size_t count = event.retries.size();
  if (count < kRetriesMin) return;
  check();
  std::sort(event.retries.begin(), event.retries.end(),
            [](const Retry& a, const Retry& b) { return a.at < b.at; });
  const double n = static_cast<double>(count);
  std::size_t most = 0, first_of_most = 0;
  for (std::size_t from = 0, to = 0; from < count; ++from) {
    while (to < count && event.retries[to].at < event.retries[from].at + kBin) ++to;
    if (to - from > most) most = to - from, first_of_most = from;
  }
  double sum = 0, squares = 0;
  for (const Retry& retry : event.retries) sum += reports::seconds(retry.wait);
  const double mean = sum / n;
  for (const Retry& retry : event.retries) {
    const double off = reports::seconds(retry.wait) - mean;
    squares += off * off;
  }
  const double variation = mean > 0 ? std::sqrt(squares / n) / mean : 0;
  const std::string who = backends_[event.backend];
  const std::string failed = "of " + std::to_string(count) + " users who failed there from " +
                             text_of(event.begin) + " to " + text_of(event.end) + ", ";
  const world::Instant at = event.retries[first_of_most].at;
  if (static_cast<double>(most) > 0.15 * n + 3 * std::sqrt(0.1275 * n)) {
    violate(at, who, failed + std::to_string(most) + " came back within 100 ms, from " +
                         text_of(at) + " on");
  } else if (variation < 0.15 * (1 - 2 / std::sqrt(n))) {
    violate(at, who, failed + "all came back after the same wait of " +
                         reports::human_duration(Nanos(std::llround(mean * 1e9))) +
                         " (variation " + reports::human_number(variation, 2) + ")");
  }
}

void WakesNobody::finish(bool) {
  for (Event& event : events_) judge(event);
  events_.clear();
}

}  // namespace harness
