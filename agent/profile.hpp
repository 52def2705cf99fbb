// How the bundled core behaves, by name. A profile is a change to the configuration; all profiles
// share the code. One visible table; constant data; any thread.
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

extern const std::array<Profile, 1> kProfiles;

const Profile* find_profile(std::string_view name);  // null: there is none

}  // namespace agent
