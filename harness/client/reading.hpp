// What the clients of all APIs do alike: put into the operation and the reply how an exchange ended
// and what was read of it. Bounded by the reply's limits. Pure but for what it is handed; any
// thread.
#pragma once

#include <string>
#include <string_view>

#include "harness/client/reply.hpp"
#include "harness/scenario/scenario.hpp"
#include "reports/operation.hpp"
#include "world/http_client.hpp"

namespace harness {

reports::Failure failure_of(world::Failure failure);

// These return true, as the clients' tasks do when the exchange has ended.
bool fail(reports::Operation& op, reports::Failure failure);
bool succeed(reports::Operation& op);

// A status other than 2xx: 429 is `rate_limited`.
bool fail_by_status(reports::Operation& op, int status);

bool only_blanks(std::string_view text);

// The whole text stands there twice, one behind the other, with at most one byte between the two.
// Shorter texts than 64 bytes may well say the same twice.
bool stands_twice(std::string_view text);

void keep_error(Reply& reply, std::string body);
void keep_notice(Reply& reply, QueueNotice notice, world::Instant now);
void keep_id(Reply& reply, std::string id);

// Puts pieces of a stream's text together, and notes when they came.
class PieceTaker {
 public:
  explicit PieceTaker(std::size_t text_bytes_max) : text_bytes_max_(text_bytes_max) {}

  // False when the text would grow beyond the bound.
  bool take(std::string_view piece, world::Instant now, reports::Operation& op, Reply& reply);

 private:
  std::size_t text_bytes_max_;
  world::Instant last_ = world::kNever;
};

// "u17.s2.t5" and its parts.
struct TurnNames {
  explicit TurnNames(world::TurnId turn);
  std::string turn;
  std::string_view conversation;  // of `turn`, which it must not outlive
  std::string_view user;
  TurnNames(const TurnNames&) = delete;
};

// The fields of a request's head that the class or the sending ask for, each with its line end:
// x-request-id (u17.s2.t5, and u17.s2.t5~n of a further sending), Idempotency-Key,
// X-Request-Timeout-Ms.
void append_turn_headers(std::string& head, const LoadClass& load_class, std::string_view turn,
                         std::uint32_t sending, std::string_view key);

// `,"agentcore":{"allow_degraded":false},"service_tier":"flex"`, or what of it is wished for.
void append_wishes(std::string& body, const LoadClass& load_class);

}  // namespace harness
