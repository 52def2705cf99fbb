// The part of the chain that says why there is no answer, and what each call came to.
#include "agent/providers/provider_chain.hpp"
#include "world/json_text.hpp"

namespace agent {

using std::chrono::seconds;
using world::Nanos;

namespace {

std::string seconds_text(Nanos wait) {
  return std::to_string((wait.count() + 999'999'999) / 1'000'000'000);
}

}  // namespace

std::string to_json(const AttemptRecord& record) {
  std::string out = R"({"provider":)";
  world::append_json_string(out, record.provider);
  out += R"(,"outcome":")";
  out += name_of(record.outcome.kind);
  out += '"';
  if (record.outcome.kind == OutcomeKind::status) {
    out += R"(,"status":)";
    world::append_integer(out, record.outcome.status);
  }
  out += R"(,"ms":)";
  world::append_integer(out, record.took.count() / 1'000'000);
  out += '}';
  return out;
}

std::string attempts_json(const std::vector<AttemptRecord>& records) {
  std::string out = "[";
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (i > 0) out += ',';
    out += to_json(records[i]);
  }
  out += ']';
  return out;
}

void ProviderChain::give_up(const Question& question, Asked& asked, Problem problem,
                            bool may_degrade) const {
  problem.execution = Execution::not_started;
  for (const AttemptRecord& record : asked.tried) problem.attempts.push_back(to_json(record));
  asked.problem = std::move(problem);
  asked.may_degrade = may_degrade && question.request.allow_degraded;
}

// A call was made, and the last one failed.
Problem ProviderChain::problem_of(const ProviderLine& line, const Attempts& so_far) const {
  const std::string& name = line.name();
  const std::string tried = " (attempt " + std::to_string(so_far.made) + " was the last).";
  const bool passing = may_pass(so_far.last, config_) && !so_far.quota_empty;
  Problem problem;
  problem.retry_after = so_far.retry_after;
  if (so_far.last.kind == OutcomeKind::timeout) {
    problem.code = ProblemCode::backend_timeout;
    problem.detail = "The provider " + name + " did not answer in time" + tried;
  } else if (so_far.last.kind == OutcomeKind::status && so_far.last.status < 500 && !passing) {
    problem.code = ProblemCode::backend_refused;
    problem.detail = "The provider " + name + " refused the request with status " +
                     std::to_string(so_far.last.status) + ".";
    if (so_far.too_long) problem.detail += " The prompt is longer than its model can read.";
  } else if (so_far.plans > 0 && so_far.last.kind == OutcomeKind::invalid) {
    problem.code = ProblemCode::backend_invalid_response;
    problem.detail = "The model of the provider " + name +
                     " said what it plans instead of an answer, also when it was asked again" +
                     tried;
  } else if (so_far.last.kind == OutcomeKind::invalid || !passing) {
    problem.code = ProblemCode::backend_invalid_response;
    problem.detail = "The provider " + name + " gave no answer that can be used" + tried;
  } else if (so_far.last.is_limit() && config_.retry.what == Retryable::transient) {
    problem.code = ProblemCode::backend_rate_limited;
    problem.detail = "The provider " + name + " takes no more requests for now" + tried;
  } else {
    problem.code = ProblemCode::backend_unavailable;
    problem.detail =
        "The provider " + name + " is not available: " +
        (so_far.last.kind == OutcomeKind::status
             ? "it answered with status " + std::to_string(so_far.last.status)
             : "the connection was " + std::string(name_of(so_far.last.kind))) +
        tried;
  }
  if (!problem.retry_after && passing) problem.retry_after = seconds(30);
  return problem;
}

// No call could be made.
Problem ProviderChain::problem_of(const Choice& choice, bool is_limit) const {
  const ProviderLine& line = *lines_[choice.soonest];
  Problem problem;
  problem.retry_after = choice.wait;
  problem.code = ProblemCode::circuit_open;
  problem.detail = open_text(line.name(), choice.wait);
  if (!is_limit) return problem;
  problem.code = ProblemCode::backend_rate_limited;
  problem.detail = "The provider " + line.name() + " takes no more requests for another " +
                   seconds_text(choice.wait) +
                   " s, which is longer than this request may wait.";
  if (line.resting_why() == RestReason::refused) {
    problem.code = ProblemCode::backend_refused;
    problem.detail = "The provider " + line.name() +
                     " refuses this service itself, not this request. It is asked again in " +
                     seconds_text(choice.wait) + " s.";
  }
  return problem;
}

}  // namespace agent
