// The files in the folder of a finished run, read back. An error says which file, what is wrong and
// what to do. Reads files; any thread.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <stdexcept>
#include <string>

#include "reports/run_record.hpp"

namespace harness {

// Which file, what is wrong, what to do.
struct FinishedRunError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A file of at most so many bytes. Throws FinishedRunError.
std::string read_run_file(const std::string& path, std::size_t bytes_max);

// result.json, without what it was made from. Throws FinishedRunError.
reports::RunRecord read_result_of(const std::string& folder);

// measurements.json. Throws FinishedRunError.
std::shared_ptr<const reports::Measurements> read_measurements_of(const std::string& folder);

// The two together: all that a report shows. Throws FinishedRunError.
reports::RunRecord read_whole_run(const std::string& folder);

// environment.json; an empty object when it cannot be read, as nothing is judged by it.
nlohmann::ordered_json read_environment_of(const std::string& folder);

}  // namespace harness
