// Gate: keeps what stands before a backend's requests as its connection faults say: its name (dns),
// its port (refuse, black_hole), its handshakes (tls). At each edge of a window it sets the network
// and tells who must strike what is connected. A fault with a probability cannot close the port for
// some only: the backend accepts then, and strikes the connection at once. One clock; lives as long
// as the backend.
#pragma once

#include <array>
#include <functional>
#include <vector>

#include "fakes/fault_schedule.hpp"
#include "world/network.hpp"

namespace fakes {

class Gate {
 public:
  using OnOpen = std::function<void(const Fault&)>;  // a window has opened, and the network is set

  Gate(world::Clock& clock, world::Network& network, FaultSchedule& faults,
       std::string_view backend, OnOpen on_open);

  // Keeps the gate of this listener until cancelled. What the network says that it has turned away
  // or spoilt is counted as firings when a window ends and when the gate does; refused and dropped
  // attempts in live only as far as the kernel tells (see Listener::turned_away).
  world::Task<void> keep(world::Listener& listener);

 private:
  // What can go wrong independently of the rest; in each the first fault that applies wins.
  enum class Part { name, port, handshake };
  struct Kept {
    Part part;
    std::vector<const Fault*> faults;  // those of probability 1
    const Fault* active = nullptr;
    std::uint64_t counted = 0;
  };
  static Part part_of(const Fault& fault);

  void follow(world::Listener& listener);
  void set(Part part, const Fault* fault, world::Listener& listener);
  std::uint64_t met(Part part, world::Listener& listener) const;
  void count(Kept& kept, world::Listener& listener);

  world::Clock& clock_;
  world::Network& network_;
  FaultSchedule& faults_;
  OnOpen on_open_;
  std::array<Kept, 3> kept_{{{Part::name, {}}, {Part::port, {}}, {Part::handshake, {}}}};
  std::vector<world::Instant> edges_;  // in order
};

}  // namespace fakes
