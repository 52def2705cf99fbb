// The page of a folder with several runs: index.html. Never over a file that is not ours. Reads and
// writes files; any thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "reports/suite_html.hpp"

namespace harness {

// A row for each run below a folder, linked relative to it. Throws FinishedRunError.
std::vector<reports::SuiteEntry> suite_of_folder(const std::string& folder);

// Writes index.html into the folder, and says where; of fewer than two runs there is none, and one
// of earlier runs is removed. Empty: there is none. Throws OutputError, also where an index.html
// is that of somebody else.
std::string write_suite_page(const std::string& folder,
                             std::span<const reports::SuiteEntry> entries);

}  // namespace harness
