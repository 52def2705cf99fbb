#include "agent/profile.hpp"

namespace agent {
namespace {

// The defaults of Config are this profile.
Config legacy(Config config) { return config; }

}  // namespace

const std::array<Profile, 1> kProfiles = {{
    {"legacy",
     "The naive core: retries on 503 only, one timeout, a hard limiter, no queue, no lock.",
     legacy},
}};

const Profile* find_profile(std::string_view name) {
  for (const Profile& profile : kProfiles) {
    if (profile.name == name) return &profile;
  }
  return nullptr;
}

}  // namespace agent
