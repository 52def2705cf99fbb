// How the bytes of an answer leave when the way is narrow: in small pieces, at a limited rate, and
// not beyond a limit. Every piece has its own instant, counted from when the bytes were due, so a
// late piece delays no later one. A value in an Exchange; one clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "world/units.hpp"

namespace fakes {

class Shape {
 public:
  static constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

  std::int64_t bytes_per_second = 0;  // 0: no limit of the rate
  std::int64_t burst = 0;             // bytes that may leave at once after a pause
  std::int64_t slice = 0;             // bytes of a piece; 0: as many as there are
  world::Nanos gap{0};                // between pieces
  std::int64_t limit = kNoLimit;      // bytes of this answer; then no more can leave
  bool only_head = false;             // the body leaves as if there were no shape

  // How many of so many bytes leave together next; 0: the limit is reached.
  std::size_t next_piece(std::size_t left) const;

  // When a piece of bytes that were due at an instant leaves. Once for each piece.
  world::Instant leave(std::size_t piece, world::Instant due);

 private:
  world::Nanos time_of(std::int64_t bytes) const;  // at the rate

  static constexpr std::int64_t kPieceMax = 16'384;
  static constexpr std::int64_t kPiecesPerSecond = 100;  // when only a rate is given

  world::Instant free_{};  // when the way has taken what left before
};

}  // namespace fakes
