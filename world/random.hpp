// Keyed draws: a value is a pure function of (seed, purpose, entity, ordinal), never of the order
// in which draws are made. So request 3 of user u meets the same fate in sim and live, whatever
// else happens, and removing one decision moves no other. Immutable; any thread; the same in both
// worlds.
#pragma once

#include <cstdint>
#include <string_view>

namespace world {

// What a draw is for. Two purposes give independent streams.
struct Purpose {
  std::uint64_t id;
  consteval explicit Purpose(std::string_view name) : id(14695981039346656037ULL) {
    for (char c : name) id = (id ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
};

// FNV-1a of text, for entities that have names (users, backends). Stable for ever.
constexpr std::uint64_t entity_of(std::string_view name) {
  std::uint64_t h = 14695981039346656037ULL;
  for (char c : name) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return h;
}

class Random {
 public:
  explicit constexpr Random(std::uint64_t seed) : seed_(seed) {}

  // 64 uniform bits (SipHash-2-4 of the key under the seed).
  std::uint64_t bits(Purpose purpose, std::uint64_t entity, std::uint64_t ordinal) const;

  // Uniform in [0, n), n > 0: the high half of a 128-bit product; bias below n / 2^64.
  std::uint64_t below(std::uint64_t n, Purpose purpose, std::uint64_t entity,
                      std::uint64_t ordinal) const;

  // True with probability parts_per_million / 1e6.
  bool chance(std::uint32_t parts_per_million, Purpose purpose, std::uint64_t entity,
              std::uint64_t ordinal) const;

  std::uint64_t seed() const { return seed_; }

 private:
  std::uint64_t seed_;
};

}  // namespace world
