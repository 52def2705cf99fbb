// Which answers of a dialect have the field that a `json` fault names: told before a run from
// answers that are made for the purpose, with all that answers of the fakes can have, by doing to
// them what the fault does. Where an empty object stands in them, any member is taken to be
// possible: metadata, a tool's arguments. Pure; any thread.
#pragma once

#include "fakes/faults/suits.hpp"

namespace fakes {

// Both when the fault names no field, and for tools, whose answers each tool makes its own.
AnswerForms forms_with_field(const Json& fault, const Dialect& dialect);

}  // namespace fakes
