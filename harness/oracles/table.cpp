// Every invariant, one row each.
#include <array>
#include <cmath>
#include <type_traits>

#include "harness/oracles/bounded_memory.hpp"
#include "harness/oracles/bounded_retries.hpp"
#include "harness/oracles/breaker_model.hpp"
#include "harness/oracles/budget_respected.hpp"
#include "harness/oracles/cancel_propagates.hpp"
#include "harness/oracles/command_life.hpp"
#include "harness/oracles/conservation.hpp"
#include "harness/oracles/conversation_integrity.hpp"
#include "harness/oracles/daily_quota.hpp"
#include "harness/oracles/exactly_once_commands.hpp"
#include "harness/oracles/explains_bad_input.hpp"
#include "harness/oracles/exactly_once_keys.hpp"
#include "harness/oracles/fairness.hpp"
#include "harness/oracles/honest_errors.hpp"
#include "harness/oracles/isolation_canary.hpp"
#include "harness/oracles/job_life.hpp"
#include "harness/oracles/no_empty_response.hpp"
#include "harness/oracles/no_internal_leak.hpp"
#include "harness/oracles/oracle.hpp"
#include "harness/oracles/prefers_first.hpp"
#include "harness/oracles/queue_honest.hpp"
#include "harness/oracles/recovers_within.hpp"
#include "harness/oracles/retried_non_retryable.hpp"
#include "harness/oracles/retry_after_honoured.hpp"
#include "harness/oracles/steady_choice.hpp"
#include "harness/oracles/stream_integrity.hpp"
#include "harness/oracles/terminal_once.hpp"
#include "harness/oracles/tool_limits.hpp"
#include "harness/oracles/user_concurrency.hpp"
#include "harness/oracles/wakes_nobody.hpp"
#include "reports/text.hpp"
#include "world/ensure.hpp"

