// ProblemCode: every error of the core, in the order of the pipeline's stages. What each means to a
// user stands in problem_table.cpp, one row each. A closed enum; constant data.
#pragma once

#include <cstdint>
#include <string_view>

namespace agent {

enum class ProblemCode : std::uint8_t {
  // The request itself.
  not_found,
  method_not_allowed,
  invalid_http,
  payload_too_large,
  request_timeout,  // it was too long in coming
  unauthorized,
  forbidden,
  invalid_request,
  invalid_json,
  empty_body,
  not_an_object,
  byte_order_mark,
  too_deep,
  too_many_values,
  duplicate_key,
  invalid_utf8,
  lone_surrogate,
  control_character,
  not_a_json_number,  // NaN, Infinity
  number_out_of_range,
  truncated_json,
  trailing_data,
  // What it names.
  response_not_found,
  response_expired,
  cursor_too_old,
  agent_not_found,
  idempotency_key_reuse,
  request_in_progress,  // another one with the same Idempotency-Key
  cycle,
  // Whether it may come in.
  rate_limited,  // the hard limiter of legacy
  edge_limited,
  user_rate_limited,
  daily_quota_exceeded,
  abnormal_usage_detected,
  budget_exceeded,
  store_unavailable,  // what must be durable cannot be kept
  shutting_down,
  reduced_capacity,
  conversation_busy,  // too many turns of it wait already
  queue_full,
  queue_timeout,  // the deadline came while it waited
  // The work.
  circuit_open,
  backend_rate_limited,
  backend_unavailable,  // 5xx, unreachable, or all attempts used
  backend_timeout,
  backend_invalid_response,
  backend_refused,  // a 4xx that no retry will change
  tool_rounds_exceeded,
  command_timeout,
  interrupted,  // the process ended while it was worked on
  internal_error,
  // Workflows: the six classes of seed 001.
  workflow_invalid,
  workflow_failed,
  task_execution_failed,
  workflow_timeout,
  workflow_limited,  // more than this type of agent may have
  workflow_capacity,  // more than all may have
};
inline constexpr std::size_t kProblemCodes =
    static_cast<std::size_t>(ProblemCode::workflow_capacity) + 1;

std::string_view name_of(ProblemCode code);
int status_of(ProblemCode code);

}  // namespace agent
