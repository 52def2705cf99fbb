#include "harness/client/keys.hpp"

#include "world/json_text.hpp"

namespace harness {

namespace {
constexpr std::uint32_t kHalf = 500'000;
}

bool has_key(const LoadClass& load_class, world::Random random, world::TurnId turn) {
  if (!load_class.idempotency) return false;
  const auto share = static_cast<std::uint32_t>(load_class.idempotency->share);
  return random.chance(share, world::Purpose("idempotency"), turn.key(), 0);
}

std::string key_of(const LoadClass& load_class, world::Random random, world::TurnId turn) {
  std::string key;
  if (!has_key(load_class, random, turn)) return key;
  world::append_hex(key, random.seed());
  key += '-';
  key += world::to_text(turn);
  return key;
}

bool copies_at_once(world::Random random, world::TurnId turn) {
  return random.chance(kHalf, world::Purpose("copies at once"), turn.key(), 0);
}

}  // namespace harness
