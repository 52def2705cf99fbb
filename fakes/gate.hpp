// Gate: closes and opens a backend's port as its connection faults (refuse, black_hole) say. At
// each edge of a window it sets the listener's admission and tells who must strike what is
// connected. A fault with a probability cannot close the port for some only: the backend accepts
// then, and strikes the connection at once. One clock; lives as long as the backend.
#pragma once

#include <functional>
#include <vector>

#include "fakes/fault_schedule.hpp"
#include "world/network.hpp"

namespace fakes {

class Gate {
 public:
  using OnClose = std::function<void(const Fault&)>;  // a window has opened: the port is closed now

  Gate(world::Clock& clock, FaultSchedule& faults, std::string_view backend, OnClose on_close);

  // Keeps the gate of this listener until cancelled. Attempts that were turned away are counted as
  // firings when a window ends and when the gate does; in live only as far as the kernel tells (see
  // Listener::turned_away).
  world::Task<void> keep(world::Listener& listener);

 private:
  void follow(world::Listener& listener);
  void count_turned_away(world::Listener& listener);

  world::Clock& clock_;
  FaultSchedule& faults_;
  OnClose on_close_;
  std::vector<const Fault*> certain_;  // those of probability 1
  std::vector<world::Instant> edges_;  // in order
  const Fault* active_ = nullptr;
  std::uint64_t counted_ = 0;
};

}  // namespace fakes
