// Retries: a call that failed because the provider is not available (a status of retry_on_status,
// or nobody listens at its address) is made again after each of the waits in turn. A timeout, a
// broken connection and every other status are final. Waits are exact, without jitter. One clock.
#pragma once

#include <optional>

#include "agent/config.hpp"
#include "agent/provider_client.hpp"

namespace agent {

// What asking came to: a call with status 200, or why there is none.
struct Asked {
  std::optional<Call> call;
  world::Failure failure = world::Failure::unavailable;  // when there is no call and no status
  int status = 0;          // the provider's last refusal; 0: there was none
  int attempts = 0;        // calls made
  bool exhausted = false;  // all retries were used and the provider is still not available
};

world::Task<Asked> ask_with_retries(world::Clock& clock, ProviderClient& client,
                                    const Config& config, std::string prompt);

}  // namespace agent
