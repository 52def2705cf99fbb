#include "agent/retry.hpp"

#include <algorithm>

namespace agent {

using world::Failure;
using world::Result;
using world::Task;

namespace {

bool means_unavailable(int status, const Config& config) {
  const auto& list = config.retry_on_status;
  return std::find(list.begin(), list.end(), status) != list.end();
}

bool means_unavailable(Failure failure) {
  return failure == Failure::refused || failure == Failure::unresolved ||
         failure == Failure::unreachable;
}

// One attempt; true when another one may help.
Task<bool> attempt(ProviderClient& client, const Config& config, std::string prompt, Asked& asked) {
  ++asked.attempts;
  asked.status = 0;
  Result<Call> call = co_await client.ask(std::move(prompt));
  if (!call) {
    asked.failure = call.error();
    co_return means_unavailable(asked.failure);
  }
  const int status = call->exchange.status();
  if (status == 200) {
    asked.call.emplace(std::move(*call));
    co_return false;
  }
  asked.status = status;
  const Result<std::string> body = co_await client.read_all(*call);
  if (!body) asked.failure = body.error();  // the status decides all the same
  co_return means_unavailable(status, config);
}

}  // namespace

Task<Asked> ask_with_retries(world::Clock& clock, ProviderClient& client, const Config& config,
                             std::string prompt) {
  Asked asked;
  for (const world::Nanos wait : config.retry_waits) {
    const bool again = co_await attempt(client, config, prompt, asked);
    if (!again) co_return asked;
    co_await clock.sleep(wait);
  }
  asked.exhausted = co_await attempt(client, config, std::move(prompt), asked);
  co_return asked;
}

}  // namespace agent
