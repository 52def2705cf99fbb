#include "agent/providers/provider_client.hpp"

#include "world/json_text.hpp"

namespace agent {

using world::Failure;
using world::Result;
using world::Task;

namespace {

world::HttpClientOptions with_tls(world::HttpClientOptions options, const Provider& provider) {
  options.tls = provider.tls;
  return options;
}

std::string key_header(const Provider& provider) {
  if (provider.api_key.empty()) return {};
  return "authorization: Bearer " + provider.api_key + "\r\n";
}

}  // namespace

ProviderClient::ProviderClient(world::Clock& clock, world::Network& network,
                               const Provider& provider, world::HttpClientOptions options,
                               std::string_view path)
    : clock_(clock),
      provider_(provider),
      http_(clock, network, with_tls(std::move(options), provider)),
      head_("POST " + std::string(path) +
            " HTTP/1.1\r\nhost: " + world::to_string(provider.endpoint) +
            "\r\ncontent-type: application/json\r\n" + key_header(provider)) {}

Task<Result<Call>> ProviderClient::ask(std::string prompt, world::Instant deadline,
                                       world::Instant told) {
  std::string bytes;
  bytes.reserve(head_.size() + prompt.size() + 64);
  bytes += head_;
  if (told != world::kNever) {
    bytes += "x-request-timeout-ms: ";
    const world::Nanos left = told - clock_.now();
    world::append_integer(bytes, std::max<std::int64_t>(0, left.count() / 1'000'000));
    bytes += "\r\n";
  }
  bytes += "content-length: ";
  world::append_integer(bytes, static_cast<std::int64_t>(prompt.size()));
  bytes += "\r\n\r\n";
  bytes += prompt;
  Task<Result<world::HttpExchange>> sending =
      http_.send_rendered(provider_.endpoint, std::move(bytes));
  auto waiting = world::with_deadline(clock_, deadline, std::move(sending));
  std::optional<Result<world::HttpExchange>> exchange = co_await waiting;
  if (!exchange) co_return Result<Call>(Failure::timed_out);
  if (!*exchange) co_return Result<Call>(exchange->error());
  Call call{std::move(**exchange), deadline};
  co_return Result<Call>(std::move(call));
}

Task<Result<std::string>> ProviderClient::read_all(Call& call) {
  Task<Result<std::string>> reading = call.exchange.read_all();
  auto waiting = world::with_deadline(clock_, call.deadline, std::move(reading));
  std::optional<Result<std::string>> body = co_await waiting;
  if (!body) co_return Result<std::string>(Failure::timed_out);
  co_return std::move(*body);
}

Task<Result<std::string_view>> ProviderClient::read_some(Call& call) {
  Task<Result<std::string_view>> reading = call.exchange.read_some();
  auto waiting = world::with_deadline(clock_, call.deadline, std::move(reading));
  std::optional<Result<std::string_view>> bytes = co_await waiting;
  if (!bytes) co_return Result<std::string_view>(Failure::timed_out);
  co_return *bytes;
}

}  // namespace agent
