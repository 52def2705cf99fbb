// Scripts that complete the command line in a shell: commands, options, values, files. Written anew
// from the pages each time that they are asked for.
#pragma once

#include <string>
#include <vector>

#include "harness/manual/pages.hpp"

namespace harness {

std::string bash_completion(const std::vector<CommandPage>& pages);
std::string zsh_completion(const std::vector<CommandPage>& pages);
std::string fish_completion(const std::vector<CommandPage>& pages);

}  // namespace harness
