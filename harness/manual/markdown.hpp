// docs/commands/: a page for each command, and one that lists them.
#pragma once

#include <string>
#include <vector>

#include "harness/manual/pages.hpp"

namespace harness {

std::string markdown_page(const CommandPage& page);
std::string markdown_index(const std::vector<CommandPage>& pages);  // the program first

std::string in_a_cell(std::string text);  // of a table

}  // namespace harness
