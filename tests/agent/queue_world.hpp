// The fair queue by itself in virtual time: requests that come by a plan, wait, hold a slot for as
// long as they take at a provider of some capacity, and what each was told and got.
#pragma once

#include <algorithm>
#include <deque>
#include <map>

#include "agent/queue/fair_queue.hpp"
#include "tests/support/worlds.hpp"
#include "world/random.hpp"

namespace support {

using agent::FairQueue;
using agent::Load;
using agent::Refusal;
using agent::ServiceTier;

struct QueueWorld {
  // One request: when it comes, whose, and how long a provider takes for it.
  struct Asking {
    world::Nanos at{0};
    std::string user;
    ServiceTier tier = ServiceTier::standard;
    world::Nanos takes = std::chrono::seconds(1);
    world::Nanos patience = std::chrono::hours(24);
  };
  struct Notice {
    world::Instant at{};
    std::int64_t position = 0;
    world::Nanos eta{0};
    std::string_view reason;
  };
  struct Ended {
    Asking asking;
    std::vector<Notice> notices;
    Refusal refusal = Refusal::none;
    world::Instant waited_until{};
    world::Instant began = world::kNever;  // at the provider
    bool answered = false;
    world::Nanos waited() const { return began - world::at(asking.at); }
  };

  world::SimClock clock;
  world::Random random{7};
  std::unique_ptr<FairQueue> queue;
  std::deque<Ended> ended;
  bool tells = false;  // who waits is told of its place, each second
  // The provider: more at once are refused after a moment.
  std::int64_t capacity = 1'000'000;
  struct Call {
    world::Instant began{};
    bool refused = false;
  };
  std::vector<Call> calls;
  std::int64_t under_way = 0;
  std::int64_t under_way_max = 0;

  explicit QueueWorld(const agent::QueueConfig& config,
                      agent::Defect defect = agent::Defect::none)
      : queue(std::make_unique<FairQueue>(clock, config, defect)) {}

