// FakeBackend: one fake provider. It reads what a request asks, decides by keyed draws what it gets
// and when, meets the faults of the schedule, and tells the journal what it saw. The same code in
// sim and live. One clock; the references must outlive it.
#pragma once

#include "fakes/capacity.hpp"
#include "fakes/exchange.hpp"
#include "fakes/rate_limiter.hpp"
#include "fakes/warmth.hpp"
#include "world/lru_map.hpp"

namespace fakes {

class FakeBackend {
 public:
  struct Parts {
    world::Clock& clock;
    world::Random random;
    std::string name;
    Backend config;
    FaultSchedule& faults;
    Journal& journal;
    RateLimiter* limiter = nullptr;  // of its quota group; null: there are no limits
  };

  // The dialect must exist.
  explicit FakeBackend(Parts parts);
  FakeBackend(const FakeBackend&) = delete;

  // Whether the request's path is one of this provider's.
  bool knows(const world::HttpRequest& request) const;

  // Answers one request on a connection of its port.
  world::Task<void> handle(Established& established, world::HttpRequest request);

  // Answers bytes that were no request, and lets the sender read why before the connection ends.
  world::Task<void> refuse_bytes(Established& established, world::Failure failure);

  const std::string& name() const { return parts_.name; }
  const Backend& config() const { return parts_.config; }
  const Dialect& dialect() const { return dialect_; }
  std::int64_t active() const { return active_; }  // requests being answered now

  // Turns whose attempts are counted. One that has left counts from 1 again when it comes back.
  static constexpr std::size_t kTurnsMax = 65'536;

 private:
  world::Task<void> handle_chat(Established& established, world::HttpRequest request);
  // The request stands in the frame of handle_chat, which awaits this.
  world::Task<void> answer_chat(Established& established, Exchange& x,
                                const world::HttpRequest& request);
  world::Task<void> refuse(Established& established, Refusal refusal);
  world::Task<void> answer_short(Established& established, Call call, std::string id);

  void note_request(Exchange& x, ChatRequest& chat, const world::HttpRequest& request);
  AnswerKey key_of(const PromptRecord& record) const;
  void plan_answer(Exchange& x, const ChatRequest& chat, AnswerKey key);
  const Fault* decide(const PromptRecord& record, const ChatRequest& chat,
                      const world::HttpRequest& request);

  // Refusals, with the headers that tell when to come back: by the limits, of which the request is
  // charged otherwise, and because there is too much to do.
  struct Charged;
  std::optional<Refusal> charge(Charged& charged, const ChatRequest& chat,
                                const world::HttpRequest& request, std::string& further_headers);
  std::optional<Refusal> overload(std::string& further_headers) const;
  // The model's work on an answer: a slot, a warm model, a prompt that is read, and the answer.
  world::Task<void> work(Exchange& x, const Fault* fault);
  world::Task<void> answer_or_strike(Exchange& x, const Fault* fault);

  Parts parts_;
  const Dialect& dialect_;
  std::unique_ptr<Capacity> capacity_;  // null: no scheduler
  Warmth warmth_;
  Words words_;
  world::LruMap<std::uint64_t, std::uint32_t> attempts_{kTurnsMax};
  std::uint64_t requests_ = 0;
  std::int64_t active_ = 0;
};

}  // namespace fakes
