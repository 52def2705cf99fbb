#include "world/random.hpp"

namespace world {
namespace {

__extension__ typedef unsigned __int128 Wide;

constexpr std::uint64_t rotl(std::uint64_t x, int bits) { return (x << bits) | (x >> (64 - bits)); }

// SipHash-2-4 (Aumasson and Bernstein, 2012), for messages of whole 64-bit words.
struct SipHash {
  std::uint64_t v0, v1, v2, v3;

  constexpr SipHash(std::uint64_t k0, std::uint64_t k1)
      : v0(k0 ^ 0x736f6d6570736575ULL),
        v1(k1 ^ 0x646f72616e646f6dULL),
        v2(k0 ^ 0x6c7967656e657261ULL),
        v3(k1 ^ 0x7465646279746573ULL) {}

  constexpr void round() {
    v0 += v1;
    v1 = rotl(v1, 13) ^ v0;
    v0 = rotl(v0, 32);
    v2 += v3;
    v3 = rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = rotl(v1, 17) ^ v2;
    v2 = rotl(v2, 32);
  }

  constexpr void word(std::uint64_t m) {
    v3 ^= m;
    round();
    round();
    v0 ^= m;
  }

  constexpr std::uint64_t finish() {
    v2 ^= 0xff;
    for (int i = 0; i < 4; ++i) round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

// The second half of the key: only the first carries the seed.
constexpr std::uint64_t kKeyHigh = 0x7368616b65646f77ULL;  // "shakedow"

}  // namespace

std::uint64_t Random::bits(Purpose purpose, std::uint64_t entity, std::uint64_t ordinal) const {
  SipHash hash(seed_, kKeyHigh);
  hash.word(purpose.id);
  hash.word(entity);
  hash.word(ordinal);
  hash.word(std::uint64_t{24} << 56);  // the length of the message, as SipHash pads it
  return hash.finish();
}

std::uint64_t Random::below(std::uint64_t n, Purpose purpose, std::uint64_t entity,
                            std::uint64_t ordinal) const {
  return static_cast<std::uint64_t>(static_cast<Wide>(bits(purpose, entity, ordinal)) * n >> 64);
}

bool Random::chance(std::uint32_t parts_per_million, Purpose purpose, std::uint64_t entity,
                    std::uint64_t ordinal) const {
  return below(1'000'000, purpose, entity, ordinal) < parts_per_million;
}

}  // namespace world
