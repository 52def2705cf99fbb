// Recovery: background requests that wait until a provider can be asked again. They go ahead in the
// order in which they came, each once, and not all at the instant of the recovery: while a breaker
// is half-open one at a time (it is the probe), and then so many at once as a ramp over `ramp`
// allows, never more than their share of the capacity. One clock; outlives its tickets.
#pragma once

#include <functional>
#include <map>

#include "agent/providers/chain_config.hpp"
#include "world/clock.hpp"
#include "world/signal.hpp"

namespace agent {

class Recovery {
 public:
  static constexpr std::size_t kWaitingMax = 100'000;  // more are told so at once

  // A place in the line, and then at work until it dies.
  class Ticket {
   public:
    explicit Ticket(Recovery& recovery);
    ~Ticket();
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;

    bool working() const { return working_; }  // it has waited, and was called

   private:
    friend class Recovery;
    Recovery& recovery_;
    const std::uint64_t number_;
    world::Signal called_;
    bool working_ = false;
  };

  // `usable_in` says when a provider can be asked: zero now, Nanos::max() never.
  Recovery(world::Clock& clock, const ChainConfig& config, std::function<world::Nanos()> usable_in);

  // Completes when it is this ticket's turn; false at the deadline, or when the line is too long. A
  // ticket that went ahead and failed waits again at its old place.
  world::Task<bool> wait(Ticket& ticket, world::Instant deadline);

  void began() { well_since_ = clock_.now(); }  // a breaker has closed: the ramp begins
  void look_again();                            // something ended: it may be somebody's turn
  std::size_t waiting() const { return line_.size(); }
  std::size_t working() const { return working_; }

  // How many may be at work now.
  std::size_t places() const;

 private:
  bool is_turn_of(const Ticket& ticket);

  world::Clock& clock_;
  const ChainConfig& config_;
  const std::function<world::Nanos()> usable_in_;
  std::map<std::uint64_t, Ticket*> line_;
  std::uint64_t tickets_ = 0;
  std::size_t working_ = 0;
  world::Instant well_since_{};
};

}  // namespace agent
