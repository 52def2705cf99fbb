// What `shakedown fake` serves, out of its options: the backends and faults of a file, or one
// backend for each dialect; the faults told on the command line; and what clients have to set.
// Errors are exceptions with all that is wrong.
#pragma once

#include <string>
#include <vector>

#include "fakes/server.hpp"

namespace harness {

struct FakeOptions {
  std::string config;  // a file; empty: a backend for each dialect
  std::string listen = "127.0.0.1:9000";
  std::vector<std::string> sets;
  std::vector<std::string> faults;  // one line each
  std::uint64_t seed = 1;
  bool own_ports = false;
};

fakes::ServerConfig fake_setup(const FakeOptions& options);

// One more fault beside those in force, as a control request tells it: live, for these backends.
fakes::Fault read_live_fault(const std::string& line, const fakes::ServerConfig& config,
                             const std::vector<fakes::Fault>& others);

// "openai: OPENAI_BASE_URL=http://127.0.0.1:9000/v1", a line for each backend; with the backend's
// name in its path where requests without it would reach another one. Throws std::runtime_error
// when they would even so.
std::vector<std::string> base_url_lines(const fakes::Server& server);

}  // namespace harness
