#include "harness/run/chronicle.hpp"

#include <algorithm>

namespace harness {

using world::Instant;

namespace {

std::size_t size_of(const Reply& reply) {
  return reply.text.size() + reply.error_body.size() +
         (reply.gaps.size() + reply.polls.size()) * sizeof(world::Nanos);
}

}  // namespace

// Most things come in order and go to the end; what is told late finds its place from there.
template <class T>
void Chronicle::add(Queue<T>& queue, Instant at, std::size_t bytes, T what) {
  if (at < heard_) ++late_;
  auto place = queue.end();
  while (place != queue.begin() && std::prev(place)->at > at) --place;
  queue.insert(place, {at, bytes, std::move(what)});
  ++waiting_;
  waiting_bytes_ += bytes;
}

template <class T>
void Chronicle::drop_first(Queue<T>& queue) {
  --waiting_;
  waiting_bytes_ -= queue.front().bytes;
  queue.pop_front();
}

void Chronicle::tell_sent(const reports::Operation& op) { add(sent_, op.sent, 0, op); }

void Chronicle::tell_ended(const reports::Operation& op, Reply reply) {
  const std::size_t bytes = size_of(reply);
  add(ended_, op.last_event, bytes, {op, std::move(reply)});
}

void Chronicle::tell_sequel(const reports::Operation& op, Sequel sequel) {
  const Instant at = sequel.at;
  const std::size_t bytes = sequel.text.size();
  add(sequels_, at, bytes, {op, std::move(sequel)});
}

void Chronicle::tell_prompt(fakes::PromptRecord prompt) {
  const Instant at = prompt.ended;
  const std::size_t bytes = prompt.markers.size() * sizeof(fakes::Marker);
  add(prompts_, at, bytes, std::move(prompt));
}

void Chronicle::tell_agent(agent::LedgerEntry entry) {
  const Instant at = entry.at;
  add(ledger_, at, 0, std::move(entry));
}

void Chronicle::tell_over(Instant at, std::uint32_t user, std::uint32_t session) {
  add(over_, at, 0, {user, session});
}

void Chronicle::tell_life(AgentLife life) {
  const Instant at = life.at;
  add(lives_, at, 0, std::move(life));
}

void Chronicle::spoken(Teller teller, Instant upto) {
  Instant& mark = spoken_[static_cast<std::size_t>(teller)];
  mark = std::max(mark, upto);
}

// The earliest thing of all queues; of one instant, the kind that comes first.
bool Chronicle::first(Kind& kind, Instant& at) const {
  bool found = false;
  const auto look = [&](const auto& queue, Kind of) {
    if (queue.empty() || (found && queue.front().at >= at)) return;
    found = true;
    kind = of;
    at = queue.front().at;
  };
  look(sent_, kSent);
  look(ended_, kEnded);
  look(sequels_, kSequel);
  look(prompts_, kPrompt);
  look(ledger_, kAgent);
  look(over_, kOver);
  look(lives_, kLife);
  return found;
}

void Chronicle::hear_first(Listener& listener, Kind kind) {
  switch (kind) {
    case kSent:
      listener.hear_sent(sent_.front().what);
      return drop_first(sent_);
    case kEnded:
      listener.hear_ended(ended_.front().what.op, ended_.front().what.reply);
      return drop_first(ended_);
    case kSequel:
      listener.hear_sequel(sequels_.front().what.op, sequels_.front().what.sequel);
      return drop_first(sequels_);
    case kPrompt:
      listener.hear_prompt(prompts_.front().what);
      return drop_first(prompts_);
    case kAgent:
      listener.hear_agent(ledger_.front().what);
      return drop_first(ledger_);
    case kOver:
      listener.hear_over(over_.front().what.user, over_.front().what.session);
      return drop_first(over_);
    case kLife:
      listener.hear_life(lives_.front().what);
      return drop_first(lives_);
    case kKinds: break;
  }
}

std::size_t Chronicle::hear(Listener& listener, std::size_t most) {
  const Instant watermark = *std::min_element(spoken_.begin(), spoken_.end());
  std::size_t heard = 0;
  Kind kind = kKinds;
  Instant at{};
  while (heard < most && first(kind, at)) {
    const bool is_complete = at < watermark || watermark == world::kNever;
    if (!is_complete) {
      if (waiting_ <= waiting_max_ && waiting_bytes_ <= kWaitingBytesMax) break;
      ++forced_;
    }
    hear_first(listener, kind);
    heard_ = std::max(heard_, at);
    ++heard;
  }
  return heard;
}

}  // namespace harness
