// FakeBackend: one fake provider on one listener. It reads chat requests, decides by keyed draws
// what each gets and when, meets the faults of the schedule, and tells the journal what it saw. The
// same code in sim and live. One clock; the references must outlive it, and serve() must have ended
// before it dies.
#pragma once

#include <list>

#include "fakes/exchange.hpp"
#include "fakes/gate.hpp"
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
  };

  // The dialect must exist.
  explicit FakeBackend(Parts parts);
  FakeBackend(const FakeBackend&) = delete;

  // Serves until cancelled. One call at a time.
  world::Task<void> serve(world::Listener& listener);

  const std::string& name() const { return parts_.name; }
  std::int64_t active() const { return active_; }  // requests being answered now

  static constexpr std::size_t kConnectionsMax = 20'000;  // more are reset
  // Turns whose attempts are counted. One that has left counts from 1 again when it comes back.
  static constexpr std::size_t kTurnsMax = 65'536;

 private:
  world::Task<void> serve_connection(std::unique_ptr<world::Stream> stream);
  world::Task<void> serve_requests(Established& established);
  world::Task<void> handle(Established& established, world::HttpRequest request);
  world::Task<void> handle_chat(Established& established, world::HttpRequest request);
  // The request stands in the frame of handle_chat, which awaits this.
  world::Task<void> answer_chat(Established& established, Exchange& x,
                                const world::HttpRequest& request);
  world::Task<void> refuse(Established& established, Refusal refusal);
  world::Task<void> refuse_bytes(Established& established, world::Failure failure);

  void note_request(Exchange& x, ChatRequest& chat, const world::HttpRequest& request);
  AnswerKey key_of(const PromptRecord& record) const;
  void plan_answer(Exchange& x, const ChatRequest& chat, AnswerKey key);
  const Fault* decide(const PromptRecord& record, const ChatRequest& chat,
                      const world::HttpRequest& request);
  void strike_established(const Fault& fault);

  Parts parts_;
  const Dialect& dialect_;
  Gate gate_;
  Words words_;
  world::LruMap<std::uint64_t, std::uint32_t> attempts_{kTurnsMax};
  std::list<Established> established_;
  std::uint64_t connections_ = 0;
  std::uint64_t requests_ = 0;
  std::int64_t active_ = 0;
};

}  // namespace fakes
