// Where the sources and the binary under test lie. Known to one source file alone, so that every
// other object is the same in every clone, and a compiler cache can serve it.
#pragma once

#include <string>

std::string source_dir();        // the project's root, without a slash at its end
std::string shakedown_binary();  // the binary that was built beside the tests
