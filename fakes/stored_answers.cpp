#include "fakes/stored_answers.hpp"

namespace fakes {

using world::Instant;

Progress StoredAnswer::progress(Instant now) const {
  if (cancelled <= now) return Progress::cancelled;
  if (ends <= now) return Progress::ended;
  return starts <= now ? Progress::in_progress : Progress::queued;
}

std::size_t StoredAnswer::bytes() const {
  std::size_t sum = sizeof(*this) + context.markers.size() * sizeof(Marker) +
                    answer.echo.bytes() + input.size();
  for (const ToolCall& call : answer.calls) {
    sum += sizeof(call) + call.id.size() + call.name.size() + call.arguments.size();
  }
  return sum;
}

void StoredAnswers::add(std::shared_ptr<StoredAnswer> answer, Instant now) {
  remove(answer->answer.id);
  answer->bytes_counted = answer->bytes();
  bytes_ += answer->bytes_counted;
  by_age_.push_back(std::move(answer));
  places_[by_age_.back()->answer.id] = std::prev(by_age_.end());
  while (by_age_.front()->expires <= now || by_age_.size() > answers_max_ || bytes_ > bytes_max_) {
    forget(by_age_.begin());
    if (by_age_.empty()) return;
  }
}

std::shared_ptr<StoredAnswer> StoredAnswers::find(std::uint64_t id, Instant now) {
  const auto found = places_.find(id);
  if (found == places_.end()) return nullptr;
  if ((*found->second)->expires <= now) {
    forget(found->second);
    return nullptr;
  }
  return *found->second;
}

void StoredAnswers::clear() {
  places_.clear();
  by_age_.clear();
  bytes_ = 0;
}

void StoredAnswers::remove(std::uint64_t id) {
  if (const auto found = places_.find(id); found != places_.end()) forget(found->second);
}

// Who streams it now holds it until the stream has ended.
void StoredAnswers::forget(ByAge::iterator place) {
  bytes_ -= (*place)->bytes_counted;
  places_.erase((*place)->answer.id);
  by_age_.erase(place);
}

}  // namespace fakes
