// FakeBackend: one fake provider. It reads what a request asks, decides by keyed draws what it gets
// and when, meets the faults of the schedule, and tells the journal what it saw. The same code in
// sim and live. One clock; the references must outlive it.
#pragma once

#include "fakes/api_key.hpp"
#include "fakes/background.hpp"
#include "fakes/capacity.hpp"
#include "fakes/exchange.hpp"
#include "fakes/rate_limiter.hpp"
#include "fakes/repeats.hpp"
#include "fakes/replay.hpp"
#include "fakes/tools/tool_server.hpp"
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

  // Forgets whom it has seen and what it has stored.
  void forget();

  const std::string& name() const { return parts_.name; }
  const Backend& config() const { return parts_.config; }
  const Dialect& dialect() const { return dialect_; }
  std::int64_t active() const { return active_; }  // requests being answered now
  std::uint64_t tool_effects() const { return tools_ ? tools_->effects() : 0; }
  const Emission& emission() const { return emission_; }  // of its answers
  std::uint64_t warmings() const { return warmings_; }  // of connections; these are no requests

  // Turns whose attempts are counted. One that has left counts from 1 again when it comes back.
  static constexpr std::size_t kTurnsMax = 65'536;

  // Of requests that tell neither a turn nor which retry they are: see Repeats.
  static constexpr std::size_t kRepeatsMax = 65'536;
  static constexpr world::Nanos kRepeatWithin = std::chrono::minutes(10);

 private:
  // `recorded` is the answer to replay, or null.
  world::Task<void> handle_chat(Established& established, world::HttpRequest request,
                                const RecordedExchange* recorded);
  world::Task<void> replay_other(Established& established, const RecordedExchange& recorded);
  // The request stands in the frame of handle_chat, which awaits this.
  world::Task<void> answer_chat(Established& established, Exchange& x,
                                const world::HttpRequest& request);
  world::Task<void> handle_tools(Established& established, world::HttpRequest request);
  world::Task<void> refuse(Established& established, Refusal refusal);
  world::Task<void> count_tokens(Established& established, world::HttpRequest request);
  world::Task<void> answer_short(Established& established, Call call, std::string id);

  void note_request(Exchange& x, ChatRequest& chat, const world::HttpRequest& request);
  AnswerKey key_of(const PromptRecord& record) const;
  void plan_answer(Exchange& x, const ChatRequest& chat, const world::HttpRequest& request,
                   AnswerKey key);
  void recall(Exchange& x, const ChatRequest& chat, const world::HttpRequest& request);
  const Fault* decide(const PromptRecord& record, const ChatRequest& chat,
                      const world::HttpRequest& request);

  // Refusals, with the headers that tell when to come back: by the limits, of which the request is
  // charged otherwise, and because there is too much to do.
  struct Charged;
  std::optional<Refusal> charge(Charged& charged, const ChatRequest& chat,
                                const world::HttpRequest& request, std::string& further_headers);
  Refusal not_recorded(const world::HttpRequest& request) const;
  std::optional<Refusal> overload(std::string& further_headers) const;
  // The model's work on an answer: a slot, a warm model, a prompt that is read, and the answer.
  world::Task<void> work(Exchange& x, const Fault* fault);
  world::Task<void> answer_or_strike(Exchange& x, const Fault* fault);

  Parts parts_;
  const Dialect& dialect_;
  std::unique_ptr<ToolServer> tools_;   // null: a model
  std::unique_ptr<Capacity> capacity_;  // null: no scheduler
  Warmth warmth_;
  std::unique_ptr<Replay> replay_;  // null: nothing is replayed
  Words words_;
  Emission emission_;
  Background background_;
  world::LruMap<std::uint64_t, std::uint32_t> attempts_{kTurnsMax};
  Repeats repeats_{kRepeatsMax, kRepeatWithin};
  // By user and by Idempotency-Key, for faults and for those who send such keys.
  static constexpr std::size_t kUsersMax = 4'096;
  static constexpr std::size_t kKeysMax = 16'384;
  world::LruMap<std::uint64_t, Answer> last_answers_{kUsersMax};
  world::LruMap<std::uint64_t, std::uint64_t> ids_by_key_{kKeysMax};
  std::optional<world::Instant> last_at_;
  std::uint64_t requests_ = 0;
  std::uint64_t warmings_ = 0;
  std::int64_t active_ = 0;
};

}  // namespace fakes
