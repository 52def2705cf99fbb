// Gate: keeps what stands before a backend's requests as its connection faults say: its name (dns),
// its port (refuse, black_hole), its handshakes (tls). At each edge of their windows, waves and
// Markov chains it sets the network and tells who must strike what is connected. A fault that
// strikes some only (a probability, a load, a limit) cannot close the port: the backend accepts
// then, and strikes the connection at once. One clock; lives as long as the backend.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "fakes/fault_schedule.hpp"
#include "world/network.hpp"
#include "world/signal.hpp"

namespace fakes {

class Gate final : private FaultsWatcher {
 public:
  using OnClose = std::function<void(const Fault&)>;  // it went on, and the network is set

  Gate(world::Clock& clock, world::Network& network, FaultSchedule& faults,
       std::string_view backend, OnClose on_close);
  ~Gate() override { faults_.unwatch(*this); }
  Gate(const Gate&) = delete;

  // Keeps the gate of this listener until cancelled. What the network has turned away or spoilt is
  // counted as firings when a fault goes off, when the gate ends, and when the schedule asks;
  // refused and dropped attempts in live only as far as the kernel tells (see
  // Listener::turned_away).
  world::Task<void> keep(world::Listener& listener);

 private:
  // What can go wrong independently of the rest; in each the first fault that applies wins.
  enum class Part { name, port, handshake };
  struct Shut {
    Part part;
    std::vector<const Fault*> faults;  // those that strike all who come
    const Fault* active = nullptr;
    std::uint64_t counted = 0;
  };
  static Part part_of(const Fault& fault);

  void settle_counts() override;
  void on_faults_changed() override;
  void find_certain();
  void follow(world::Listener& listener);
  void set(Part part, const Fault* fault, world::Listener& listener);
  std::uint64_t met(Part part) const;
  world::Instant next_edge();

  world::Clock& clock_;
  world::Network& network_;
  FaultSchedule& faults_;
  std::string backend_;
  OnClose on_close_;
  world::Signal changed_{clock_};
  std::array<Shut, 3> shut_{{{Part::name, {}}, {Part::port, {}}, {Part::handshake, {}}}};
  world::Listener* kept_ = nullptr;
};

}  // namespace fakes
