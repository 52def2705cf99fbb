#include "harness/run/early_stop.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/run/decidable.hpp"
#include "reports/text.hpp"

namespace harness {

using reports::human_count;
using reports::human_duration;
using reports::human_share;
using reports::Operation;
using reports::SloResult;
using reports::Verdict;
using world::Instant;

namespace {

bool is_on_share(const Slo& slo) {
  if (slo.versus || slo.outcome || slo.streamed || slo.window > world::Nanos{0}) return false;
  const bool counts = slo.kind == MetricKind::error_rate ||
                      (slo.kind == MetricKind::latency && slo.percentile_ppm > 0);
  return counts && slo.budget() > 0 && slo.budget() < 1;
}

}  // namespace

EarlyStop::EarlyStop(const Prepared& prepared, const reports::Recorder& recorder, Observer& next)
    : prepared_(prepared), recorder_(recorder), next_(next), looks_(prepared.slos.size()) {
  const Confidence confidence = Confidence{}.shared_by(prepared.slos.size());
  for (const Slo& slo : prepared.slos) {
    rules_.push_back(is_on_share(slo) ? std::make_unique<SequentialRule>(slo.budget(), confidence)
                                      : nullptr);
    planned_.push_back(rules_.back() ? planned_for(prepared, slo).requests : std::nullopt);
  }
  last_phase_ = prepared.layout.phases.back().begin;
  for (const fakes::Fault& fault : prepared.scenario.faults) {
    faults_over_ = std::max(faults_over_, std::min(fault.to, prepared.scenario.end()));
  }
  for (const AgentFault& fault : prepared.scenario.agent_faults) {
    const Instant end = prepared.scenario.end();
    faults_over_ = std::max(faults_over_, std::min(healed_at(fault, end), end));
  }
}

void EarlyStop::on_sent(const Operation& op) {
  open_.emplace(op.id, op);
  next_.on_sent(op);
}

void EarlyStop::on_ended(const Operation& op, const Reply& reply) {
  open_.erase(op.id);  // not there: it was dropped, never sent
  next_.on_ended(op, reply);
}

void EarlyStop::on_sequel(const Operation& op, const Sequel& sequel) {
  next_.on_sequel(op, sequel);
}

void EarlyStop::on_conversation_over(std::uint32_t user, std::uint32_t session) {
  next_.on_conversation_over(user, session);
}

bool EarlyStop::concerns(const Slo& slo, const Operation& op) const {
  const reports::Layout& layout = recorder_.layout();
  return (slo.cls.empty() || layout.classes[op.cls] == slo.cls) &&
         (slo.phase.empty() || layout.phases[op.phase].name == slo.phase);
}

// Requests that are under way belong to n too: those that end first are the quick ones, and to
// judge by them alone would flatter the target. They are undetermined, unless too old already.
void EarlyStop::add_open(Look& look, const Slo& slo, Instant now) const {
  for (const auto& [id, op] : open_) {
    if (!concerns(slo, op)) continue;
    ++look.n;
    const bool is_response =
        slo.kind == MetricKind::latency && slo.latency == reports::Latency::response;
    if (is_response && (now - op.planned).count() > slo.bound) {
      ++look.k;
    } else {
      ++look.undetermined;
    }
  }
}

EarlyStop::Look EarlyStop::look_at(std::size_t i, const SloResult& result, Instant now) {
  const Slo& slo = prepared_.slos[i];
  Look look{Verdict::inconclusive, result.exceedances, result.undetermined, result.n};
  if (!rules_[i]) return look;
  add_open(look, slo, now);
  look.verdict = rules_[i]->decide(look.k, look.undetermined, look.n);
  if (look.verdict == Verdict::pass && look.n < slo.min_samples) {
    look.verdict = Verdict::inconclusive;
  }
  return look;
}

// One second of the last phase, so that what it begins with counts.
bool EarlyStop::has_seen_hard_part(Instant now) const {
  return now > last_phase_ && now >= faults_over_;
}

// The rule speaks of requests that are like one another. Those of a burst, of a fault or of a rush
// to come are not, so a verdict waits until they cannot matter: a FAIL until more requests exceed
// than the whole plan may have, and where nobody knows the plan's number, like a PASS, until the
// hard part has been seen.
void EarlyStop::hold_back(std::size_t i, Look& look, Instant now) const {
  const Slo& slo = prepared_.slos[i];
  if (look.verdict == Verdict::inconclusive) return;
  if (look.verdict == Verdict::fail && planned_[i]) {
    const double allowed = slo.budget() * static_cast<double>(*planned_[i]);
    if (static_cast<double>(look.k) > allowed) return;
    look.held_back = fmt::format("not lost yet, of the {} planned {} may",
                                 human_count(*planned_[i]),
                                 human_count(static_cast<std::uint64_t>(allowed)));
  } else {
    const bool is_over = look.verdict == Verdict::pass && !slo.phase.empty() &&
                         now >= stretch_of(slo, prepared_.layout).end;
    if (is_over || has_seen_hard_part(now)) return;
    look.held_back = now < faults_over_ ? "the faults were not over"
                                        : "the last phase had not begun";
  }
  look.verdict = Verdict::inconclusive;
}

bool EarlyStop::should_stop(Instant now) {
  if (!sentence_.empty()) return true;
  const std::vector<SloResult> results = judge_slos(prepared_.slos, recorder_, {});
  bool all_pass = !results.empty();
  for (std::size_t i = 0; i < results.size(); ++i) {
    looks_[i] = look_at(i, results[i], now);
    hold_back(i, looks_[i], now);
    all_pass = all_pass && looks_[i].verdict == Verdict::pass;
  }
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (looks_[i].verdict != Verdict::fail) continue;
    stop(now, fmt::format("{} is decided: {} of {} say FAIL", results[i].expr,
                          human_count(looks_[i].k), human_count(looks_[i].n)));
    return true;
  }
  if (!all_pass || !has_seen_hard_part(now)) return false;
  stop(now, results.size() == 1 ? "the objective is decided: PASS"
                                : fmt::format("all {} objectives are decided: PASS",
                                              results.size()));
  return true;
}

