#include "fakes/schedule/course.hpp"

#include <algorithm>

namespace fakes {
namespace {

__extension__ typedef __int128 Wide;  // parts per million times nanoseconds

}  // namespace

std::uint32_t probability_at(const Fault& fault, world::Instant now) {
  const Course& course = fault.course;
  if (course.shape == Course::Shape::constant) return fault.probability_ppm;
  const std::int64_t length = std::max<std::int64_t>(1, (course.end - fault.from).count());
  const std::int64_t passed = std::clamp<std::int64_t>((now - fault.from).count(), 0, length);
  if (course.shape == Course::Shape::steps) {
    const auto step = static_cast<std::size_t>(static_cast<Wide>(passed) *
                                               static_cast<Wide>(course.ppm.size()) / length);
    return course.ppm[std::min(step, course.ppm.size() - 1)];
  }
  const std::int64_t first = course.ppm.front(), last = course.ppm.back();
  return static_cast<std::uint32_t>(
      first + static_cast<std::int64_t>(static_cast<Wide>(last - first) * passed / length));
}

}  // namespace fakes
