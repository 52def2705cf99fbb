// What every fuzzer shares: its input as text, and cutting it into pieces. The first byte of an
// input for a splitting fuzzer is the seed of the cuts; the rest is what is parsed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "world/ensure.hpp"

namespace fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Pieces of 1 to 16 bytes, the same for the same seed.
class Cutter {
 public:
  explicit Cutter(std::uint8_t seed) : state_(seed + 1U) {}

  // Cuts the next piece off the front of `rest`, which must not be empty.
  std::string_view next(std::string_view& rest) {
    state_ = state_ * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
    const std::size_t size = std::min<std::size_t>(1 + (state_ >> 33) % 16, rest.size());
    const std::string_view piece = rest.substr(0, size);
    rest.remove_prefix(size);
    return piece;
  }

 private:
  std::uint64_t state_;
};

}  // namespace fuzz
