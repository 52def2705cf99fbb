// CommandRequest: what the model wants to be run, read from the arguments of its call and checked:
// a list of words (there is no shell), whose first is a program that is allowed, and a time.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/tools/command_config.hpp"

namespace agent {

struct CommandRequest {
  std::vector<std::string> argv;
  world::Nanos timeout{0};

  static constexpr std::size_t kWordsMax = 64;
  static constexpr std::size_t kWordBytesMax = 4'096;
  static constexpr std::size_t kArgumentsBytesMax = 64 << 10;
};

// What is wrong with the arguments, as sentences for the model; empty: nothing.
std::string read_command(std::string_view arguments, const CommandConfig& config,
                         CommandRequest& request);

// The words of a command in one line, for people; no shell would read it.
std::string command_line(const std::vector<std::string>& argv);

}  // namespace agent
