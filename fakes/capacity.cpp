#include "fakes/capacity.hpp"

#include <algorithm>

namespace fakes {

using world::Nanos;

namespace {
__extension__ typedef __int128 Wide;
constexpr std::int64_t kServicesOfMean = 8;  // the last service counts for an eighth
}  // namespace

Capacity::Capacity(world::Clock& clock, Scheduler config, Nanos prefill)
    : clock_(clock), config_(config), prefill_(prefill), pace_(clock) {}

std::int64_t Capacity::stretch_of(const Scheduler& config, std::int64_t at_work) {
  const std::int64_t knee = config.knee > 0 ? config.knee : config.slots;
  if (at_work <= knee) return PacedClock::kFullPace;
  return PacedClock::kFullPace +
         static_cast<std::int64_t>(static_cast<Wide>(config.slope) * (at_work - knee) / knee);
}

bool Capacity::overloaded() const {
  if (at_work_ < config_.slots) return false;
  if (waiting() >= config_.queue_max) return true;
  return config_.wait_max > Nanos{0} && expected_wait() > config_.wait_max;
}

// Slots become free one after the other, `slots` of them in the time of one service.
Nanos Capacity::expected_wait() const {
  if (at_work_ < config_.slots) return Nanos{0};
  const Wide wait = static_cast<Wide>(mean_service_.count()) * (waiting() + 1) / config_.slots;
  return Nanos(static_cast<std::int64_t>(std::min<Wide>(wait, Nanos::max().count())));
}

Nanos Capacity::read_prompt(std::int64_t tokens) {
  const world::Instant now = pace_.now();
  prompts_read_at_ = std::max(prompts_read_at_, now) + prefill_ * tokens;
  return prompts_read_at_ - now;
}

void Capacity::begin(Place& place) {
  place.at_work_ = true;
  place.since_ = clock_.now();
  ++at_work_;
}

void Capacity::end(Place& place) {
  place.at_work_ = false;
  --at_work_;
  const Nanos service = clock_.now() - place.since_;
  const bool first = mean_service_ == Nanos{0};
  mean_service_ = first ? service : mean_service_ + (service - mean_service_) / kServicesOfMean;
  fill_slots();
}

// A slot goes to the first in line at once: nobody who comes meanwhile gets between.
void Capacity::fill_slots() {
  while (at_work_ < config_.slots && !line_.empty()) {
    Place& first = *line_.front();
    line_.pop_front();
    first.waiting_ = false;
    begin(first);
    first.called_.notify_one();
  }
  pace_.set_stretch(stretch_of(config_, at_work_));
}

Capacity::Place::Place(Capacity& capacity) : capacity_(capacity), called_(capacity.clock_) {
  in_line_ = capacity_.line_.insert(capacity_.line_.end(), this);
  waiting_ = true;
  capacity_.fill_slots();
}

Capacity::Place::~Place() {
  if (waiting_) capacity_.line_.erase(in_line_);
  if (at_work_) capacity_.end(*this);
}

world::Task<void> Capacity::Place::wait() {
  if (waiting_) co_await called_.wait();
}

void Capacity::Place::give_up() {
  if (!waiting_) return;
  capacity_.line_.erase(in_line_);
  waiting_ = false;
  called_.notify_one();
}

}  // namespace fakes
