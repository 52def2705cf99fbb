// FileLock: a file beside what only one process may use, held as long as the object lives. The
// kernel gives it back when the process ends, however it ends; the file itself stays. Any thread.
#pragma once

#include <cstdint>
#include <string>

namespace world {

class FileLock {
 public:
  enum class State : std::uint8_t {
    held,
    taken,       // somebody else holds it
    impossible,  // the file cannot be made there
  };

  // Does not wait. The file is made if it is not there.
  explicit FileLock(const std::string& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  State state() const { return state_; }

 private:
  int descriptor_ = -1;
  State state_ = State::impossible;
};

}  // namespace world
