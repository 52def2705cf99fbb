// Which of a provider's rate limits a request met, and by how much: what its refusal tells. Plain
// data.
#pragma once

#include <cstdint>
#include <optional>

#include "world/units.hpp"

namespace fakes {

enum class LimitKind : std::uint8_t { requests, tokens, requests_day, concurrent };

struct LimitHit {
  LimitKind kind = LimitKind::requests;
  std::int64_t limit = 0;
  std::int64_t used = 0;
  std::int64_t requested = 0;
  // From now. Nothing when no wait is known to help: the request is larger than the limit, or it
  // is about requests at once.
  std::optional<world::Nanos> retry_after;
  bool too_large = false;  // for this limit, ever
};

}  // namespace fakes
