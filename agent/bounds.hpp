// Bounds that several configurations of the core share.
#pragma once

#include <cstdint>

namespace agent {

inline constexpr std::int64_t kDay = 86'400'000'000'000;  // ns

}  // namespace agent
