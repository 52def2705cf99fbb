#include "world/interrupt.hpp"

#include <signal.h>
#include <unistd.h>

#include <atomic>

namespace world {

namespace {
std::atomic<bool> caught{false};
std::atomic<bool> caught_ctrl_c{false};
static_assert(std::atomic<bool>::is_always_lock_free, "used in a signal handler");

void on_signal(int number) {
  if (number == SIGINT && caught_ctrl_c.exchange(true)) ::_exit(kInterruptedExitCode);
  caught.store(true);
}
}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  // A write over the file size limit then fails with EFBIG, which the caller reports, as a full
  // disk.
  ::signal(SIGXFSZ, SIG_IGN);
}

bool interrupted() { return caught.load(); }

void interrupt() { caught.store(true); }

void forget_interrupts() {
  caught.store(false);
  caught_ctrl_c.store(false);
}

}  // namespace world
