#include "agent/providers/provider_chain.hpp"

#include <stdexcept>

namespace agent {

using std::chrono::seconds;
using world::Instant;
using world::Nanos;
using world::Result;
using world::Task;

namespace {

constexpr int kAttemptsMax = 1'000;  // where a defect knows no last one

const Provider& provider_named(const std::string& name, const std::vector<Provider>& providers) {
  for (const Provider& provider : providers) {
    if (provider.name == name) return provider;
  }
  throw std::invalid_argument("agent.providers names '" + name + "', which is not there");
}

world::HttpClientOptions client_options(const Config& config) {
  world::HttpClientOptions options;
  options.limits.body_bytes_max = static_cast<std::uint64_t>(config.response_bytes_max);
  return options;
}

std::string seconds_text(Nanos wait) {
  return std::to_string((wait.count() + 999'999'999) / 1'000'000'000);
}

// Half a minute at most, as a lease says that a call has been lost, not that it is slow.
Nanos lease_of(const Config& config) {
  return std::min(config.request_timeout, Nanos(seconds(30))) + seconds(1);
}

}  // namespace

// How far one question has come.
struct ProviderChain::Attempts {
  int made = 0;
  std::size_t waits = 0;  // of retry_waits that were used
  std::size_t since_wait = 0;
  std::size_t first = 0;  // the line to begin with
  Outcome last;
  std::optional<Nanos> retry_after;  // what the last answer asked for
  bool told_not_to = false;          // x-should-retry: false
};

ProviderChain::Line::Line(ProviderChain& chain, const Provider& provider)
    : client(chain.parts_.clock, chain.parts_.network, provider, client_options(chain.config_)),
      budget(chain.parts_.clock, chain.config_.retry) {}

ProviderChain::ProviderChain(Parts parts, const std::vector<Provider>& providers)
    : parts_(parts), config_(parts.config) {
  if (config_.providers.empty()) throw std::invalid_argument("agent.providers names no provider");
  for (const std::string& name : config_.providers) {
    lines_.push_back(std::make_unique<Line>(*this, provider_named(name, providers)));
    if (!config_.retry.fallback) break;  // the first one and no other
  }
  const Books& books = parts_.books;
  breaker_ = make_breaker(parts_.clock, config_.breaker, lease_of(config_), config_.defect,
                          [&books](std::string_view key, std::string_view from,
                                   std::string_view to, std::int64_t failures) {
                            books.note(LedgerKind::breaker, {},
                                       {.key = key, .from = from, .to = to, .value = failures});
                          });
}

bool ProviderChain::is_free(std::size_t line) {
  if (lines_[line]->resting_until > parts_.clock.now()) return false;
  return !breaker_ || breaker_->closed_for(lines_[line]->client.provider().name) == Nanos{0};
}

// The first line from `first` on that does not rest and that its breaker lets through.
ProviderChain::Choice ProviderChain::choose(std::size_t first, const std::string& id) {
  Choice none;
  none.wait = Nanos::max();
  const Instant now = parts_.clock.now();
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const std::size_t index = (first + i) % lines_.size();
    Line& line = *lines_[index];
    if (line.resting_until > now) {
      if (line.resting_until - now < none.wait) none.resting = true;
      none.wait = std::min(none.wait, line.resting_until - now);
      continue;
    }
    Choice choice;
    choice.line = &line;
    choice.index = index;
    if (!breaker_) return choice;
    const std::string& key = line.client.provider().name;
    choice.permit = breaker_->admit(key);
    if (choice.permit.admitted) return choice;
    parts_.books.note(LedgerKind::rejected, id, {.key = key});
    if (choice.permit.retry_after < none.wait) none.resting = false;
    none.wait = std::min(none.wait, choice.permit.retry_after);
  }
  return none;
}

Task<Asked> ProviderChain::ask(Question question) {
  Asked asked;
  Attempts so_far;
  so_far.made = question.attempts;
  for (;;) {
    const Choice choice = choose(so_far.first, question.id);
    if (choice.line == nullptr) {
      const bool again = co_await wait_for_line(question, asked, choice, so_far);
      if (again) continue;
      co_return asked;
    }
    Line& line = *choice.line;
    so_far.first = choice.index;
    asked.provider = &line.client.provider();
    line.budget.on_call();
    ++so_far.made;
    asked.attempts = so_far.made - question.attempts;
    asked.upstream = std::make_unique<Upstream>(
        Upstream::Parts{line.client, breaker_.get(), parts_.books, question.id, so_far.made,
                        choice.permit});
    so_far.last = co_await attempt(*asked.upstream, question, so_far);
    if (so_far.last.kind == OutcomeKind::ok) co_return asked;
    asked.upstream->end(so_far.last);
    asked.upstream.reset();
    rest(line, so_far);
    if (!may_retry(line, question, so_far)) {
      asked.problem = problem_of(line, so_far);
      co_return asked;
    }
    // Another provider at once; the same one, and the first of all, after a wait.
    const std::size_t next = (so_far.first + 1) % lines_.size();
    if (++so_far.since_wait < lines_.size() && is_free(next)) {
      so_far.first = next;
      continue;
    }
    const Nanos wait = wait_before(question, line, so_far);
    if (config_.defect != Defect::retries_without_end &&
        question.deadline - parts_.clock.now() <= wait) {
      asked.problem = problem_of(line, so_far);
      co_return asked;
    }
    ++so_far.waits;
    so_far.since_wait = 0;
    so_far.first = 0;
    parts_.books.note(LedgerKind::waits, question.id,
                      {.key = line.client.provider().name,
                       .value = wait.count(),
                       .limit = so_far.retry_after.value_or(Nanos{0}).count()});
    co_await parts_.clock.sleep(wait);
  }
}

// True when the wait was worth it. A breaker is not waited for: its whole point is a fast answer.
Task<bool> ProviderChain::wait_for_line(const Question& question, Asked& asked, Choice choice,
                                        Attempts& so_far) {
  const std::string& name = lines_.front()->client.provider().name;
  asked.problem.retry_after = choice.wait;
  // Planted bug: it waits for whatever there is to wait for.
  const bool endless = config_.defect == Defect::retries_without_end;
  if (!choice.resting && !endless) {
    asked.problem.code = ProblemCode::circuit_open;
    asked.problem.detail = "Circuit breaker open for " + name + ". Retry after " +
                           seconds_text(choice.wait) + "s";
    co_return false;
  }
  Nanos wait = choice.wait;
  if (config_.retry.jitter && config_.defect != Defect::wakes_all_at_once) {
    wait += spread_behind(choice.wait, parts_.random, question.id, so_far.made);
  }
  if (!endless && question.deadline - parts_.clock.now() <= wait) {
    asked.problem.code = ProblemCode::backend_rate_limited;
    asked.problem.detail = "The provider " + name + " takes no more requests for another " +
                           seconds_text(choice.wait) +
                           " s, which is longer than this request may wait.";
    co_return false;
  }
  parts_.books.note(LedgerKind::waits, question.id,
                    {.key = name, .value = wait.count(), .limit = choice.wait.count()});
  co_await parts_.clock.sleep(wait);
  co_return true;
}

// A 429 rests the provider for all requests, not only for this one.
void ProviderChain::rest(Line& line, const Attempts& so_far) {
  if (config_.retry.what == Retryable::listed || !so_far.last.is_limit()) return;
  if (config_.defect == Defect::ignores_retry_after) return;  // planted bug
  const Nanos wait = so_far.retry_after.value_or(seconds(1));
  line.resting_until = std::max(line.resting_until, parts_.clock.now() + wait);
}

bool ProviderChain::may_retry(Line& line, const Question& question, const Attempts& so_far) const {
  if (!may_pass(so_far.last, config_)) return false;
  const bool told_not_to = so_far.told_not_to && config_.retry.what == Retryable::transient;
  if (config_.defect == Defect::retries_without_end) return so_far.made < kAttemptsMax;
  const auto attempts_max = static_cast<int>(config_.retry_waits.size()) + 1;
  const int made = so_far.made - question.attempts;
  if (made >= attempts_max || told_not_to) return false;
  return parts_.clock.now() < question.deadline && line.budget.take();
}

Nanos ProviderChain::wait_before(const Question& question, const Line& line,
                                 const Attempts& so_far) const {
  const auto& waits = config_.retry_waits;
  if (waits.empty()) return Nanos{0};
  const bool endless = config_.defect == Defect::retries_without_end;
  const Nanos whole = waits[endless ? 0 : std::min(so_far.waits, waits.size() - 1)];
  const Nanos own = config_.retry.jitter
                        ? jittered(whole, parts_.random, question.id, so_far.made)
                        : whole;
  if (config_.retry.what == Retryable::listed) return own;
  if (config_.defect == Defect::ignores_retry_after) return own;  // planted bug
  const Nanos resting = line.resting_until - parts_.clock.now();
  const Nanos asked_for = std::max(resting, so_far.retry_after.value_or(Nanos{0}));
  if (asked_for <= Nanos{0}) return own;
  // Planted bug, and one by configuration: exactly as long as all others.
  const bool in_step = config_.defect == Defect::wakes_all_at_once || !config_.retry.jitter;
  const Nanos spread =
      in_step ? Nanos{0} : spread_behind(asked_for, parts_.random, question.id, so_far.made);
  return std::max(own, asked_for + spread);
}

Problem ProviderChain::problem_of(const Line& line, const Attempts& so_far) const {
  const std::string& name = line.client.provider().name;
  const std::string tried = " (attempt " + std::to_string(so_far.made) + " was the last).";
  const bool passing = may_pass(so_far.last, config_);
  Problem problem;
  problem.retry_after = so_far.retry_after;
  if (so_far.last.kind == OutcomeKind::timeout) {
    problem.code = ProblemCode::backend_timeout;
    problem.detail = "The provider " + name + " did not answer in time" + tried;
  } else if (so_far.last.kind == OutcomeKind::status && so_far.last.status < 500 && !passing) {
    problem.code = ProblemCode::backend_refused;
    problem.detail = "The provider " + name + " refused the request with status " +
                     std::to_string(so_far.last.status) + ".";
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

Task<Outcome> ProviderChain::attempt(Upstream& up, const Question& question, Attempts& so_far) {
  so_far.retry_after.reset();
  so_far.told_not_to = false;
  const Request& request = question.request;
  const std::string& own = up.provider().model;
  const std::string& model = own.empty() ? request.model : own;
  std::string prompt = render_prompt(request, model, question.prompt, question.further);
  const Instant by = config_.defect == Defect::retries_without_end
                         ? world::kNever
                         : question.deadline;
  const Instant deadline = std::min(parts_.clock.now() + config_.request_timeout, by);
  Result<Call> call = co_await up.client().ask(std::move(prompt), deadline);
  if (!call) co_return outcome_of(call.error());
  const int status = call->exchange.status();
  if (status != 200) {
    so_far.retry_after =
        retry_after_of(call->exchange.headers(), parts_.clock.unix_nanos());
    so_far.told_not_to = call->exchange.headers().get("x-should-retry") == "false";
    const Result<std::string> body = co_await up.client().read_all(*call);
    static_cast<void>(body);  // to its end, so that the connection can be used again
    const Outcome outcome{OutcomeKind::status, status};
    co_return outcome;
  }
  up.call.emplace(std::move(*call));
  if (request.stream) {
    RelayRules rules;
    rules.bytes_max = static_cast<std::size_t>(config_.response_bytes_max);
    rules.checks = config_.check_answers;
    rules.own_tools = !config_.tools.empty();
    rules.pieces = request.api == Api::responses;
    rules.defect = config_.defect;
    up.relay = std::make_unique<StreamRelay>(rules);
  }
  const Outcome ok{OutcomeKind::ok, 0};
  if (!config_.check_answers) co_return ok;
  if (request.stream) co_return co_await read_to_commit(up);
  co_return co_await read_answer(up);
}

Task<Outcome> ProviderChain::read_answer(Upstream& up) {
  const Outcome invalid{OutcomeKind::invalid, 0};
  Result<std::string> body = co_await up.client().read_all(*up.call);
  if (!body) co_return outcome_of(body.error());
  up.call.reset();
  if (!read_completion(*body, up.completion)) co_return invalid;
  if (!fault_of(up.completion, config_.defect).empty()) co_return invalid;
  up.body = std::move(*body);
  const Outcome ok{OutcomeKind::ok, 0};
  co_return ok;
}

// Up to the first word of the answer, or to the end of one that had to be seen whole.
Task<Outcome> ProviderChain::read_to_commit(Upstream& up) {
  StreamRelay& relay = *up.relay;
  const Outcome invalid{OutcomeKind::invalid, 0};
  const Outcome broken{OutcomeKind::reset, 0};
  while (!relay.committed() && !relay.done()) {
    const Result<std::string_view> bytes = co_await up.client().read_some(*up.call);
    if (!bytes) co_return outcome_of(bytes.error());
    if (bytes->empty()) co_return broken;
    const Result<void> fed = relay.feed(*bytes, up.events);
    if (!fed) co_return invalid;
  }
  if (!relay.committed()) {
    if (!fault_of(relay.completion(), config_.defect).empty()) co_return invalid;
    if (!relay.whole() && config_.defect != Defect::trusts_truncated_stream) co_return broken;
    // Calls of the core's own tools are no words for the user.
    const bool own_call = !config_.tools.empty() && !relay.completion().calls.empty();
    if (!own_call) relay.release(up.events);
  }
  const Outcome ok{OutcomeKind::ok, 0};
  co_return ok;
}

}  // namespace agent
