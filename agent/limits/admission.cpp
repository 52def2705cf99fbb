#include "agent/limits/admission.hpp"

namespace agent {

using world::Instant;
using world::Nanos;

Admission::Admission(const world::Clock& clock, const RateConfig& config, std::int64_t inflight,
                     DayCounts& counts, Defect defect)
    : clock_(clock),
      config_(config),
      inflight_(inflight),
      defect_(defect),
      edge_(config, defect),
      user_(clock, config, defect),
      daily_(clock, config, counts) {}

Admission::Pass::Pass(Admission& admission, Asker asker, Instant deadline)
    : admission_(admission),
      asker_(std::move(asker)),
      turn_(admission.user_, asker_.user,
            deadline == world::kNever ? admission.config_.user_background_max
                                      : admission.config_.user_waiting_max),
      charge_(admission.daily_, asker_.user) {
  const Instant now = admission_.clock_.now();
  EdgeLimit& edge = admission_.edge_;
  if (edge.on(asker_.path)) {
    const Instant at = edge.next_at(asker_.client, asker_.path);
    if (at > now) refuse(Limit::edge, at - now);
  }
  if (turn_.refused()) {
    refuse(Limit::user, admission_.user_.next_at(asker_.user) - now);  // then the line moves
  } else if (turn_.not_before() > deadline) {
    refuse(Limit::user, turn_.not_before() - deadline);
  }
  if (!charge_.allowed()) refuse(Limit::daily, admission_.daily_.day_left(asker_.user));

  const bool charged_anyway = refused() && admission_.defect_ == Defect::rejects_are_charged;
  if (!refused() || charged_anyway) {  // planted bug: even what was turned away
    if (edge.on(asker_.path)) edge.take(asker_.client, asker_.path, now);
    if (charged_anyway) turn_.begin();
    charge_.reserve();
  }
  if (refused()) turn_.give_up();
  Decision left = admission_.standing(asker_);
  if (refused()) {
    left.allowed = false;
    left.tightest = decision_.tightest;
    left.retry_after = decision_.retry_after;
    Quota& refusing = left[left.tightest];
    refusing.remaining = 0;
    refusing.reset = left.retry_after;  // the same wait in every header
  }
  decision_ = left;
}

// Of several limits that refuse it is the one that does so for longest.
void Admission::Pass::refuse(Limit limit, Nanos retry_after) {
  if (refused() && retry_after <= decision_.retry_after) return;
  decision_.allowed = false;
  decision_.tightest = limit;
  decision_.retry_after = retry_after;
}

Decision Admission::standing(const Asker& asker) {
  Decision decision;
  decision[Limit::edge] = edge_.quota(asker.client, asker.path, clock_.now());
  decision[Limit::user] = user_.quota(asker.user);
  decision[Limit::daily] = daily_.quota(asker.user);
  if (inflight_ > 0) {
    decision[Limit::inflight].on = true;
    decision[Limit::inflight].quota = inflight_;
  }
  find_tightest(decision);
  return decision;
}

Decision Admission::edge(const Asker& asker) {
  Decision decision;
  const Instant now = clock_.now();
  if (edge_.on(asker.path)) {
    const Instant at = edge_.next_at(asker.client, asker.path);
    decision.allowed = at <= now;
    if (decision.allowed || defect_ == Defect::rejects_are_charged) {
      edge_.take(asker.client, asker.path, now);
    }
    if (!decision.allowed) decision.retry_after = at - now;
  }
  decision.tightest = Limit::edge;
  decision[Limit::edge] = edge_.quota(asker.client, asker.path, now);
  return decision;
}

// The one of which the smallest share is left. (How many are in flight is the queue's to say.)
void Admission::find_tightest(Decision& decision) const {
  bool found = false;
  for (const Limit limit : {Limit::edge, Limit::user, Limit::daily}) {
    const Quota& quota = decision[limit];
    if (!quota.on) continue;
    const Quota& best = decision[decision.tightest];
    if (!found || quota.remaining * best.quota < best.remaining * quota.quota) {
      decision.tightest = limit;
    }
    found = true;
  }
}

void Admission::sweep() {
  edge_.sweep(clock_.now());
  user_.sweep();
  daily_.sweep();
}

}  // namespace agent