  // As the chain of providers does it: who is refused comes again, three times.
  world::Task<void> call(FairQueue::Slot& slot, Ended& mine) {
    constexpr world::Purpose kPause("queue world pause");
    const world::Nanos pauses[] = {std::chrono::seconds(5), std::chrono::seconds(15),
                                   std::chrono::seconds(30)};
    for (std::size_t attempt = 0; attempt < 4; ++attempt) {
      if (attempt > 0) {
        const std::uint64_t part = random.below(500, kPause, attempt, calls.size());
        co_await clock.sleep(pauses[attempt - 1] * static_cast<std::int64_t>(500 + part) / 1'000);
      }
      const world::Instant began = clock.now();
      slot.begin_call();
      const bool refused = ++under_way > capacity;
      under_way_max = std::max(under_way_max, under_way);
      co_await clock.sleep(refused ? world::Nanos(std::chrono::milliseconds(50))
                                   : mine.asking.takes);
      --under_way;
      calls.push_back(Call{began, refused});
      slot.end_call(refused ? Load::overloaded : Load::fine);
      mine.answered = !refused;
      if (!refused) break;
    }
    slot.finish();
  }

  world::Task<void> ask(Ended& mine) {
    co_await clock.sleep_until(world::at(mine.asking.at));
    agent::Wish wish;
    wish.tier = mine.asking.tier;
    wish.deadline = clock.now() + mine.asking.patience;
    FairQueue::Slot slot(*queue, mine.asking.user, std::move(wish));
    const world::Instant deadline = clock.now() + mine.asking.patience;
    while (!slot.holds() && !slot.refused() && clock.now() < deadline) {
      if (tells) {
        const FairQueue::Place place = slot.tell();
        mine.notices.push_back(Notice{clock.now(), place.position, place.eta, place.reason});
      }
      world::Task<bool> turn = slot.wait();
      const world::Instant next = clock.now() + std::chrono::seconds(1);
      const world::Instant until = tells ? std::min(deadline, next) : deadline;
      auto waiting = world::with_deadline(clock, until, std::move(turn));
      const std::optional<bool> came = co_await waiting;
      static_cast<void>(came);
    }
    mine.refusal = slot.refusal();
    mine.waited_until = clock.now();
    if (!slot.holds()) co_return;
    mine.began = clock.now();
    co_await call(slot, mine);
  }

  // Changes of the provider, or looks at the queue, at instants.
  struct Event {
    world::Nanos at{0};
    std::function<void()> what;
  };

  world::Task<void> happen(world::Nanos at, const std::function<void()>& what) {
    co_await clock.sleep_until(world::at(at));
    what();
  }

  world::Task<void> run_all(const std::vector<Event>& events) {
    world::Scope scope(clock);
    for (Ended& each : ended) scope.spawn(ask(each));
    for (const Event& each : events) scope.spawn(happen(each.at, each.what));
    co_await scope.join();
  }

  void run(const std::vector<Asking>& all, const std::vector<Event>& events = {}) {
    for (const Asking& each : all) {
      ended.emplace_back();
      ended.back().asking = each;
    }
    clock.run(run_all(events));
  }

  // Between half and three halves of the mean, and one in ten four times as long.
  world::Nanos about(world::Nanos mean, std::uint64_t ordinal) const {
    constexpr world::Purpose kTakes("queue world takes");
    const auto part = static_cast<std::int64_t>(random.below(1'000, kTakes, 0, ordinal));
    const world::Nanos usual = mean * (500 + part) / 1'300;
    return random.chance(100'000, kTakes, 1, ordinal) ? usual * 4 : usual;
  }

  // So many a second for so long, with exponential-like gaps (uniform over twice the mean).
  void stream(std::vector<Asking>& all, const Asking& like, double per_second, world::Nanos from,
              world::Nanos to, std::int64_t users = 0) const {
    constexpr world::Purpose kGap("queue world gap");
    const std::uint64_t entity = world::entity_of(like.user);
    const auto gap = static_cast<std::uint64_t>(2e9 / per_second);
    std::uint64_t n = 0;
    for (world::Nanos at = from; at < to; ++n) {
      Asking one = like;
      one.at = at;
      one.takes = about(like.takes, entity + n);
      if (users > 0) {
        one.user += std::to_string(random.below(static_cast<std::uint64_t>(users), kGap,
                                                entity + 1, n));
      }
      all.push_back(std::move(one));
      at += world::Nanos(static_cast<std::int64_t>(random.below(gap, kGap, entity, n)));
    }
  }

  // Of the calls in a window, how many the provider refused, in percent.
  double refused_percent(world::Nanos from, world::Nanos to) const {
    int all = 0;
    int refused = 0;
    for (const Call& each : calls) {
      if (each.began < world::at(from) || each.began >= world::at(to)) continue;
      ++all;
      if (each.refused) ++refused;
    }
    return all == 0 ? 0 : 100.0 * refused / all;
  }

  // Of the notices from `from` on, in percent: the wait was within max(5 s, half) of the estimate.
  // Whoever was not served proves nothing before that time is over.
  int kept_percent(world::Instant from = {}) const {
    int kept = 0;
    int told = 0;
    for (const Ended& each : ended) {
      for (const Notice& notice : each.notices) {
        if (notice.at < from) continue;
        const world::Nanos waited = each.waited_until - notice.at;
        const world::Nanos wrong = waited > notice.eta ? waited - notice.eta : notice.eta - waited;
        const bool good = wrong <= std::max<world::Nanos>(std::chrono::seconds(5), notice.eta / 2);
        if (!good && each.began == world::kNever && waited < notice.eta) continue;
        ++told;
        if (good) ++kept;
      }
    }
    return told == 0 ? 0 : kept * 100 / told;
  }

  // The wait of a user's or a tier's requests that were served, at this percentile.
  template <class Which>
  world::Nanos wait_at(int percent, const Which& which) const {
    std::vector<world::Nanos> all;
    for (const Ended& each : ended) {
      if (each.began != world::kNever && which(each)) all.push_back(each.waited());
    }
    if (all.empty()) return world::Nanos{0};
    std::sort(all.begin(), all.end());
    return all[(all.size() - 1) * static_cast<std::size_t>(percent) / 100];
  }
};

}  // namespace support
