// FairQueue: so many requests at the providers at once, so many of each user, and a bounded line
// for the rest: who is next decides TurnOrder (classes, users in turn, aging). Whoever waits can
// see a position and an estimate: what the scheduler would do, played ahead (Forecast), but no
// faster than the line has moved of late. When the line is full, the lower class makes room for the
// higher; who would be served too late is not served. One clock; must outlive its slots.
#pragma once

#include <map>
#include <string>

#include "agent/api/request.hpp"
#include "agent/defect.hpp"
#include "agent/queue/adaptive_limit.hpp"
#include "agent/queue/delay_watch.hpp"
#include "agent/queue/forecast.hpp"
#include "agent/queue/pace.hpp"
#include "agent/queue/queue_config.hpp"
#include "agent/queue/refusal.hpp"
#include "agent/queue/service_times.hpp"
#include "agent/queue/turn_wait.hpp"

namespace agent {

// What a request asks of the queue.
struct Wish {
  ServiceTier tier = ServiceTier::standard;
  world::Instant not_before{};  // until then it has a place and is not served: the user's pace
  world::Instant deadline = world::kNever;  // when nobody waits for the answer any longer
  std::int64_t bytes = 0;   // of memory, while it waits
  std::int64_t tokens = 0;  // estimated, of prompt and answer
  std::string id;           // what its user knows it by
};

class FairQueue {
 public:
  FairQueue(world::Clock& clock, const QueueConfig& config, Defect defect);
  ~FairQueue();
  FairQueue(const FairQueue&) = delete;
  FairQueue& operator=(const FairQueue&) = delete;

  // Where one who waits stands: position 1 is served next; eta is from now on. Where the position
  // has risen since the last tell(), the reason.
  struct Place {
    std::int64_t position = 0;
    world::Nanos eta{0};
    std::string_view reason{};
    friend bool operator==(const Place&, const Place&) = default;
  };

  // A request's slot, or its place in the line, from its construction on. Destroying it gives
  // either back and lets others in.
  class Slot {
   public:
    Slot(FairQueue& queue, std::string user, Wish wish = {});
    ~Slot();
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

    // Why it has no place: at once, or later, when wait() has ended with false.
    Refusal refusal() const { return refusal_; }
    bool refused() const { return refusal_ != Refusal::none; }
    bool holds() const { return wait_.granted(); }
    world::Task<bool> wait() { return wait_.wait(); }  // true: it holds the slot

    // `open_at`: until then the providers' breakers let nobody through, as far as is known.
    Place place(world::Instant open_at = {}) const { return queue_.place_of(*this, open_at); }
    // The same, for the user to hear: the next one that is higher than this has a reason.
    Place tell(world::Instant open_at = {});

    // Around each call to a provider: what its end says of the load is what the limit learns from.
    void begin_call();
    void end_call(Load load);
    // The work was done: how long it took tells of the next. (Who left early tells nothing.) The
    // load: of one who had no begin_call.
    void finish(Load load = Load::neutral);

   private:
    friend class FairQueue;
    FairQueue& queue_;
    const std::string user_;
    const Wish wish_;
    TurnWait wait_;
    world::Instant entered_at_{};
    world::Instant granted_at_{};
    std::uint64_t ordinal_ = 0;
    UserId user_id_ = kNobody;
    WaiterId waiter_ = kNobody;
    Refusal refusal_ = Refusal::none;
    world::Instant call_began_ = world::kNever;  // kNever: none is under way
    bool finished_ = false;
    bool in_line_ = false;  // there was no slot for it when it came
    std::int64_t told_ = 0;        // the position
    std::uint64_t higher_then_ = 0;  // how many of higher classes had come when it was told
    std::uint64_t aged_then_ = 0;
  };

  // One who waits, for its user to see.
  struct Standing {
    std::string_view id;
    ServiceTier tier = ServiceTier::standard;
    Place place;
    world::Nanos waited{0};
  };
  std::vector<Standing> standings_of(const std::string& user) const;

  std::size_t waiting() const { return static_cast<std::size_t>(order_.waiting()); }
  std::int64_t waiting_bytes() const { return waiting_bytes_; }
  std::int64_t running() const { return static_cast<std::int64_t>(running_.size()); }
  std::int64_t limit() const;  // slots, at the moment
  world::Nanos service_time() const { return all_times_.mean(); }  // of late
  // When it may help to come again, for one who was refused: half of the line has gone then.
  world::Nanos come_again() const;

 private:
  struct Timer final : world::Event {
    explicit Timer(FairQueue& q) : queue(q) { mark = 12; }
    void fire() override { queue.let_in(); }
    FairQueue& queue;
  };
  struct UserFacts {
    std::string name;
    Pace pace;
  };

  static std::size_t index_of(ServiceTier tier) { return static_cast<std::size_t>(tier); }
  std::int64_t cost_of(const Wish& wish) const;
  UserId user_named(const std::string& name);
  void enter(Slot& slot);
  Refusal make_room(const Slot& slot);
  void leave(Slot& slot);
  void let_in();
  void grant(Slot& slot);
  bool forgets(const Slot& slot) const;
  bool has_waited(const Slot& slot) const;
  Refusal too_late(const Slot& slot);
  world::Instant too_late_at(const Slot& slot) const;
  void turn_away(Slot& slot, Refusal why);
  void out_of_line(Slot& slot);
  void rest_paces(const Slot& slot);
  void forget_if_idle(UserId user);
  void wake_for_held();
  void note(Load load, world::Instant began, std::int64_t calls);
  world::Nanos mean_of(std::size_t tier) const;
  world::Nanos median_of(std::size_t tier) const;
  const Forecast& forecast() const;
  Place place_of(const Slot& slot, world::Instant open_at) const;

  world::Clock& clock_;
  const QueueConfig config_;
  const Defect defect_;
  TurnOrder order_;
  AdaptiveLimit adaptive_;
  DelayWatch flex_delay_;
  Timer timer_{*this};
  std::map<std::string, UserId> users_;  // those who run or wait
  std::vector<UserFacts> facts_;         // by UserId
  std::vector<Slot*> slots_;             // who waits, by WaiterId; null: nobody
  std::map<std::uint64_t, RunningRequest> running_;  // by the slot's ordinal
  std::int64_t calls_ = 0;  // to providers, under way
  std::int64_t waiting_bytes_ = 0;
  std::uint64_t entered_ = 0;
  std::array<std::uint64_t, kClasses> came_{};  // by class, who had to wait
  std::array<Pace, kClasses> paces_;
  std::array<ServiceTimes, kClasses> times_;
  ServiceTimes all_times_;
  std::uint64_t version_ = 1;  // of what the forecast depends on
  mutable std::uint64_t forecast_version_ = 0;
  mutable Forecast forecast_;
};

}  // namespace agent
