#include "agent/limits/admission.hpp"

#include <optional>

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
            asker_.background ? admission.config_.user_background_max
                              : admission.config_.user_waiting_max),
      charge_(admission.daily_, asker_.user) {
  const Instant now = admission_.clock_.now();
  std::optional<EdgeLimit::Bucket> edge;
  if (admission_.edge_.on(asker_.path)) {
    edge.emplace(admission_.edge_.bucket(asker_.client, asker_.path));
    if (edge->next_at() > now) refuse(Limit::edge, edge->next_at() - now);
  }
  if (turn_.refused()) {
    refuse(Limit::user, admission_.user_.next_at(asker_.user) - now);  // then the line moves
  } else if (turn_.not_before() > deadline) {
    refuse(Limit::user, turn_.not_before() - deadline);
  }
  if (!charge_.allowed()) refuse(Limit::daily, admission_.daily_.day_left(asker_.user));

  const bool charged_anyway = refused() && admission_.defect_ == Defect::rejects_are_charged;
  if (!refused() || charged_anyway) {  // planted bug: even what was turned away
    if (edge) edge->take(now);
    if (charged_anyway) turn_.begin();
    charge_.reserve();
    if (charged_anyway) charge_.spend();
  }
  if (refused()) turn_.give_up();
  decision_[Limit::edge] = edge ? edge->quota(now) : Quota{};
  decision_[Limit::user] = refused() ? admission_.user_.quota(asker_.user) : turn_.quota();
  decision_[Limit::daily] = charge_.quota();
  admission_.complete(decision_);
}

// Of several limits that refuse it is the one that does so for longest.
void Admission::Pass::refuse(Limit limit, Nanos retry_after) {
  if (refused() && retry_after <= decision_.retry_after) return;
  decision_.allowed = false;
  decision_.tightest = limit;
  decision_.retry_after = retry_after;
}

world::Task<void> Admission::charge(std::string user) {
  DailyQuota::Charge charge(daily_, std::move(user));
  charge.reserve();
  co_await charge.keep();
}

Decision Admission::standing(const Asker& asker) {
  Decision decision;
  if (edge_.on(asker.path)) {
    decision[Limit::edge] = edge_.bucket(asker.client, asker.path).quota(clock_.now());
  }
  decision[Limit::user] = user_.quota(asker.user);
  decision[Limit::daily] = daily_.quota(asker.user);
  complete(decision);
  return decision;
}

Decision Admission::edge(const Asker& asker) {
  Decision decision;
  decision.tightest = Limit::edge;
  if (!edge_.on(asker.path)) return decision;
  const Instant now = clock_.now();
  const EdgeLimit::Bucket bucket = edge_.bucket(asker.client, asker.path);
  decision.allowed = bucket.next_at() <= now;
  if (!decision.allowed) decision.retry_after = bucket.next_at() - now;
  if (decision.allowed || defect_ == Defect::rejects_are_charged) bucket.take(now);
  decision[Limit::edge] = bucket.quota(now);
  return decision;
}

// What is told: of a refusal the limit that refused, with the same wait in every header; otherwise
// the one of which the smallest share is left. (How many are in flight is the queue's to say.)
void Admission::complete(Decision& decision) const {
  if (inflight_ > 0) {
    decision[Limit::inflight].on = true;
    decision[Limit::inflight].quota = inflight_;
  }
  if (!decision.allowed) {
    decision[decision.tightest].remaining = 0;
    decision[decision.tightest].reset = decision.retry_after;
    return;
  }
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
