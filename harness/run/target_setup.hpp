// What a target of the user's own is asked by and started with, worked out from its scenario and
// this machine: its address, TLS and headers, and the environment of its command. Values of
// ${NAME} are secrets: they stand in what is sent, and in nothing that is written. Reads the
// environment and the file of certificates; any thread.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/client/target_door.hpp"
#include "harness/scenario/errors.hpp"
#include "harness/scenario/scenario.hpp"

namespace harness {

// What is wrong with the target beside what the loader finds: addresses, names of backends, faults
// that cannot strike it.
std::vector<ScenarioError> target_errors(const Scenario& scenario);

// What this machine lacks for it: variables of the environment, the file of certificates.
std::vector<ScenarioError> target_lacks(const Scenario& scenario);

// The address, or the one that a command gets by default; {port} becomes the port.
std::string target_url_of(const Target& target, std::uint16_t port);

// Throws TargetError for what target_lacks() would tell.
TargetDoor target_door(const Target& target, std::uint16_t port);

struct EnvironmentPlace {
  std::map<std::string, world::Endpoint> backends;
  std::uint64_t seed = 0;
  std::uint16_t port = 0;
  std::string ca_file = {};  // whom backends of https are trusted by; empty: there are none
};

// Where each SDK's variable leads: the first backend that its provider's dialect is spoken by, or
// else the first of all, so that no request goes out into the world.
std::vector<std::pair<std::string, std::string>> target_environment(
    const Scenario& scenario, const EnvironmentPlace& place);

}  // namespace harness
