#include "agent/providers/provider_chain.hpp"

#include <algorithm>
#include <stdexcept>

namespace agent {

using std::chrono::seconds;
using world::Instant;
using world::Nanos;
using world::Task;

namespace {

constexpr int kAttemptsMax = 1'000;  // where a defect knows no last one

const Provider& provider_named(const std::string& name, const std::vector<Provider>& providers) {
  for (const Provider& provider : providers) {
    if (provider.name == name) return provider;
  }
  throw std::invalid_argument("agent.providers names '" + name + "', which is not there");
}

// Planted bug: each provider is an account of its own.
std::vector<QuotaGroupConfig> groups_of(const Config& config) {
  if (config.defect == Defect::ignores_quota_group) return {};
  return config.rate.groups;
}

// About what a call uses, in and out: four bytes of prompt are a token.
std::int64_t tokens_of(const ProviderChain::Question& question) {
  return static_cast<std::int64_t>(question.prompt.text().size() / 4) +
         question.request.max_tokens;
}

// Half a minute at most, as a lease says that a call has been lost, not that it is slow.
Nanos lease_of(const Config& config) {
  return std::min(config.request_timeout, Nanos(seconds(30))) + seconds(1);
}

}  // namespace

ProviderChain::ProviderChain(Parts parts, const std::vector<Provider>& providers)
    : parts_(parts),
      config_(parts.config),
      preference_(parts.clock, config_.chain, parts.random,
                  config_.retry.fallback ? config_.providers.size() : 1),
      groups_(parts.clock, groups_of(config_)),
      recovery_(parts.clock, config_.chain, [this] { return usable_in(); }) {
  add_lines(providers);
  const Books& books = parts_.books;
  const auto told = [this, &books](std::string_view key, std::string_view from,
                                   std::string_view to, std::int64_t failures) {
    books.note(LedgerKind::breaker, {}, {.key = key, .from = from, .to = to, .value = failures});
    if (to != "closed") return;
    for (const auto& line : lines_) {  // the keys of tools are none of these
      if (line->name() != key) continue;
      line->forget();
      recovery_.began();
    }
  };
  breaker_ = make_breaker(parts_.clock, config_.breaker, lease_of(config_), config_.defect, told,
                          parts_.random);
}

void ProviderChain::add_lines(const std::vector<Provider>& providers) {
  if (config_.providers.empty()) throw std::invalid_argument("agent.providers names no provider");
  for (std::size_t i = 0; i < std::min(config_.providers.size(), kLinesMax); ++i) {
    lines_.push_back(std::make_unique<ProviderLine>(
        parts_.clock, parts_.network, config_, provider_named(config_.providers[i], providers),
        groups_));
    if (!config_.retry.fallback) break;  // the first one and no other
  }
  known_.resize(lines_.size());
}

Attempts ProviderChain::begin(const Question& question) {
  Attempts so_far;
  so_far.made = question.attempts;
  so_far.barred = barred_from_start(question);
  so_far.tokens = tokens_of(question);
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    known_[i] = {lines_[i]->errors_ppm(), lines_[i]->typical()};
  }
  const auto& order = preference_.order_for(question.id, known_);
  for (std::size_t i = 0; i < order.size(); ++i) {
    so_far.order[i] = static_cast<std::uint8_t>(order[i]);
  }
  if (config_.defect == Defect::no_failback) {  // planted bug: who answered last is asked first
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      so_far.order[i] = static_cast<std::uint8_t>((last_good_ + i) % lines_.size());
    }
  }
  return so_far;
}

// Who wants no fallback gets the first provider of the configuration or none.
LineSet ProviderChain::barred_from_start(const Question& question) {
  return question.request.allow_fallback ? LineSet{0} : ~bit(0);
}

bool ProviderChain::is_free(std::size_t line) {
  if (lines_[line]->resting_for() > Nanos{0}) return false;
  return !breaker_ || breaker_->closed_for(lines_[line]->name()) == Nanos{0};
}

bool ProviderChain::any_free(const Attempts& so_far) {
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (((so_far.asked | so_far.barred) & bit(i)) == 0 && is_free(i)) return true;
  }
  return false;
}

// The first one in order that may be asked again for this; kLinesMax: none.
std::size_t ProviderChain::first_open_to(const Attempts& so_far) const {
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if ((so_far.barred & bit(so_far.order[i])) == 0) return so_far.order[i];
  }
  return kLinesMax;
}

