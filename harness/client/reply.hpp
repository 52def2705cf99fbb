// What the client saw of one answer, for the oracles: its text and how its stream ended.
#pragma once

#include <cstdint>
#include <string>

namespace harness {

struct Reply {
  std::string text;                 // bounded by client.response_bytes_max
  std::uint32_t terminals = 0;      // terminal events of a stream ([DONE])
  std::uint32_t after_terminal = 0; // events with content behind the terminal one
};

}  // namespace harness
