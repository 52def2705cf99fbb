// Segment: the part of a run's users that one process records, `i/n` on the command line. The
// segments of one run have every user exactly once between them. A plain value; any thread.
#pragma once

#include <cstdint>
#include <string>

namespace reports {

inline constexpr std::uint32_t kSegmentsMax = 1'000;

struct Segment {
  std::uint32_t index = 1;  // from 1
  std::uint32_t count = 1;  // 1: the whole run

  bool is_whole() const { return count == 1; }
  bool has(std::uint32_t user) const { return user % count == index - 1; }
  std::string text() const { return std::to_string(index) + "/" + std::to_string(count); }

  friend bool operator==(const Segment&, const Segment&) = default;
};

}  // namespace reports
