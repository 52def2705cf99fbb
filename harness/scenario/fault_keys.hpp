// The keys of a fault: which there are, and the reading of one fault out of a map. A scenario's
// list and a line of the command line go the same way, so that a key has one meaning. For the
// loader only.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "harness/scenario/sections.hpp"

namespace harness {

// The keys that every fault may have, beside the one that names its action.
extern const std::vector<std::string> kFaultKeys;

// Faults of the agent itself (agent_fault.hpp): whether it is one, its kinds with their parameters,
// and the reading of one, as read_fault does.
bool is_on_agent(const YamlNode& fault);
std::vector<KindForm> agent_fault_forms();
void read_agent_fault(Loading& loading, const YamlNode& node, const std::string& path,
                      std::set<std::string>& ids);

// The key `id` of a fault, which joins `ids`.
void read_fault_id(Loading& loading, const YamlNode& node, const std::string& path,
                   std::set<std::string>& ids, std::string& id);

// The kinds of fault, in the order of fakes::kFaultKinds, with their parameters.
std::vector<KindForm> fault_action_forms();

// The keys of faults whose values are maps of fields of ours, with these fields.
std::vector<KindForm> fault_map_forms();

// Adds the fault to the scenario; what is wrong goes to the errors. The id joins `ids`.
void read_fault(Loading& loading, const YamlNode& node, const std::string& path,
                std::set<std::string>& ids);

// The conditions: all keys but `id`, `on`, `at` and the action, which have been read (the action
// only if it was a good one). `end` is that of the window as it is written, or of the plan; kNever
// when neither has one.
void read_fault_conditions(Loading& loading, const YamlNode& node, const std::string& path,
                           world::Instant end, bool has_action, fakes::Fault& fault);

}  // namespace harness
