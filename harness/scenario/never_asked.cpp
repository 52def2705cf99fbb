#include "harness/scenario/never_asked.hpp"

#include "fakes/dialect.hpp"
#include "fakes/faults/suits.hpp"

namespace harness {
namespace {

using fakes::AnswerForms;

void add(AnswerForms& all, AnswerForms further) {
  all.plain = all.plain || further.plain;
  all.streamed = all.streamed || further.streamed;
}

// In which forms backends are asked, as far as it is known: the bundled core asks as it was asked.
// A target of the user's own asks as it likes, and so does a corpus of bodies.
AnswerForms asked_in(const Scenario& scenario) {
  AnswerForms asked{false, false};
  for (const LoadClass& load_class : scenario.load) {
    const bool stream = load_class.stream.value_or(scenario.client.stream);
    add(asked, load_class.bodies.empty() ? AnswerForms{!stream, stream} : AnswerForms{});
  }
  return scenario.target.is_given() ? AnswerForms{} : asked;
}

// Why it never fires, as the rest of a sentence; empty: it may.
std::string_view why_never(const fakes::Fault& fault, const Scenario& scenario) {
  AnswerForms strikes{false, false};
  bool on_tools = false;  // whose callers ask for streams when they want to hear of progress
  for (const auto& [name, backend] : scenario.backends) {
    const fakes::Dialect* dialect = fakes::find_dialect(backend.dialect);
    if (dialect == nullptr || !fakes::is_on(fault, name)) continue;
    if (!fakes::why_unfit(fault.action, *dialect).empty()) continue;
    add(strikes, fakes::strikes_in(fault.action, *dialect));
    on_tools = on_tools || dialect->route("POST", dialect->chat_path()).call == fakes::Call::tools;
  }
  if (strikes.plain == strikes.streamed) return {};
  if (fault.match.stream && *fault.match.stream != strikes.streamed) {
    return strikes.streamed ? "streams alone, and its `match` asks for the others: say `stream: "
                              "true` there"
                            : "plain answers alone, and its `match` asks for the others: say "
                              "`stream: false` there";
  }
  const AnswerForms asked = asked_in(scenario);
  if (on_tools || (strikes.streamed ? asked.streamed : asked.plain)) return {};
  return strikes.streamed ? "streams alone, and no load asks for one: give a class `stream: true`"
                          : "plain answers alone, and all load asks for streams: give a class "
                            "`stream: false`";
}

}  // namespace

std::vector<ScenarioError> never_asked(const Scenario& scenario) {
  std::vector<ScenarioError> errors;
  for (std::size_t i = 0; i < scenario.faults.size(); ++i) {
    const fakes::Fault& fault = scenario.faults[i];
    const std::string_view why = why_never(fault, scenario);
    if (why.empty()) continue;
    const bool placed = i < scenario.fault_places.size();
    errors.push_back({placed ? scenario.fault_places[i] : Place{scenario.file, 0, 0},
                      "`faults." + fault.id + "." +
                          std::string(fakes::kind_of(fault.action).name) + "` strikes " +
                          std::string(why)});
  }
  return errors;
}

}  // namespace harness
