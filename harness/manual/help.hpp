// `--help`: a page of a command as a terminal of 80 columns shows it.
#pragma once

#include <memory>
#include <string>

#include "harness/manual/pages.hpp"

namespace CLI {
class FormatterBase;
}

namespace harness {

std::string help_text(const CommandPage& page, const std::vector<CommandPage>& commands);

// Shows help_text() for whatever app CLI11 is asked to help with.
std::shared_ptr<CLI::FormatterBase> help_formatter();

}  // namespace harness
