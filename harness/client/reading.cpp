#include "harness/client/reading.hpp"

#include <algorithm>

#include "world/json_text.hpp"

namespace harness {

using reports::Operation;
using reports::Outcome;

reports::Failure failure_of(world::Failure failure) {
  switch (failure) {
    case world::Failure::refused: return reports::Failure::connect_refused;
    case world::Failure::unresolved: return reports::Failure::unresolved;
    case world::Failure::unreachable: return reports::Failure::unresolved;
    case world::Failure::reset: return reports::Failure::reset;
    case world::Failure::tls: return reports::Failure::tls;
    case world::Failure::closed: return reports::Failure::closed_early;
    case world::Failure::timed_out: return reports::Failure::connect_timeout;
    case world::Failure::malformed: return reports::Failure::bad_response;
    case world::Failure::too_large: return reports::Failure::too_large;
    case world::Failure::unavailable: return reports::Failure::no_capacity;
  }
  return reports::Failure::bad_response;
}

bool fail(Operation& op, reports::Failure failure) {
  op.outcome = Outcome::error;
  op.failure = failure;
  return true;
}

bool succeed(Operation& op) {
  op.outcome = Outcome::ok;
  op.failure = reports::Failure::none;
  return true;
}

bool fail_by_status(Operation& op, int status) {
  op.http_status = static_cast<std::uint16_t>(status);
  return fail(op, status == 429 ? reports::Failure::rate_limited : reports::Failure::http_status);
}

bool only_blanks(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool stands_twice(std::string_view text) {
  constexpr std::size_t kHalfMin = 32;
  const std::size_t half = text.size() / 2;
  return half >= kHalfMin && text.substr(0, half) == text.substr(text.size() - half);
}

void keep_error(Reply& reply, std::string body) {
  if (body.size() > Reply::kErrorBytesMax) body.resize(Reply::kErrorBytesMax);
  reply.error_body = std::move(body);
}

void keep_notice(Reply& reply, QueueNotice notice, world::Instant now) {
  notice.at = now;
  if (reply.notices.size() < Reply::kNoticesMax) reply.notices.push_back(notice);
}

void keep_id(Reply& reply, std::string id) {
  if (id.size() <= Reply::kIdBytesMax) reply.id = std::move(id);
}

bool PieceTaker::take(std::string_view piece, world::Instant now, Operation& op, Reply& reply) {
  if (op.first_event == world::kNever) op.first_event = now;
  if (last_ != world::kNever) {
    const world::Nanos gap = now - last_;
    op.stall = std::max(op.stall, gap);
    if (reply.gaps.size() < Reply::kGapsMax) reply.gaps.push_back(gap);
  }
  last_ = now;
  if (reply.text.size() + piece.size() > text_bytes_max_) return false;
  reply.text += piece;
  return true;
}

TurnNames::TurnNames(world::TurnId id) : turn(world::to_text(id)) {
  conversation = std::string_view(turn).substr(0, turn.rfind('.'));
  user = conversation.substr(0, conversation.find('.'));
}

void append_turn_headers(std::string& head, const LoadClass& load_class, std::string_view turn,
                         std::uint32_t sending, std::string_view key) {
  head += "x-request-id: ";
  head += turn;
  if (sending > 0) {
    head += '~';
    world::append_integer(head, sending);
  }
  head += "\r\n";
  if (!key.empty()) {
    head += "idempotency-key: ";
    head += key;
    head += "\r\n";
  }
  if (load_class.deadline > world::Nanos{0}) {
    head += "x-request-timeout-ms: ";
    world::append_integer(head, load_class.deadline.count() / 1'000'000);
    head += "\r\n";
  }
}

void append_wishes(std::string& body, const LoadClass& load_class) {
  if (!load_class.degraded) body += R"(,"agentcore":{"allow_degraded":false})";
  if (!load_class.tier) return;
  body += R"(,"service_tier":")";
  for (const auto& choice : choices(Tier{})) {
    if (choice.value == *load_class.tier) body += choice.name;
  }
  body += '"';
}

}  // namespace harness
