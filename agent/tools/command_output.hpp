// CommandOutput: what a command has printed, in bounded memory: its beginning and its end, how much
// it was, its last line, and how far it says to have come. Bytes of any kind. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "world/processes.hpp"

namespace agent {

class CommandOutput {
 public:
  // Keeps so many bytes, half of them from the beginning.
  explicit CommandOutput(std::size_t bytes_max);

  void add(std::string_view bytes);

  std::int64_t bytes() const { return bytes_; }  // of all that was added
  bool truncated() const;
  // What was kept; where something is missing, a line says how much.
  std::string text() const;

  // The line that was printed last and is not empty, as far as it is there; at most kLineBytesMax.
  std::string_view last_line() const { return line_.empty() ? last_line_ : line_; }

  // The largest NN% that any line said, so that it never falls; negative: none did.
  int percent() const { return percent_; }

  static constexpr std::size_t kLineBytesMax = 1'024;

 private:
  void extend_line(std::string_view more);
  void end_line();

  std::size_t head_max_;
  std::string head_;
  world::Tail tail_;
  std::int64_t bytes_ = 0;
  std::string line_;  // the one that has not ended
  std::string last_line_;
  int percent_ = -1;
};

// The last percentage up to 100 in a line; negative: there is none.
int percent_in(std::string_view line);

}  // namespace agent
