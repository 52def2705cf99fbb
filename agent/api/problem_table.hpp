// What each ProblemCode means to a user: one row each. Constant data; any thread.
#pragma once

#include <array>

#include "agent/api/answer.hpp"
#include "agent/api/problem_code.hpp"

namespace agent {

// What a user can do next, and where. `{schema}` in a URL stands for the API's name.
struct NextAction {
  std::string_view action;  // empty: none
  std::string_view method = {};
  std::string_view url = {};
};

struct ProblemRow {
  std::string_view name;
  int status;
  std::string_view title;
  std::string_view openai_type;
  std::string_view phase;
  bool retryable;
  std::int64_t wait_s;  // until it helps to come again, where nothing better is known; 0: unknown
  std::array<NextAction, 2> next_actions;
  AgentError generic;          // what legacy says instead
  std::string_view iana = {};  // a type of the registry; empty: urn:agent:problem:<name>
  bool retried_here = false;   // the core has tried what there was: a client's library need not
};

const ProblemRow& row_of(ProblemCode code);

}  // namespace agent
