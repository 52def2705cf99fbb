// Every invariant, one row each.
#include <array>
#include <type_traits>

#include "harness/oracles/conversation_integrity.hpp"
#include "harness/oracles/honest_errors.hpp"
#include "harness/oracles/isolation_canary.hpp"
#include "harness/oracles/no_empty_response.hpp"
#include "harness/oracles/no_internal_leak.hpp"
#include "harness/oracles/oracle.hpp"
#include "harness/oracles/queue_honest.hpp"
#include "harness/oracles/stream_integrity.hpp"
#include "harness/oracles/terminal_once.hpp"
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

constexpr std::array kOracles{
    OracleKind{"terminal_once", "Every request that was sent ends exactly once.", Needs::clients,
               make<TerminalOnce>},
    OracleKind{"no_empty_response", "No successful answer is empty or blank.", Needs::clients,
               make<NoEmptyResponse>},
    OracleKind{"conversation_integrity",
               "No turn of a conversation is lost, duplicated, reordered or from elsewhere, and no "
               "two prompts disagree.",
               Needs::fakes, make<ConversationIntegrity>},
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
    OracleKind{"queue_honest", "Places and times that a queue announces come true.",
               Needs::clients, make<QueueHonest>},
};
}  // namespace

std::span<const OracleKind> oracle_kinds() { return kOracles; }

const OracleKind* find_oracle(std::string_view name) {
  for (const OracleKind& kind : kOracles) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

Parsed<double> read_parameter(const OracleKind& kind, std::string_view text) {
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
