// The versions of the libraries underneath: those that it was built with, or that it runs with
// where these are shared.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace world {

std::vector<std::pair<std::string, std::string>> library_versions();  // name, version

}  // namespace world
