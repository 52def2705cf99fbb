// Which faults make no sense in which dialect: what such a fault spoils is not on the provider's
// wire; and which strike streams alone, or plain answers alone. Known before a run, so that a
// scenario which asks for it is refused instead of waiting for a fault that never fires. Pure; any
// thread.
#pragma once

#include <string_view>

#include "fakes/dialect.hpp"
#include "fakes/faults/table.hpp"

namespace fakes {

// Why the fault can never have an effect, as "its answers name no model"; empty: it can.
std::string_view why_unfit(const FaultAction& action, const Dialect& dialect);

// Of the kind by the table, of the action by what it spoils there.
struct AnswerForms {
  bool plain = true;
  bool streamed = true;
};
AnswerForms strikes_in(const FaultAction& action, const Dialect& dialect);

}  // namespace fakes
