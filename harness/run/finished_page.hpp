// Pages of finished runs, from their folders: what the report of one shows, and the page of a
// folder with several. Reads files; any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "reports/run_record.hpp"
#include "reports/suite_html.hpp"

namespace harness {

// The result as it was written, with what it was made from beside it. Throws FinishedRunError.
reports::RunRecord read_whole_run(const std::string& folder);

// What its page shows; environment.json may be missing. Throws FinishedRunError.
nlohmann::ordered_json page_of_run(const std::string& folder);

// A row for each run below a folder, linked relative to it. Throws FinishedRunError.
std::vector<reports::SuiteEntry> suite_of_folder(const std::string& folder);

// Writes index.html into the folder. Throws OutputError.
void write_suite_page(const std::string& folder, std::span<const reports::SuiteEntry> entries);

}  // namespace harness
