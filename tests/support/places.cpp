#include "tests/support/places.hpp"

std::string source_dir() { return SHAKEDOWN_SOURCE_DIR; }
std::string shakedown_binary() { return SHAKEDOWN_BINARY; }
