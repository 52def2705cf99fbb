// What both modes build a run from: the fakes and the providers of a scenario, and what is said of
// its faults at the end.
#pragma once

#include "agent/providers/provider_client.hpp"
#include "fakes/server.hpp"
#include "harness/run/prepared.hpp"
#include "harness/run/run.hpp"
#include "harness/scenario/errors.hpp"
#include "reports/run_record.hpp"

namespace harness {

// The fake backends of the scenario; where they listen is the caller's to say.
fakes::ServerConfig fakes_of(const Prepared& prepared);

// The same backends as the agent core's providers, tool servers included, each with the run's key;
// the authority is trusted where they serve https.
std::vector<agent::Provider> providers_of(const Scenario& scenario, std::uint64_t seed,
                                          const std::map<std::string, world::Endpoint>& endpoints,
                                          const std::string& ca_pem);

// The key of the core's account with every provider of a run: a secret that must show up nowhere.
std::string canary_key(std::uint64_t seed);

// The scenario's faults that cannot fire in live, each with a sentence.
std::vector<ScenarioError> sim_only(const Scenario& scenario);

// The scenario's faults that cannot strike in sim, each with a sentence.
std::vector<ScenarioError> live_only(const Scenario& scenario);

// Why the scenario cannot be run in a mode; empty: it can.
std::vector<ScenarioError> cannot_run(const Scenario& scenario, Mode mode);

// The faults that the scenario plans, of the agent too, before anything has fired.
std::vector<reports::FaultResult> planned_faults(const Prepared& prepared);
// The same with how often each fired.
std::vector<reports::FaultResult> fault_results(const Prepared& prepared,
                                                const fakes::FaultSchedule& schedule);

}  // namespace harness
