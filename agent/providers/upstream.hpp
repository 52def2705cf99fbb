// Upstream: one call to a provider, from its beginning to its end, whatever that is. It tells the
// breaker and the ledger exactly once how the call ended; one that is dropped before was cancelled,
// and its connection is closed, which is how the provider learns of it. One request; one clock.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "agent/books.hpp"
#include "agent/providers/breaker.hpp"
#include "agent/providers/provider_line.hpp"
#include "agent/providers/stream_relay.hpp"
#include "agent/queue/fair_queue.hpp"

namespace agent {

class Upstream {
 public:
  struct Parts {
    ProviderLine& line;
    Breaker* breaker;  // null: none
    const Books& books;
    std::string request;
    int attempt = 1;  // over all providers
    Breaker::Permit permit{};
    std::unique_ptr<QuotaGroups::Call> quota = nullptr;  // null: no account has limits
    std::int64_t prompt_tokens = 0;
    FairQueue::Slot* slot = nullptr;  // in which it runs; null: there is no queue
  };
  explicit Upstream(Parts parts);
  ~Upstream() { end({OutcomeKind::cancelled, 0}); }
  Upstream(const Upstream&) = delete;
  Upstream& operator=(const Upstream&) = delete;

  // Its answer has begun, so long after the call: what a provider is measured by.
  void speaks(world::Nanos took);

  // How it ended; only the first time counts.
  void end(Outcome outcome);

  ProviderClient& client() { return parts_.line.client; }
  const Provider& provider() const { return parts_.line.client.provider(); }

  std::optional<Call> call;            // its head has come
  std::string body;                    // of a whole answer that was read and checked
  Completion completion;               // of the same
  std::unique_ptr<StreamRelay> relay;  // of a stream
  std::string events;                  // which the relay gave out and nobody has sent yet
  bool ended_early = false;            // a stream that broke off and is trusted: a defect

 private:
  Parts parts_;
  bool ended_ = false;
};

}  // namespace agent
