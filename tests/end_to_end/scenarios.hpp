// Small scenarios for the tests through the binary. Each takes milliseconds in sim and, at the time
// scale that its test gives, about two seconds live.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace end_to_end {

// Sound: 100 requests in 20 s, nothing breaks.
extern const std::string kSound;

// Every fault once, each in a window of its own; streamed and plain requests.
extern const std::string kEveryFault;

// One request a second for a very long time, in both modes.
extern const std::string kEndless;

// The text with one part replaced; the part must be there.
std::string replaced(std::string text, const std::string& what, const std::string& with);

nlohmann::json result_of(const std::string& run_folder);  // result.json, parsed

// planned = sent + dropped, sent = ok + error + timeout + cancelled + in flight.
void check_conservation(const nlohmann::json& result);

}  // namespace end_to_end
