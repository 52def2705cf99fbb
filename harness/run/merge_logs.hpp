// The logs of a run out of those of its segments: lines in order of time, a line of each file at a
// time in memory. What cannot be read, or is not a log, is said with file and line. One thread.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <stdexcept>
#include <string>
#include <vector>

#include "reports/writers.hpp"

namespace harness {

struct LogError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline constexpr std::size_t kLogLineMax = 1 << 20;  // bytes

// Merges by the number behind `"key":` (seconds) of each line. Lines of one file keep their order,
// also where its time goes back; equal times go in the order of the files. Throws LogError.
void merge_logs(const std::vector<std::string>& files, const std::string& key,
                const reports::Sink& sink);

// The first place at which two texts differ, as a sentence with line and byte; empty when they are
// the same bytes. Of files it throws LogError when one cannot be read.
std::string first_difference_of(std::istream& one, std::istream& other);
std::string first_difference_of_files(const std::string& one, const std::string& other);

}  // namespace harness