void EarlyStop::stop(Instant now, const std::string& reason) {
  stopped_at_ = now;
  std::string left;
  for (const reports::Phase& phase : recorder_.layout().phases) {
    if (phase.end <= now) continue;
    left += (left.empty() ? "" : ", ") + phase.name +
            (phase.begin < now ? " was cut short" : " was not begun");
  }
  sentence_ = fmt::format("stopped early at {}: {}", human_duration(world::since_start(now)),
                          reason);
  if (!left.empty()) sentence_ += "; phases: " + left;
}

std::string EarlyStop::why(std::size_t i, const Look& look) {
  const Slo& slo = prepared_.slos[i];
  const std::string limit = human_share(slo.budget());
  std::string text = fmt::format("{} of {} {}", human_count(look.k), human_count(look.n),
                                 slo.kind == MetricKind::error_rate ? "failed"
                                                                    : "took longer or failed");
  if (look.undetermined > 0) {
    text += fmt::format(", {} undetermined", human_count(look.undetermined));
  }
  if (look.n == 0 || look.n > SequentialRule::kSamplesMax) {
    return text + "; too few, or too many, for the anytime-valid rule to tell";
  }
  const SequentialRule::Boundary at = rules_[i]->boundary(look.n);
  const std::string pass = at.pass ? fmt::format("at most {}", human_count(*at.pass))
                                   : "more requests";
  text += fmt::format("; against {}, looked at all the time: PASS needs {}, FAIL at least {}",
                      limit, pass, human_count(at.fail));
  if (!look.held_back.empty()) text += "; " + look.held_back;
  if (look.verdict == Verdict::inconclusive && look.n < slo.min_samples) {
    text += fmt::format("; {} samples are asked for", human_count(slo.min_samples));
  }
  return text;
}

void EarlyStop::judge(std::vector<SloResult>& slos) {
  const bool stopped = !sentence_.empty();
  for (std::size_t i = 0; i < slos.size(); ++i) {
    SloResult& slo = slos[i];
    if (!rules_[i]) {
      if (!stopped) continue;
      slo.verdict = Verdict::inconclusive;
      slo.why = "not measured to its end: the run was stopped early";
      continue;
    }
    slo.rule = "anytime";
    if (!stopped) {
      if (slo.n == 0) continue;  // no data stays INVALID
      looks_[i] = look_at(i, slo, recorder_.layout().phases.back().end);
    }
    slo.verdict = looks_[i].verdict;
    slo.why = slo.n == 0 ? "no data: the run was stopped before it" : why(i, looks_[i]);
  }
}

}  // namespace harness
