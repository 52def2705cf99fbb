#include "world/ensure.hpp"

#include <cstdio>
#include <cstdlib>
#include <mutex>

namespace world {

namespace {
// A thread that runs a scenario has its own note; a thread beside one (the fakes) uses the last.
thread_local std::string own_note;
std::string last_note;
std::mutex last_note_mutex;
}  // namespace

void set_reproduce_note(std::string note) {
  own_note = note;
  const std::lock_guard<std::mutex> lock(last_note_mutex);
  last_note = std::move(note);
}

void ensure_failed(const char* sentence, const char* file, int line) {
  std::fprintf(stderr, "shakedown: bug: %s (%s:%d)\n", sentence, file, line);
  std::string note = own_note;
  if (note.empty()) {
    const std::lock_guard<std::mutex> lock(last_note_mutex);
    note = last_note;
  }
  if (!note.empty()) std::fprintf(stderr, "reproduce: %s\n", note.c_str());
  std::abort();
}

}  // namespace world
