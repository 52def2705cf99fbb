#include "harness/commands/colour.hpp"

#include <unistd.h>

#include <cstdlib>

namespace harness {

bool colour_wanted() {
  const char* no_color = std::getenv("NO_COLOR");
  return ::isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
}

}  // namespace harness
