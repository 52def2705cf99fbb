#include "fakes/shape.hpp"

#include <algorithm>

namespace fakes {

using world::Instant;
using world::Nanos;

std::size_t Shape::next_piece(std::size_t left) const {
  std::int64_t piece = std::min(static_cast<std::int64_t>(left), limit);
  if (slice > 0) {
    piece = std::min(piece, slice);
  } else if (bytes_per_second > 0) {
    const std::int64_t even = bytes_per_second / kPiecesPerSecond;
    piece = std::min(piece, std::clamp<std::int64_t>(even, 1, kPieceMax));
  }
  return static_cast<std::size_t>(piece);
}

Nanos Shape::time_of(std::int64_t bytes) const {
  constexpr __int128 kSecond = 1'000'000'000;
  if (bytes_per_second <= 0) return Nanos{0};
  return Nanos(static_cast<std::int64_t>(bytes * kSecond / bytes_per_second));
}

// A piece leaves as soon as the way is free, or earlier by what a burst may be ahead of the rate.
Instant Shape::leave(std::size_t piece, Instant due) {
  const auto bytes = static_cast<std::int64_t>(piece);
  if (limit != kNoLimit) limit -= bytes;
  free_ = std::max(free_, due);
  const Instant at = std::max(due, free_ - time_of(burst));
  free_ += std::max(gap, time_of(bytes));
  return at;
}

}  // namespace fakes
