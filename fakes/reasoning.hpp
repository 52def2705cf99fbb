// What a fake says that its model thought before it spoke: a few sentences, when a request asks for
// them. The answer itself is the same with and without. Pure; any thread.
#pragma once

#include "fakes/reply.hpp"

namespace fakes {

// Keyed draws, as all that an answer says.
void plan_reasoning(Answer& answer, const ReplyContext& context);

}  // namespace fakes
