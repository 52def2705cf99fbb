// ENSURE(condition, "sentence"): a bug check that is on in every build. It prints the sentence, the
// place, and the note that the program left (the seed and the command that reproduces the run),
// then aborts. For bugs only: whatever the outside can cause is a Failure or an exception.
#pragma once

#include <string>

namespace world {

// What a failed ENSURE prints besides its sentence; the harness sets it when a run begins.
void set_reproduce_note(std::string note);

[[noreturn]] void ensure_failed(const char* sentence, const char* file, int line);

}  // namespace world

#define ENSURE(condition, sentence)                                      \
  do {                                                                   \
    if (!(condition)) [[unlikely]]                                       \
      ::world::ensure_failed(sentence, __FILE__, __LINE__);              \
  } while (false)
