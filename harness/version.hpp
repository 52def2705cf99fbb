// Which build this is.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace harness {

std::string_view version();  // "0.1.0"
std::string_view compiler();
std::string_view build_type();
std::string_view commit();   // when it was configured; empty: not known

std::string version_text();  // lines, the first "shakedown 0.1.0 (g++ 12.2.0, Release)"
nlohmann::ordered_json version_json();

}  // namespace harness
