#include "harness/run/suite_parts.hpp"

#include <algorithm>

namespace harness {

fakes::ServerConfig fakes_of(const Prepared& prepared) {
  fakes::ServerConfig config;
  config.backends = prepared.scenario.backends;
  config.faults = prepared.scenario.faults;
  config.seed = prepared.seed;
  return config;
}

std::vector<agent::Provider> providers_of(
    const std::map<std::string, world::Endpoint>& endpoints) {
  std::vector<agent::Provider> providers;
  for (const auto& [name, endpoint] : endpoints) providers.push_back({name, endpoint, {}});
  return providers;
}

std::vector<reports::FaultResult> fault_results(const Prepared& prepared,
                                                const fakes::FaultSchedule& schedule) {
  std::vector<reports::FaultResult> results;
  for (std::size_t i = 0; i < schedule.faults().size(); ++i) {
    const fakes::Fault& fault = schedule.faults()[i];
    reports::FaultResult result;
    result.id = fault.id;
    result.kind = fakes::kind_of(fault.action).name;
    result.on = fakes::targets_text(fault);
    result.begin = fault.from;
    result.end = std::min(fault.to, prepared.scenario.end());
    result.fired = schedule.fired(i);
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace harness
