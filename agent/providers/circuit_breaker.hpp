// CircuitBreaker: per key, closed until so many failures in a row, or so many in the window and a
// bad ratio (noise at load does not open it), or lately almost all calls were slow; then open, for
// reset_after longer each time that it opens without a good window in between; then half-open with
// one probe at a time, on a lease, until enough have succeeded, or one has not. A failure counts
// from when the call ended; what was admitted in an earlier state counts no more. One clock.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "agent/providers/breaker.hpp"
#include "agent/providers/key_table.hpp"
#include "agent/providers/typical_time.hpp"

namespace agent {

class CircuitBreaker final : public Breaker {
 public:
  CircuitBreaker(world::Clock& clock, const BreakerConfig& config, world::Nanos lease,
                 Defect defect, Told told, world::Random random = world::Random(1));

  Permit admit(const std::string& key) override;
  void report(const std::string& key, const Permit& permit, const Outcome& outcome) override;
  world::Nanos closed_for(const std::string& key) override;
  void speaks(const std::string& key, const Permit& permit) override;
  BreakerView view(const std::string& key) override;
  std::vector<BreakerView> views() override;
  void reset(const std::string& key) override;
  void isolate(const std::string& key) override;

 private:
  enum class State : std::uint8_t { closed, open, half_open };
  struct Bucket {  // of a tenth of the window
    std::int64_t number = -1;
    std::int32_t calls = 0;
    std::int32_t failures = 0;
    std::int32_t slow = 0;
  };
  struct Counts {
    TypicalTime typical{64};  // half an hour until it is taken for usual that all is slower
    std::array<Bucket, 10> buckets;
    std::array<Bucket, 2> lately;  // of a sixtieth of the window each
  };
  struct Past {
    world::Nanos open_for{0};
    world::Instant probe_until{};
    std::int64_t probes_ok = 0;
    std::int64_t openings = 0;
    std::int64_t in_a_row = 0;
    world::Instant in_a_row_since{};
    std::string_view reason = "";
    std::optional<Counts> counts;  // none: nothing was counted since it closed
  };
  // What every call looks at; with its key it fills one line of the cache.
  struct Circuit {
    State state = State::closed;
    bool probing = false;
    bool isolated = false;
    std::uint64_t generation = 0;
    world::Instant since{};  // in this state

    Past& past() {
      if (!past_) past_ = std::make_unique<Past>();
      return *past_;
    }
    const Past& past() const {
      static const Past kNone;
      return past_ ? *past_ : kNone;
    }

   private:
    std::unique_ptr<Past> past_;
  };
  struct Sum {
    std::int64_t calls = 0;
    std::int64_t failures = 0;
    std::int64_t slow = 0;
  };

  static std::string_view name_of(State state);
  void go(const std::string& key, Circuit& circuit, State to, const char* reason,
          bool by_hand = false);
  void settle(const std::string& key, Circuit& circuit);
  world::Nanos closed_for(const std::string& key, Circuit& circuit);
  world::Nanos opens_for(const std::string& key, const Circuit& circuit) const;
  std::int64_t tenth() const;
  bool crawls(const Circuit& circuit, std::int64_t percent) const;
  void count(Circuit& circuit, const Permit& permit, bool failed);
  Sum sum(const Circuit& circuit, std::int64_t tenths) const;
  const char* must_open(const Circuit& circuit, bool failed) const;
  bool is_degraded(const Circuit& circuit) const;
  BreakerView view_of(const std::string& key, Circuit& circuit);

  world::Clock& clock_;
  const BreakerConfig config_;
  const world::Nanos lease_;
  const Defect defect_;
  const Told told_;
  const world::Random random_;
  KeyTable<Circuit> circuits_;
};

}  // namespace agent
