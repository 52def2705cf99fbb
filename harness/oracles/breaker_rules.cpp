#include "harness/oracles/breaker_rules.hpp"

#include <cmath>
#include <utility>

#include "harness/oracles/prompt_facts.hpp"
#include "reports/text.hpp"

namespace harness {

using world::Instant;
using world::Nanos;

namespace {

std::string_view name_of(BreakerMode mode) {
  switch (mode) {
    case BreakerMode::closed: return "closed";
    case BreakerMode::open: return "open";
    case BreakerMode::half_open: return "half_open";
  }
  return "";
}

bool read_mode(std::string_view text, BreakerMode& mode) {
  for (const BreakerMode known :
       {BreakerMode::closed, BreakerMode::open, BreakerMode::half_open}) {
    if (name_of(known) == text) return mode = known, true;
  }
  return false;
}

}  // namespace

ReferenceBreaker::Result ReferenceBreaker::result_of(std::string_view outcome,
                                                     std::int64_t status) {
  if (outcome == "ok") return Result::success;
  if (outcome == "cancelled") return Result::neither;
  if (outcome == "status") return status >= 500 ? Result::failure : Result::neither;
  return Result::failure;
}

std::string ReferenceBreaker::called(Instant at, std::uint64_t request) {
  judged_ = mode_ != BreakerMode::closed || owed_since_ != world::kNever;
  std::string wrong = owed(at);
  if (mode_ == BreakerMode::open) {
    wrong = "let a call through while it was open, " + reports::human_duration(at - since_) +
            " after it had opened";
  }
  if (mode_ == BreakerMode::half_open) {
    if (probes_ > 0 && wrong.empty()) {
      wrong = "let a second probe through while one was under way, " +
              reports::human_duration(at - since_) + " after it had become half open";
    }
    ++probes_;
  }
  calls_[request] = Call{at, generation_};
  return wrong;
}

std::string ReferenceBreaker::call_ended(Instant at, std::uint64_t request,
                                         std::string_view outcome, std::int64_t status) {
  judged_ = false;
  const auto call = calls_.find(request);
  if (call == calls_.end()) return {};
  const Call ended = call->second;
  calls_.erase(call);
  if (ended.generation != generation_) return {};  // began before the last transition
  const Result result = result_of(outcome, status);
  if (mode_ == BreakerMode::half_open && probes_ > 0) --probes_;
  if (at - ended.at >= rules_.slow) ++slow_calls_;
  if (result == Result::neither) return {};
  judged_ = result == Result::failure || mode_ == BreakerMode::half_open;
  if (result == Result::failure) ++own_failures_;
  if (mode_ == BreakerMode::closed) note_closed(at, result == Result::failure);
  if (mode_ != BreakerMode::half_open) return {};
  ++(result == Result::failure ? failed_probes_ : good_probes_);
  if (owed_since_ != world::kNever) return {};
  if (failed_probes_ > 0) owed_what_ = "did not open again when a probe had failed";
  if (failed_probes_ == 0 && good_probes_ >= rules_.successes) {
    owed_what_ = "did not close after " + counted(good_probes_, "good probe");
  }
  if (!owed_what_.empty()) owed_since_ = at;
  return {};
}

// It must open on failures in a row, all within the window, or when too many of the window's calls
// fail for some completions in a row. Its tenths that the window has left in part do not count.
void ReferenceBreaker::note_closed(Instant at, bool failed) {
  if (failed && (row_ == 0 || at - row_since_ > rules_.window)) row_ = 0, row_since_ = at;
  row_ = failed ? row_ + 1 : 0;
  const std::int64_t now = world::since_start(at) / (rules_.window / std::int64_t{kTenths});
  Tenth& tenth = tenths_[static_cast<std::size_t>(now) % kTenths];
  if (tenth.number != now) tenth = Tenth{now, 0, 0};
  ++tenth.calls;
  tenth.failures += failed ? 1 : 0;
  std::uint32_t calls = 0, failures = 0;
  for (const Tenth& t : tenths_) {
    if (t.number <= now - std::int64_t{kTenths} || t.number < 0) continue;
    calls += t.calls;
    failures += t.failures;
  }
  const auto bad = [this](std::uint32_t of, std::uint32_t all) {
    return of >= rules_.failures && all >= rules_.calls &&
           std::uint64_t{100} * of >= std::uint64_t{rules_.ratio_percent} * all;
  };
  const bool half_bad = bad(failures, calls);
  nearly_half_bad_ = half_bad || bad(failures + 1, calls + 1);
  half_bad_for_ = half_bad ? half_bad_for_ + 1 : 0;
  if (owed_since_ != world::kNever) return;
  if (row_ >= rules_.failures) {
    owed_what_ = "did not open after " + std::to_string(row_) +
                 " failures in a row, of which the last ended at " + text_of(at);
  } else if (half_bad_for_ > rules_.grace) {
    owed_what_ = "did not open though " + std::to_string(failures) + " of the last " +
                 std::to_string(calls) + " calls had failed by " + text_of(at);
  }
  if (!owed_what_.empty()) owed_since_ = at;
}

// Its transition may be told with the completion that causes it, in either order, so that only what
// comes at a later instant says that it did not happen. Said once.
std::string ReferenceBreaker::owed(Instant at) {
  if (owed_since_ == world::kNever || at <= owed_since_) return {};
  return std::exchange(owed_what_, {});
}

// It may turn calls away while it is open, for as long as it should be, and while a probe is under
// way.
std::string ReferenceBreaker::rejected(Instant at) {
  judged_ = true;
  if (mode_ == BreakerMode::closed) return "turned a call away while it was closed";
  if (by_hand_) return {};
  if (mode_ == BreakerMode::half_open) {
    if (probes_ > 0) return {};
    return "turned a call away while it was half open and no probe was under way";
  }
  const auto most = Nanos(std::llround(static_cast<double>(open_for().count()) *
                                       (1 + rules_.jitter)));
  if (at - since_ <= most) return {};
  return "turned a call away " + reports::human_duration(at - since_) +
         " after it had opened; it should stay open for " + reports::human_duration(open_for());
}

// Longer each time that it opens without a good window in between.
Nanos ReferenceBreaker::open_for() const {
  const std::int64_t times = std::max<std::uint32_t>(1, openings_);
  return std::min(std::max(rules_.open, rules_.open_max), times * rules_.open);
}

std::string ReferenceBreaker::finish(Instant at) { return owed(at); }

std::string ReferenceBreaker::moved(Instant at, std::string_view from_text,
                                    std::string_view to_text, bool by_hand) {
  judged_ = true;
  BreakerMode from{}, to{};
  const std::string move =
      "went from " + std::string(from_text) + " to " + std::string(to_text);
  if (!read_mode(from_text, from) || !read_mode(to_text, to)) return move + ", which are no modes";
  std::string wrong;
  const bool legal = (from == BreakerMode::closed && to == BreakerMode::open) ||
                     (from == BreakerMode::open && to == BreakerMode::half_open) ||
                     (from == BreakerMode::half_open && to != BreakerMode::half_open);
  if (from != mode_) {
    wrong = move + ", but was " + std::string(name_of(mode_)) + " since " + text_of(since_);
  } else if (!legal && !by_hand) {
    wrong = move + ", which no breaker does";
  } else if (std::string why = by_hand ? "" : why_not(to, at); !why.empty()) {
    wrong = move + why;
  }
  enter(to, at, by_hand);
  return wrong;
}

// Why a closed breaker has no cause to open. The completion that is the cause may be told behind
// the move: a call of its own is under way then, and counts as one more.
std::string ReferenceBreaker::why_not_open() const {
  const std::uint32_t coming = calls_.empty() ? 0 : 1;
  if (own_failures_ + slow_calls_ + coming == 0) {
    return " without a failure of its own since " + text_of(since_);
  }
  if (row_ + coming >= rules_.failures) return {};
  if (half_bad_for_ > 0 || (coming > 0 && nearly_half_bad_)) return {};
  const std::uint64_t slow = slow_calls_ + coming;
  if (rules_.slow_percent > 0 && 100 * slow >= std::uint64_t{rules_.slow_percent} * rules_.calls) {
    return {};
  }
  return ", with " + counted(row_, "failure") + " in a row since " + text_of(since_) +
         ", neither many nor slow enough";
}

// Why a legal move has no cause; empty: it has one.
std::string ReferenceBreaker::why_not(BreakerMode to, Instant at) const {
  // The completion that causes a move may be told behind it: a call of its own is under way then.
  const bool under_way = !calls_.empty();
  switch (mode_) {
    case BreakerMode::closed: return why_not_open();
    case BreakerMode::open: {
      const auto least = Nanos(std::llround(static_cast<double>(open_for().count()) *
                                            (1 - rules_.jitter)));
      if (at - since_ >= least) return {};
      return " after " + reports::human_duration(at - since_) + "; it should stay open for " +
             reports::human_duration(open_for());
    }
    case BreakerMode::half_open: break;
  }
  if (to == BreakerMode::open) {
    if (failed_probes_ > 0 || probes_ > 0 || under_way) return {};
    return " without a probe of its own since " + text_of(since_);
  }
  if (failed_probes_ > 0) return " though a probe had failed";
  const std::uint32_t coming = probes_ > 0 ? 1 : 0;
  if (good_probes_ + coming >= rules_.successes) return {};
  return " after " + counted(good_probes_, "good probe") + " of the " +
         std::to_string(rules_.successes) + " that it takes";
}

void ReferenceBreaker::enter(BreakerMode mode, Instant at, bool by_hand) {
  const bool was_well = mode_ == BreakerMode::closed && at - since_ >= rules_.window;
  if (mode == BreakerMode::open) openings_ = was_well ? 1 : openings_ + 1;
  if (by_hand && mode == BreakerMode::closed) openings_ = 0;
  by_hand_ = by_hand;
  mode_ = mode;
  since_ = at;
  ++generation_;
  probes_ = row_ = own_failures_ = slow_calls_ = 0;
  failed_probes_ = good_probes_ = half_bad_for_ = 0;
  nearly_half_bad_ = false;
  tenths_ = {};
  owed_since_ = world::kNever;
  owed_what_.clear();
}

}  // namespace harness
