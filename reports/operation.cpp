#include "reports/operation.hpp"

namespace reports {

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok: return "ok";
    case Outcome::error: return "error";
    case Outcome::timeout: return "timeout";
    case Outcome::cancelled: return "cancelled";
    case Outcome::in_flight: return "in_flight";
    case Outcome::dropped: return "dropped";
  }
  return "unknown";
}

std::string_view name_of(Failure failure) {
  switch (failure) {
    case Failure::none: return "none";
    case Failure::connect_refused: return "connect_refused";
    case Failure::connect_timeout: return "connect_timeout";
    case Failure::unresolved: return "unresolved";
    case Failure::tls: return "tls";
    case Failure::reset: return "reset";
    case Failure::closed_early: return "closed_early";
    case Failure::timeout: return "timeout";
    case Failure::http_status: return "http_status";
    case Failure::rate_limited: return "rate_limited";
    case Failure::bad_response: return "bad_response";
    case Failure::too_large: return "too_large";
    case Failure::truncated_stream: return "truncated_stream";
    case Failure::empty_response: return "empty_response";
    case Failure::cancelled: return "cancelled";
    case Failure::unfinished: return "unfinished";
    case Failure::no_capacity: return "no_capacity";
  }
  return "unknown";
}

std::string_view name_of(Latency latency) {
  switch (latency) {
    case Latency::response: return "response";
    case Latency::service: return "service";
    case Latency::lateness: return "lateness";
    case Latency::ttft: return "ttft";
    case Latency::stall: return "stall";
    case Latency::inter_token: return "inter_token";
    case Latency::agent_added: return "agent_added";
    case Latency::queue_wait: return "queue_wait";
    case Latency::status: return "status";
  }
  return "unknown";
}

std::string user_text(const Operation& op) { return "u" + std::to_string(op.user); }

std::string session_text(const Operation& op) {
  return user_text(op) + ".s" + std::to_string(op.session);
}

std::string turn_text(const Operation& op) {
  return session_text(op) + ".t" + std::to_string(op.turn);
}

}  // namespace reports