// None is known to be well: each fails, or is left alone, or rests for longer than there is time. A
// limit that says when it is over is none of that.
bool ProviderChain::all_down(Instant deadline) {
  const Nanos left = deadline - parts_.clock.now();
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const BreakerView view = breaker_ ? breaker_->view(lines_[i]->name()) : BreakerView{};
    const bool away = view.state != "closed" || lines_[i]->resting_for() >= left;
    if (!away && !lines_[i]->seems_down(config_.chain.down_after)) return false;
  }
  return true;
}

Nanos ProviderChain::usable_in() {
  Nanos least = Nanos::max();
  for (const auto& line : lines_) {
    const Nanos open = breaker_ ? breaker_->closed_for(line->name()) : Nanos{0};
    least = std::min(least, std::max(open, line->resting_for()));
  }
  return least;
}

bool ProviderChain::settles(const Question& question) const {
  if (config_.defect == Defect::retries_without_end) return false;
  return question.settles && config_.degraded.when == DegradeWhen::first_failure;
}

// The first line in order that was not asked since the last wait, does not rest, and that its
// breaker lets through.
ProviderChain::Choice ProviderChain::choose(Attempts& so_far, const std::string& id) {
  Choice none;
  none.wait = Nanos::max();
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const std::size_t index = so_far.order[i];
    if (((so_far.asked | so_far.barred) & bit(index)) != 0) continue;
    ProviderLine& line = *lines_[index];
    Choice choice;
    choice.line = index;
    choice.permit.retry_after = line.resting_for(so_far.tokens);
    const bool resting = choice.permit.retry_after > Nanos{0};
    if (!resting && breaker_) choice.permit = breaker_->admit(line.name());
    if (!resting && choice.permit.admitted) return choice;
    if (!resting) parts_.books.note(LedgerKind::rejected, id, {.key = line.name()});
    if (choice.permit.retry_after >= none.wait) continue;
    none.wait = choice.permit.retry_after;
    none.resting = resting;
    none.soonest = index;
  }
  return none;
}

Task<Asked> ProviderChain::ask(Question question) {
  Asked asked;
  Attempts so_far = begin(question);
  const bool in_line = question.background && config_.chain.background_waits;
  if (in_line) asked.ticket = question.ticket ? std::move(question.ticket) : ticket();
  const bool called = in_line && asked.ticket->working();
  if (in_line && !called && recovery_.waiting() > 0) {  // not past those who wait already
    const bool ours = co_await wait_for_recovery(question, asked, so_far);
    if (!ours) {
      const Choice none = choose(so_far, question.id);
      give_up(question, asked, problem_of(none, none.resting), true);
      co_return asked;
    }
  }
  for (;;) {
    const Choice choice = choose(so_far, question.id);
    if (choice.line == kLinesMax) {
      const bool again = co_await wait_for_line(question, asked, choice, so_far);
      if (again) continue;
      co_return asked;
    }
    co_await call(question, asked, so_far, choice);
    if (asked.upstream) co_return asked;
    const Next next = after_failure(question, choice.line, so_far);
    if (next == Next::another) continue;
    bool again = false;
    if (next == Next::wait) again = co_await wait_for_retry(question, choice.line, so_far);
    if (!again) again = co_await wait_for_recovery(question, asked, so_far);
    if (again) continue;
    const bool passes = may_pass(so_far.last, config_) || refuses_core(so_far.last, config_);
    give_up(question, asked, problem_of(*lines_[choice.line], so_far), passes);
    co_return asked;
  }
}

