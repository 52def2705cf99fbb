#include "world/interrupt.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>

namespace world {

namespace {
std::atomic<bool> caught{false};
std::atomic<bool> caught_ctrl_c{false};
static_assert(std::atomic<bool>::is_always_lock_free, "used in a signal handler");

std::array<std::atomic<int>, kGroupsRemembered> groups{};
static_assert(std::atomic<int>::is_always_lock_free, "used in a signal handler");

void on_signal(int number) {
  if (number == SIGINT && caught_ctrl_c.exchange(true)) {
    for (const std::atomic<int>& group : groups) {
      if (group.load() > 0) ::kill(-group.load(), SIGKILL);
    }
    ::_exit(kInterruptedExitCode);
  }
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

void remember_group(int group) {
  for (std::atomic<int>& place : groups) {
    int none = 0;
    if (place.compare_exchange_strong(none, group)) return;
  }
}

void forget_group(int group) {
  for (std::atomic<int>& place : groups) {
    int there = group;
    if (place.compare_exchange_strong(there, 0)) return;
  }
}

bool interrupted() { return caught.load(); }

void interrupt() { caught.store(true); }

void forget_interrupts() {
  caught.store(false);
  caught_ctrl_c.store(false);
}

}  // namespace world
