// Which fault, if any, strikes a connection or a request. A decision is a keyed draw on (seed,
// fault id or fate, entity, ordinal), never on the order of arrival (but for `load` and `limit`,
// which mean it), so sim and live decide alike. The first fault in order that applies wins. One
// schedule per run; not thread-safe: fakes on several threads own a copy each and add up counts.
// Faults may come and go during a run; a row stays for good, so that its address and its index do.
#pragma once

#include <deque>
#include <vector>

#include "fakes/schedule/load_switch.hpp"
#include "fakes/schedule/request_facts.hpp"
#include "fakes/schedule/rhythm.hpp"

namespace fakes {

// Told of changes by a schedule: the gates, which sleep until the next edge that they know of.
class FaultsWatcher {
 public:
  virtual ~FaultsWatcher() = default;
  virtual void settle_counts() = 0;      // count_fired() for what was struck and not counted yet
  virtual void on_faults_changed() = 0;  // other faults are in force than before
};

class FaultSchedule {
 public:
  static constexpr std::size_t kRowsMax = 10'000;  // faults ever, those that have ended included

  // The ids must differ.
  FaultSchedule(std::vector<Fault> faults, world::Random random);

  // The fault that strikes a request, or null; counted as fired. Connection faults are not asked.
  const Fault* decide(world::Instant now, const RequestFacts& request);

  // The same for a connection: asked when one is attempted (sim) or accepted (live), and again when
  // an idle one is reused, with the ordinal of that connection at its backend, and how many other
  // requests are in flight there.
  const Fault* decide_connection(world::Instant now, std::string_view backend,
                                 std::uint64_t connection, std::int64_t others = 0);

  // Nothing to ask decide() for, so that a fake need not gather the facts.
  bool spares_requests() const { return requests_.empty(); }

  // Connection faults in force on a backend, in order: a fake closes its port and drops established
  // connections when one goes on, and listens again when it goes off.
  std::vector<const Fault*> connection_faults(std::string_view backend) const;

  // By time alone: its window, wave and Markov chain.
  bool on(const Fault& fault, world::Instant now);
  // The first instant after now at which that may change; kNever when it stays.
  world::Instant next_edge(const Fault& fault, world::Instant now);

  // Each fault with how often it fired: those of the scenario in file order, then those added.
  const std::deque<Fault>& faults() const { return faults_; }
  std::uint64_t fired(std::size_t index) const { return states_[index].fired; }
  // For a fault that a fake carries out without asking, as refusing by a closed port.
  void count_fired(const Fault& fault);

  // What a control interface needs at run time. A fault that is taken out strikes nothing more;
  // its row stays, with its window ended at that instant.
  bool ended(std::size_t index) const { return states_[index].ended; }
  const Fault* find(std::string_view id) const;  // in force; null: none
  bool add(Fault fault);                         // false: the id is in force, or no row is left
  bool remove(std::string_view id, world::Instant now);  // false: not in force
  // All that are in force end, and these begin. False and no change: ids twice, or no rows left.
  bool replace(std::vector<Fault> faults, world::Instant now);
  void settle_counts();  // fired() is up to date after it, also where a port is closed
  void reset_counts();   // of all rows; a `limit` begins anew

  void watch(FaultsWatcher& watcher) { watchers_.list.push_back(&watcher); }
  void unwatch(FaultsWatcher& watcher) { std::erase(watchers_.list, &watcher); }

 private:
  struct State {
    std::uint64_t name = 0;  // of the fault's id or fate, for draws
    Rhythm rhythm;
    LoadSwitch load;
    std::uint64_t fired = 0;
    bool ended = false;
  };
  struct Watchers {  // of this schedule, not of its copies
    Watchers() = default;
    Watchers(const Watchers&) {}
    Watchers& operator=(const Watchers&) { return *this; }
    std::vector<FaultsWatcher*> list;
  };

  void append(Fault fault);
  void end(std::size_t row, world::Instant now);
  void sort_out();  // which rows are in force, then tells the watchers
  void follow_load(std::string_view backend, std::int64_t others);
  bool applies(std::size_t row, world::Instant now, std::string_view backend);
  bool draws(std::size_t row, world::Instant now, std::string_view backend, std::uint64_t entity,
             std::uint64_t ordinal) const;

  std::deque<Fault> faults_;  // never erased: requests and gates hold addresses
  std::deque<State> states_;  // of the same rows
  std::vector<std::size_t> requests_, connections_, loads_;  // rows in force: their indices
  Watchers watchers_;
  world::Random random_;
};

}  // namespace fakes