Task<void> ProviderChain::call(const Question& question, Asked& asked, Attempts& so_far,
                               const Choice& choice) {
  ProviderLine& line = *lines_[choice.line];
  asked.provider = &line.client.provider();
  asked.fallback = choice.line != 0;
  // Retries are a share of what was asked, not of what retries make of it.
  const auto is_of_line = [&line](const AttemptRecord& r) { return r.provider == line.name(); };
  if (std::none_of(asked.tried.begin(), asked.tried.end(), is_of_line)) line.budget.on_call();
  so_far.asked |= bit(choice.line);
  ++so_far.made;
  ++so_far.here;
  asked.attempts = so_far.made - question.attempts;
  Upstream::Parts parts{line, breaker_.get(), parts_.books, question.id, so_far.made,
                        choice.permit};
  if (!config_.rate.groups.empty()) {
    parts.quota = std::make_unique<QuotaGroups::Call>(groups_, line.name(), so_far.tokens);
    parts.prompt_tokens = so_far.tokens - question.request.max_tokens;
  }
  parts.slot = question.slot;
  asked.upstream = std::make_unique<Upstream>(std::move(parts));
  const Instant from = parts_.clock.now();
  so_far.last = co_await attempt(*asked.upstream, question, so_far);
  asked.tried.push_back({line.name(), so_far.last, parts_.clock.now() - from});
  if (so_far.last.kind == OutcomeKind::ok) {
    last_good_ = choice.line;
    asked.upstream->speaks(parts_.clock.now() - from);
  } else {
    asked.upstream->end(so_far.last);
    asked.upstream.reset();
    rest(line, so_far);
  }
  recovery_.look_again();
}

// What comes behind a failed call: another provider at once; the same ones after a wait; the end.
ProviderChain::Next ProviderChain::after_failure(const Question& question, std::size_t index,
                                                 Attempts& so_far) {
  const bool endless = config_.defect == Defect::retries_without_end;
  const bool passes = may_pass(so_far.last, config_);
  const bool elsewhere = passes || refuses_core(so_far.last, config_) || so_far.too_long;
  if (!elsewhere) return Next::give_up;
  bar(index, so_far);
  const auto attempts_max =
      endless ? kAttemptsMax : static_cast<int>(config_.retry_waits.size()) + 1;
  if (so_far.here >= attempts_max) return Next::give_up;
  if (!endless && parts_.clock.now() >= question.deadline) return Next::give_up;
  if (any_free(so_far)) return Next::another;
  if (settles(question) && all_down(question.deadline)) return Next::give_up;
  const std::size_t again = first_open_to(so_far);
  if (again == kLinesMax) return Next::give_up;
  return endless || lines_[index]->budget.take() ? Next::wait : Next::give_up;
}

// Who was refused for good, or told not to come again, does not.
void ProviderChain::bar(std::size_t index, Attempts& so_far) {
  const bool told_not_to = so_far.told_not_to && config_.retry.what == Retryable::transient;
  const bool endless = config_.defect == Defect::retries_without_end;
  const bool replans = so_far.plans > 1;  // a model that plans instead of answering goes on so
  if (!endless && (told_not_to || replans || !may_pass(so_far.last, config_) ||
                   so_far.quota_empty)) {
    so_far.barred |= bit(index);
  }
  if (!so_far.too_long) return;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const auto& larger = config_.chain.larger_context;
    const bool takes_more =
        i != index && std::find(larger.begin(), larger.end(), lines_[i]->name()) != larger.end();
    if (!takes_more) so_far.barred |= bit(i);
  }
}

// A limit rests the account for all requests, not only for this one; so does whatever says when to
// come back. Who refuses the core itself is passed over for long, if there is anybody else.
void ProviderChain::rest(ProviderLine& line, const Attempts& so_far) {
  if (config_.retry.what == Retryable::listed) return;
  if (config_.defect == Defect::ignores_retry_after) return;  // planted bug
  // Planted bug: what a later attempt is told is heard by nobody.
  if (config_.defect == Defect::cooldown_only_first_attempt && so_far.made > 1) return;
  const bool refused = refuses_core(so_far.last, config_) || so_far.quota_empty;
  // The model may be the user's own choice, and its fault.
  const bool users_own = so_far.last.status == 404 && line.client.provider().model.empty();
  if (refused && lines_.size() > 1 && !users_own) {
    line.rest(config_.chain.refused_rest, RestReason::refused);
  }
  if (refused || (!so_far.last.is_limit() && !so_far.retry_after)) return;
  const Nanos wait = so_far.retry_after.value_or(seconds(1));
  line.rest(std::min(wait, config_.chain.rest_max), RestReason::limited);
}

std::string ProviderChain::providers_json() {
  std::string out = R"({"object":"list","data":[)";
  const auto& order = preference_.order();
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i > 0) out += ',';
    const ProviderLine& line = *lines_[order[i]];
    BreakerView view;
    if (breaker_) view = breaker_->view(line.name());
    out += line.to_json(i, breaker_ ? &view : nullptr);
  }
  out += "]}";
  return out;
}

}  // namespace agent
