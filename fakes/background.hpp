// What a provider that stores answers does with them: it keeps those that went out whole and those
// that are made in the background, builds further requests on them, and lets clients poll, resume,
// cancel and remove them. A foreground answer is stored when it has gone out whole: whoever closes
// its stream has ended it, and finds nothing later.
// Fetches are counted in the journal, but are no prompts: they have no record, count against no
// max_concurrent, and request faults do not strike them. One clock; lives in its backend.
#pragma once

#include "fakes/exchange.hpp"
#include "fakes/stored_answers.hpp"

namespace fakes {

// A request for a stored answer.
struct StoredCall {
  Call call = Call::fetch;
  std::string id;
  std::string target;  // with its query
};

class Background {
 public:
  struct Parts {
    world::Clock& clock;
    world::Random random;
    const Backend& config;
    const Dialect& dialect;
    Journal& journal;
    Emission& emission;  // of its backend
  };

  explicit Background(Parts parts) : parts_(parts) {}

  // Puts the context of the previous answer in front of the request. A refusal when it is unknown.
  std::optional<Refusal> continue_previous(ChatRequest& chat);

  // Completes a planned answer; from here on a background answer exists.
  void plan(Exchange& x, const ChatRequest& chat, AnswerKey key);

  // Stores a foreground answer, if it went out whole and may be stored.
  void keep(Exchange& x, const ChatRequest& chat);

  world::Task<void> answer(Established& established, StoredCall call);

  const StoredAnswers& answers() const { return answers_; }
  void forget() { answers_.clear(); }

 private:
  std::shared_ptr<StoredAnswer> make(const Exchange& x, const ChatRequest& chat) const;
  std::optional<Refusal> answer_or_refuse(Exchange& x, const StoredCall& call);
  std::optional<Refusal> ready_stream(Exchange& x, const StoredCall& call);
  void cancel(StoredAnswer& stored);

  Parts parts_;
  StoredAnswers answers_;
};

// For faults: a background answer stays queued until it is cancelled. False: it is none.
bool stick_in_queue(Exchange& x);

// Brings a background answer up to date with what a fault has made of it.
void store_as_it_is(Exchange& x);

// The answer to a request for a background answer that is not streamed: it is queued.
world::Task<void> answer_queued(Exchange& x);

// Whether an event that is due then ever comes about: always, except of background answers.
bool reaches(const Exchange& x, world::Instant due);

// See Exchange::wait_for_event.
world::Task<bool> wait_for_stored_event(world::Clock& clock, Exchange& x, world::Instant due);

}  // namespace fakes
