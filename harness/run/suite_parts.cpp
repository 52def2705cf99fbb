#include "harness/run/suite_parts.hpp"

#include <algorithm>

#include "world/json_text.hpp"

namespace harness {

fakes::ServerConfig fakes_of(const Prepared& prepared) {
  fakes::ServerConfig config;
  config.backends = prepared.scenario.backends;
  config.faults = prepared.scenario.faults;
  config.seed = prepared.seed;
  return config;
}

std::string canary_key(std::uint64_t seed) {
  std::string key = "sk-canary-";
  world::append_hex(key, seed);
  return key;
}

std::vector<agent::Provider> providers_of(const Scenario& scenario, std::uint64_t seed,
                                          const std::map<std::string, world::Endpoint>& endpoints,
                                          const std::string& ca_pem) {
  std::vector<agent::Provider> providers;
  for (const auto& [name, endpoint] : endpoints) {
    agent::Provider provider{name, endpoint, {}, {}, canary_key(seed)};
    if (scenario.backends.at(name).tls) provider.tls = world::TlsClient{{}, true, ca_pem};
    providers.push_back(std::move(provider));
  }
  return providers;
}

namespace {
// Where it is written; of one that was not read from the file, the file.
Place place_of(const Scenario& scenario, std::size_t fault) {
  const bool known = fault < scenario.fault_places.size();
  return known ? scenario.fault_places[fault] : Place{scenario.file, 0, 0};
}
}  // namespace

std::vector<ScenarioError> sim_only(const Scenario& scenario) {
  std::vector<ScenarioError> errors;
  for (std::size_t i = 0; i < scenario.faults.size(); ++i) {
    const fakes::Fault& fault = scenario.faults[i];
    const fakes::FaultKind& kind = fakes::kind_of(fault.action);
    if (kind.in_live) continue;
    errors.push_back({place_of(scenario, i),
                      "`faults." + fault.id + "` is a fault of kind `" + std::string(kind.name) +
                          "`, which can fire in sim only"});
  }
  return errors;
}

std::vector<ScenarioError> live_only(const Scenario& scenario) {
  std::vector<ScenarioError> errors;
  for (std::size_t i = 0; i < scenario.faults.size(); ++i) {
    const fakes::FaultKind& kind = fakes::kind_of(scenario.faults[i].action);
    if (kind.in_sim) continue;
    errors.push_back({place_of(scenario, i),
                      "`faults." + scenario.faults[i].id + "` is a fault of kind `" +
                          std::string(kind.name) + "`, which can fire in live only"});
  }
  for (const AgentFault& fault : scenario.agent_faults) {
    const AgentFaultKind& kind = kind_of(fault.action);
    if (kind.in_sim) continue;
    errors.push_back({fault.place,
                      "`faults." + fault.id + "` is a fault of kind `" + std::string(kind.name) +
                          "`, which needs a real process: run it with --mode live"});
  }
  return errors;
}

std::vector<ScenarioError> cannot_run(const Scenario& scenario, Mode mode) {
  if (mode == Mode::live) return sim_only(scenario);
  std::vector<ScenarioError> errors = live_only(scenario);
  if (scenario.target.is_given()) {
    errors.push_back({Place{scenario.file, 0, 0},
                      "has a target, and a real target cannot be simulated; leave --mode sim out"});
  }
  return errors;
}

namespace {

reports::FaultResult planned(const Prepared& prepared, const fakes::Fault& fault) {
  reports::FaultResult result;
  result.id = fault.id;
  result.kind = fakes::kind_of(fault.action).name;
  result.on = fakes::targets_text(fault);
  result.begin = fault.from;
  result.end = std::min(fault.to, prepared.scenario.end());
  return result;
}

}  // namespace

std::vector<reports::FaultResult> fault_results(const Prepared& prepared,
                                                const fakes::FaultSchedule& schedule) {
  std::vector<reports::FaultResult> results;
  for (std::size_t i = 0; i < schedule.faults().size(); ++i) {
    results.push_back(planned(prepared, schedule.faults()[i]));
    results.back().fired = schedule.fired(i);
  }
  return results;
}

std::vector<reports::FaultResult> planned_faults(const Prepared& prepared) {
  std::vector<reports::FaultResult> results;
  for (const fakes::Fault& fault : prepared.scenario.faults) {
    results.push_back(planned(prepared, fault));
  }
  for (const AgentFault& fault : prepared.scenario.agent_faults) {
    reports::FaultResult result;
    result.id = fault.id;
    result.kind = kind_of(fault.action).name;
    result.on = "agent";
    result.begin = fault.from;
    result.end = std::min(healed_at(fault, prepared.scenario.end()), prepared.scenario.end());
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace harness
