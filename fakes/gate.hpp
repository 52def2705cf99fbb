// Gate: closes and opens a backend's port as its connection faults (refuse, black_hole) say. At
// each edge of their windows, waves and Markov chains it sets the listener's admission and tells
// who must strike what is connected. A fault that strikes some only (a probability, a load, a
// limit) cannot close the port: the backend accepts then, and strikes the connection at once.
// One clock; lives as long as the backend.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "fakes/fault_schedule.hpp"
#include "world/network.hpp"
#include "world/signal.hpp"

namespace fakes {

class Gate final : private FaultsWatcher {
 public:
  using OnClose = std::function<void(const Fault&)>;  // it went on: the port is closed now

  Gate(world::Clock& clock, FaultSchedule& faults, std::string_view backend, OnClose on_close);
  ~Gate() override { faults_.unwatch(*this); }
  Gate(const Gate&) = delete;

  // Keeps the gate of this listener until cancelled. Attempts that were turned away are counted as
  // firings when a fault goes off, when the gate ends, and when the schedule asks; in live only as
  // far as the kernel tells (see Listener::turned_away).
  world::Task<void> keep(world::Listener& listener);

 private:
  void settle_counts() override;
  void on_faults_changed() override;
  void find_certain();
  void follow(world::Listener& listener);
  world::Instant next_edge();

  world::Clock& clock_;
  FaultSchedule& faults_;
  std::string backend_;
  OnClose on_close_;
  world::Signal changed_{clock_};
  std::vector<const Fault*> certain_;  // those that close the port
  const Fault* active_ = nullptr;
  world::Listener* kept_ = nullptr;
  std::uint64_t counted_ = 0;
};

}  // namespace fakes
