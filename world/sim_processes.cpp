#include "world/sim_processes.hpp"

#include <array>

#include "world/signal.hpp"

namespace world {

namespace {
constexpr int kSigTerm = 15;
constexpr int kSigKill = 9;
}  // namespace

// Plays its script as one event that arms itself for the next step.
class SimChild final : public Child, private Event {
 public:
  SimChild(SimProcesses& processes, std::int64_t id, SimScript script, const Command& command)
      : processes_(processes),
        clock_(processes.clock_),
        id_(id),
        script_(std::move(script)),
        separate_(command.separate_errors),
        tail_(command.tail_bytes),
        ended_signal_(clock_),
        streams_{Stream(clock_), Stream(clock_)} {
    mark = 9;
    processes_.children_.emplace(id_, this);
    streams_[1].ended = !separate_;
    steps_ = script_.steps;
    exit_ = script_.exit;
    schedule();
  }
  ~SimChild() override {
    clock_.disarm(*this);
    processes_.children_.erase(id_);
  }

  std::int64_t id() const override { return id_; }
  std::string_view tail() const override { return tail_.view(); }

  Task<std::string> read_output(OutputOf of) override {
    Stream& from = streams_[of == OutputOf::out ? 0 : 1];
    while (from.bytes.empty() && !from.ended) co_await from.changed.wait();
    std::string bytes = std::move(from.bytes);
    from.bytes.clear();
    clock_.fold(hash_bytes(bytes.data(), bytes.size()));
    tail_.add(bytes);
    if (blocked_) {
      blocked_ = false;
      arm_after(Nanos(0));
    }
    co_return bytes;
  }

  Task<Exit> wait() override {
    while (!ended_) co_await ended_signal_.wait();
    co_return exit_;
  }

  bool signal(ProcessSignal signal) override {
    if (ended_) return false;
    clock_.fold(static_cast<std::uint64_t>(signal));
    switch (signal) {
      case ProcessSignal::kill: end_by(kSigKill); break;
      case ProcessSignal::stop: stop(); break;
      case ProcessSignal::cont: go_on(); break;
      case ProcessSignal::terminate:
        terminate_pending_ = true;
        if (!stopped_) take_terminate();
        break;
    }
    return true;
  }

 private:
  struct Stream {
    explicit Stream(Clock& clock) : changed(clock) {}
    std::string bytes;
    bool ended = false;
    Signal changed;
  };

  Stream& stream(OutputOf of) { return streams_[of == OutputOf::err && separate_ ? 1 : 0]; }

  // Arms for the next step, or for the end.
  void schedule() {
    if (step_ < steps_.size()) {
      arm_after(steps_[step_].after);
    } else if (finishing_ || script_.ends) {
      arm_after(finishing_ ? Nanos(0) : script_.end_after);
    }
  }

  void arm_after(Nanos delay) {
    if (stopped_) {
      left_ = delay;
    } else {
      due_ = clock_.now() + delay;
      clock_.arm(*this, due_);
    }
  }

  void fire() override {
    if (step_ == steps_.size()) {
      end();
      return;
    }
    SimStep& step = steps_[step_];
    Stream& to = stream(step.of);
    const std::size_t room = SimProcesses::kPipeBytes - to.bytes.size();
    const std::size_t n = std::min(room, step.output.size());
    to.bytes.append(step.output, 0, n);
    if (n > 0) to.changed.notify_one();
    if (n < step.output.size()) {
      step.output.erase(0, n);
      blocked_ = true;  // the pipe is full: goes on when somebody has read
      return;
    }
    ++step_;
    schedule();
  }

  void stop() {
    if (stopped_) return;
    stopped_ = true;
    left_.reset();
    if (!armed()) return;
    clock_.disarm(*this);
    left_ = std::max(Nanos(0), due_ - clock_.now());
  }

  void go_on() {
    if (!stopped_) return;
    stopped_ = false;
    if (left_) arm_after(*left_);
    left_.reset();
    if (terminate_pending_) take_terminate();
  }

  void take_terminate() {
    terminate_pending_ = false;
    switch (script_.on_terminate) {
      case SimScript::OnTerminate::dies: end_by(kSigTerm); break;
      case SimScript::OnTerminate::ignores: break;
      case SimScript::OnTerminate::finishes:
        if (finishing_) break;
        finishing_ = true;
        clock_.disarm(*this);
        blocked_ = false;
        steps_ = script_.last_steps;
        step_ = 0;
        exit_ = script_.last_exit;
        schedule();
        break;
    }
  }

  void end_by(int signal) {
    exit_ = Exit{0, signal};
    end();
  }

  void end() {
    clock_.disarm(*this);
    ended_ = true;
    blocked_ = false;
    for (Stream& s : streams_) {
      s.ended = true;
      s.changed.notify_all();
    }
    ended_signal_.notify_all();
  }

  SimProcesses& processes_;
  SimClock& clock_;
  std::int64_t id_;
  SimScript script_;
  bool separate_;
  Tail tail_;
  Signal ended_signal_;
  std::array<Stream, 2> streams_;
  std::vector<SimStep> steps_;
  std::size_t step_ = 0;
  Exit exit_;
  Instant due_ = Instant{};
  std::optional<Nanos> left_;  // of the step that a stop interrupted
  bool blocked_ = false;
  bool stopped_ = false;
  bool finishing_ = false;
  bool terminate_pending_ = false;
  bool ended_ = false;
};

void SimProcesses::kill_all() {
  for (const auto& [id, child] : children_) child->signal(ProcessSignal::kill);
}

Result<std::unique_ptr<Child>> SimProcesses::start(Command command) {
  ENSURE(!command.argv.empty(), "a command without a program");
  if (children_.size() >= running_max_) return Failure::unavailable;
  SimScript script;
  const auto found = scripts_.find(command.argv.front());
  if (found != scripts_.end()) {
    script = found->second;
  } else {
    script.steps.push_back({Nanos(0), cannot_run_line(command.argv.front(), kNotFound),
                            OutputOf::err});
    script.exit.code = kNotFound;
  }
  auto child = std::make_unique<SimChild>(*this, next_id_++, std::move(script), command);
  if (started_.size() < kStartedMax) started_.push_back(std::move(command));
  return Result<std::unique_ptr<Child>>(std::move(child));
}

}  // namespace world
