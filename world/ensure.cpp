#include "world/ensure.hpp"

#include <cstdio>
#include <cstdlib>

namespace world {

namespace {
std::string& reproduce_note() {
  static std::string note;
  return note;
}
}  // namespace

void set_reproduce_note(std::string note) { reproduce_note() = std::move(note); }

void ensure_failed(const char* sentence, const char* file, int line) {
  std::fprintf(stderr, "shakedown: bug: %s (%s:%d)\n", sentence, file, line);
  if (!reproduce_note().empty()) std::fprintf(stderr, "reproduce: %s\n", reproduce_note().c_str());
  std::abort();
}

}  // namespace world
