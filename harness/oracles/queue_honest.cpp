#include "harness/oracles/queue_honest.hpp"

#include <algorithm>

namespace harness {

using reports::InvariantResult;
using world::Nanos;

void QueueHonest::on_ended(const reports::Operation& op, const Reply& reply) {
  const QueueNotice* before = nullptr;
  for (const QueueNotice& notice : reply.notices) {
    check();
    if (notice.position == 0) {
      violate(notice.at, reports::turn_text(op), "the queue's notice has no place from 1 on");
    } else if (before != nullptr && notice.position > before->position && !notice.has_reason) {
      violate(notice.at, reports::turn_text(op),
              "the place in the queue rose from " + std::to_string(before->position) + " to " +
                  std::to_string(notice.position) + " without a reason");
    }
    if (notice.eta < Nanos{0}) {
      violate(notice.at, reports::turn_text(op),
              "the queue's notice says place " + std::to_string(notice.position) +
                  " and not how long it will take");
    } else {
      judge_promise(op, notice);
    }
    before = &notice;
  }
}

void QueueHonest::judge_promise(const reports::Operation& op, const QueueNotice& notice) {
  // The head of a refusal is no answer, and what ended before the announced time proves nothing.
  const bool answered = op.first_event != world::kNever && op.first_event >= notice.at &&
                        (op.http_status < 400);
  const Nanos allowed = std::max(kToleranceMin, notice.eta / 2);
  const Nanos waited = (answered ? op.first_event : op.last_event) - notice.at;
  if (!answered && waited <= notice.eta + allowed) return;
  ++promises_;
  const Nanos wrong = waited > notice.eta ? waited - notice.eta : notice.eta - waited;
  if (wrong <= allowed) {
    ++kept_;
    return;
  }
  const Broken broken{notice.at, turn_of(op), notice, waited, answered, wrong - allowed};
  const auto place = std::upper_bound(
      worst_.begin(), worst_.end(), broken,
      [](const Broken& a, const Broken& b) { return a.beyond > b.beyond; });
  worst_.insert(place, broken);
  if (worst_.size() > InvariantResult::kWitnessesMax) worst_.pop_back();
}

void QueueHonest::finish(bool) {
  if (promises_ < kNoticesMin || kept_ * 100 >= promises_ * kKeptPercentMin) return;
  const auto seconds = [](Nanos time) {
    return format_duration(std::chrono::round<std::chrono::milliseconds>(time));
  };
  for (const Broken& broken : worst_) {
    violate(broken.at, world::to_text(broken.turn),
            "was told place " + std::to_string(broken.notice.position) + " and " +
                seconds(broken.notice.eta) + ", and " +
                (broken.answered ? "the answer began after " : "had no answer after ") +
                seconds(broken.waited) + " (" + std::to_string(kept_) + " of " +
                std::to_string(promises_) + " notices were right)");
  }
}

}  // namespace harness
