// Manual pages, for `man shakedown` and `man shakedown-run`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/manual/pages.hpp"

namespace harness {

// The page of a command; the first of them, of the program, lists the others.
std::string man_page(const CommandPage& page, const std::vector<CommandPage>& pages,
                     std::string_view version);
std::string man_name(const CommandPage& page);  // "shakedown-run"

}  // namespace harness
