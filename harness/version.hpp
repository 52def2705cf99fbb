// Which build this is.
#pragma once

#include <string_view>

namespace harness {

std::string_view version();       // "0.1.0"
std::string_view version_text();  // with compiler and build type, for --version
std::string_view compiler();
std::string_view build_type();

}  // namespace harness