namespace harness {

using reports::Verdict;

namespace {
template <class T>
std::unique_ptr<Oracle> make(const OracleInput& input) {
  if constexpr (std::is_constructible_v<T, const OracleInput&>) {
    return std::make_unique<T>(input);
  } else {
    return std::make_unique<T>();
  }
}

template <class T>
std::unique_ptr<Oracle> make_with_parameter(const OracleInput& input) {
  return std::make_unique<T>(input.parameter);
}

constexpr double kSecond = 1e9;
constexpr double kRatioMax = 1'000;  // as for objectives

constexpr std::array kOracles{
    OracleKind{"terminal_once", "Every request that was sent ends exactly once.", Needs::clients,
               make<TerminalOnce>},
    OracleKind{"no_empty_response", "No successful answer is empty or blank.", Needs::clients,
               make<NoEmptyResponse>},
    OracleKind{"conversation_integrity",
               "No turn of a conversation is lost, duplicated, reordered or from elsewhere, and no "
               "two prompts disagree.",
               Needs::fakes, make<ConversationIntegrity>},
    OracleKind{"conservation", "The ledgers of clients, agent and fakes agree on every turn.",
               Needs::agent, make<Conservation>},
    OracleKind{"bounded_retries", "Providers are called seldom more often than they are asked.",
               Needs::fakes, make_with_parameter<BoundedRetries>, OracleParameter::ratio,
               "Provider calls for each thing asked, over the run.", 1.3, 1, kRatioMax},
    OracleKind{"retry_after_honoured", "Who was told to wait does not come earlier.",
               Needs::fakes, make<RetryAfterHonoured>},
    OracleKind{"retried_non_retryable", "What was refused for good is not asked again.",
               Needs::fakes, make<RetriedNonRetryable>},
    OracleKind{"wakes_nobody", "Those who failed together do not come back together.",
               Needs::fakes, make<WakesNobody>},
    OracleKind{"cancel_propagates", "When the user has left, nobody works for the turn any more.",
               Needs::fakes, make_with_parameter<CancelPropagates>, OracleParameter::duration,
               "Until providers have lost their client.", 2 * kSecond},
    OracleKind{"exactly_once_commands",
               "No command has its effect twice, or behind the back of its user.", Needs::fakes,
               make<ExactlyOnceCommands>},
    OracleKind{"command_life",
               "Commands are heard of, have their time, are started once and leave nothing behind.",
               Needs::agent, make_with_parameter<CommandLife>, OracleParameter::duration,
               "The longest that a command may run without a word.", 15 * kSecond},
    OracleKind{"fairness", "Every user gets about the same share of the own requests answered.",
               Needs::clients, make_with_parameter<Fairness>, OracleParameter::ratio,
               "Least Jain's index over the users.", 0.8, 0, 1},
    OracleKind{"recovers_within", "After the last fault, service is soon good and stays so.",
               Needs::clients, make<RecoversWithin>, OracleParameter::duration,
               "From the heal to good service.", 60 * kSecond},
    OracleKind{"breaker_model", "Every circuit breaker does what the reference model would.",
               Needs::agent, make<BreakerModel>},
    OracleKind{"bounded_memory", "What the agent holds for its users does not grow for ever.",
               Needs::agent, make<BoundedMemory>},
    OracleKind{"budget_respected", "No user is charged or answered beyond the budget.",
               Needs::agent, make<BudgetRespected>},
    OracleKind{"isolation_canary", "No answer, error or prompt holds another user's data.",
               Needs::clients, make<IsolationCanary>},
    OracleKind{"stream_integrity",
               "Answers that count as good are whole: no token lost, doubled, reordered or cut.",
               Needs::clients, make<StreamIntegrity>},
    OracleKind{"no_internal_leak",
               "No answer or error shows plans, stack traces, paths, keys or inner addresses.",
               Needs::clients, make<NoInternalLeak>},
    OracleKind{"honest_errors",
               "Errors have the members of RFC 9457, words that name them, and a next action.",
               Needs::clients, make<HonestErrors>},
    OracleKind{"explains_bad_input",
               "Bad bodies are refused with the field, what was expected and got, and a remedy; "
               "no provider sees them.",
               Needs::fakes, make<ExplainsBadInput>},
    OracleKind{"queue_honest", "Places and times that a queue announces come true.",
               Needs::clients, make<QueueHonest>},
    OracleKind{"user_concurrency",
               "No user has more than so many requests at the providers at once.", Needs::fakes,
               make_with_parameter<UserConcurrency>, OracleParameter::count,
               "Requests of one user.", 5, 1, 1'000},
    OracleKind{"job_life",
               "A background turn has one life and one end: never lost, never changed, cancelled "
               "alike.",
               Needs::clients, make<JobLife>},
    OracleKind{"exactly_once_keys",
               "Requests of one Idempotency-Key are carried out once and answered alike.",
               Needs::fakes, make<ExactlyOnceKeys>},
    OracleKind{"prefers_first", "The first provider is asked first again when it is well.",
               Needs::agent, make<PrefersFirst>, OracleParameter::duration,
               "Since its last failure.", 120 * kSecond},
    OracleKind{"steady_choice", "The provider that is asked first seldom changes.", Needs::agent,
               make_with_parameter<SteadyChoice>, OracleParameter::count, "Changes in a minute.", 2,
               1, 1'000},
    OracleKind{"tool_limits",
               "The model calls no tool more often than its limits say, and is not refused before.",
               Needs::agent, make<ToolLimits>},
    OracleKind{"daily_quota",
               "Nobody has more answers of a day than the quota, or is refused before it is used.",
               Needs::agent, make<DailyQuota>},
};
}  // namespace

std::span<const OracleKind> oracle_kinds() { return kOracles; }

const OracleKind* find_oracle(std::string_view name) {
  for (const OracleKind& kind : kOracles) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

namespace {

Parsed<double> read_number(const OracleKind& kind, std::string_view text) {
  const auto number = [](auto parsed, double unit) {
    Parsed<double> result;
    if (parsed.value) result.value = static_cast<double>(*parsed.value) / unit;
    result.problem = std::move(parsed.problem);
    return result;
  };
  switch (kind.parameter) {
    case OracleParameter::ratio: return number(parse_micro(text), 1e6);
    case OracleParameter::count: return number(parse_count(text), 1);
    case OracleParameter::duration: {
      auto parsed = parse_duration(text);
      Parsed<double> result;
      if (parsed.value) result.value = static_cast<double>(parsed.value->count());
      result.problem = std::move(parsed.problem);
      return result;
    }
    case OracleParameter::none: break;
  }
  return {std::nullopt, "takes no parameter"};
}

// Of a duration only that it is above 0: the run's length bounds it, see prepare().
std::string bounds_text(const OracleKind& kind) {
  std::string text = kind.parameter_min > 0
                         ? "at least " + reports::human_number(kind.parameter_min)
                         : "above 0";
  if (std::isfinite(kind.parameter_max))
    text += " and at most " + reports::human_number(kind.parameter_max);
  return text;
}

}  // namespace

Parsed<double> read_parameter(const OracleKind& kind, std::string_view text) {
  Parsed<double> read = read_number(kind, text);
  if (!read.value) return read;
  const double value = *read.value;
  const bool is_within =
      value > 0 && value >= kind.parameter_min && value <= kind.parameter_max;
  if (is_within) return read;
  return {std::nullopt,
          "must be " + bounds_text(kind) + ", not `" + std::string(text) + "`"};
}

std::vector<std::unique_ptr<Oracle>> make_oracles(std::span<const OracleChoice> choices,
                                                  OracleInput input) {
  std::vector<std::unique_ptr<Oracle>> oracles;
  for (const OracleChoice& choice : choices) {
    const OracleKind* kind = find_oracle(choice.name);
    ENSURE(kind != nullptr, "an invariant of a checked scenario has no oracle");
    input.parameter = choice.parameter;
    oracles.push_back(kind->make(input));
    oracles.back()->name_ = choice.name;
    if (kind->needs == Needs::agent && input.sut == "external") {
      oracles.back()->skipped_ = "needs the agent's own ledger, which an external target has not";
    }
  }
  return oracles;
}

void Oracle::violate(world::Instant at, std::string who, std::string what) {
  ++violation_count_;
  if (violations_.size() < reports::InvariantResult::kWitnessesMax) {
    violations_.push_back({at, std::move(who), std::move(what)});
  }
}

reports::InvariantResult Oracle::result() const {
  reports::InvariantResult result;
  result.name = name_;
  result.checked = checked_;
  result.violation_count = violation_count_;
  result.violations = violations_;
  result.skipped = skipped_;
  result.verdict = violation_count_ > 0 ? Verdict::fail
                   : checked_ > 0       ? Verdict::pass
                                        : Verdict::inconclusive;
  return result;
}

}  // namespace harness
