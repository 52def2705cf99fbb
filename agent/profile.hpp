// How the bundled core behaves, by name: hardened, legacy, or a defect, which is hardened with one
// planted bug. A profile is a change to the configuration; all profiles share the code. One visible
// table; constant data; any thread.
#pragma once

#include <array>
#include <string_view>

#include "agent/config.hpp"

namespace agent {

struct Profile {
  std::string_view name;
  std::string_view doc;  // one line
  Config (*apply)(Config config);
};

inline constexpr std::size_t kProfileCount = 49;
extern const std::array<Profile, kProfileCount> kProfiles;

const Profile* find_profile(std::string_view name);  // null: there is none

}  // namespace agent
