#include "world/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

namespace world {

// Not fcntl: those locks are of the process, and gone as soon as any descriptor of the file closes.
FileLock::FileLock(const std::string& path) {
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0) return;
  int failed = ::flock(descriptor_, LOCK_EX | LOCK_NB);
  while (failed != 0 && errno == EINTR) failed = ::flock(descriptor_, LOCK_EX | LOCK_NB);
  if (failed == 0) {
    state_ = State::held;
  } else if (errno == EWOULDBLOCK) {
    state_ = State::taken;
  }
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace world
