// SimProcesses: programs are scripts that play in virtual time: output after a delay, an end or
// none, and what they do when they are asked to terminate. A full pipe, a stop and a continue hold
// a script up as they do a real process. One clock, one thread.
#pragma once

#include <map>
#include <optional>

#include "world/processes.hpp"
#include "world/sim_clock.hpp"

namespace world {

class SimChild;

struct SimStep {
  Nanos after{0};  // since the step before
  std::string output;
  OutputOf of = OutputOf::out;
};

struct SimScript {
  std::vector<SimStep> steps;
  bool ends = true;  // false: after its steps it runs until it is signalled
  Nanos end_after{0};
  Exit exit;

  enum class OnTerminate : std::uint8_t {
    dies,      // as a program without a handler
    ignores,
    finishes,  // plays `last_steps` instead of what it was doing, then ends with `last_exit`
  };
  OnTerminate on_terminate = OnTerminate::dies;
  std::vector<SimStep> last_steps;
  Exit last_exit;
};

class SimProcesses final : public Processes {
 public:
  explicit SimProcesses(SimClock& clock, std::size_t running_max = 1'024)
      : clock_(clock), running_max_(running_max) {}
  ~SimProcesses() override { ENSURE(children_.empty(), "processes died before their children"); }

  // What a program does from now on, by argv[0]. Any other argv[0] is not found (127).
  void install(std::string program, SimScript script) {
    scripts_[std::move(program)] = std::move(script);
  }

  Result<std::unique_ptr<Child>> start(Command command) override;

  // The commands that were started, oldest first: what the simulated machine was asked to do.
  const std::vector<Command>& started() const { return started_; }

  // Every child that runs ends at this instant by KILL, as when the process that started them dies.
  void kill_all();

  static constexpr std::size_t kPipeBytes = 65'536;

 private:
  friend class SimChild;
  static constexpr std::int64_t kFirstId = 1'000;
  static constexpr std::size_t kStartedMax = 100'000;  // later ones are not kept in started()

  SimClock& clock_;
  std::size_t running_max_;
  std::int64_t next_id_ = kFirstId;
  std::map<std::string, SimScript> scripts_;
  std::map<std::int64_t, SimChild*> children_;  // by id: those that exist
  std::vector<Command> started_;
};

}  // namespace world
