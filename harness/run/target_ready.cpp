#include "harness/run/target_ready.hpp"

#include "world/deadline.hpp"
#include "world/http_client.hpp"

namespace harness {

using world::Result;
using world::Task;

namespace {

ReadyLook failed(world::Failure failure) {
  switch (failure) {
    case world::Failure::refused: return {"refused the connection"};
    case world::Failure::unresolved: return {"has a name without an address"};
    case world::Failure::tls:
      return {"made no TLS connection: its certificate is not trusted, is for another name or is "
              "over, or it does not speak https; give its authority in `target.ca`, or try "
              "`target.insecure: true`",
              true};
    case world::Failure::malformed: return {"answered with what is not HTTP"};
    default: return {"could not be asked (" + std::string(world::name_of(failure)) + ")"};
  }
}

Task<ReadyLook> connect(world::Network& network, const TargetDoor& door) {
  ReadyLook look;
  if (door.tls) {
    world::TlsClient tls = *door.tls;
    auto connecting = network.connect(door.endpoint, std::move(tls));
    const auto stream = co_await connecting;
    if (!stream) look = failed(stream.error());
  } else {
    auto connecting = network.connect(door.endpoint);
    const auto stream = co_await connecting;
    if (!stream) look = failed(stream.error());
  }
  co_return look;
}

Task<ReadyLook> ask(world::Clock& clock, world::Network& network, const TargetDoor& door,
               std::string path) {
  world::HttpClientOptions options;
  options.tls = door.tls;
  world::HttpClient http(clock, network, options);
  world::HttpRequest request;
  request.target = path;
  for (const auto& [name, value] : door.headers) request.headers.add(name, value);
  ReadyLook look;
  auto sending = http.send(door.endpoint, std::move(request));
  Result<world::HttpExchange> sent = co_await sending;
  if (!sent) {
    look = failed(sent.error());
  } else if (sent->status() < 200 || sent->status() >= 300) {
    look.found = "answered " + std::to_string(sent->status()) + " to GET " + path;
  }
  co_return look;
}

}  // namespace

Task<ReadyLook> until_ready(world::Clock& clock, world::Network& network, ReadyWait wait) {
  ReadyLook last;
  last.found = "was not asked";
  std::size_t looks = 0;
  for (;;) {
    if (wait.gives_up()) co_return last;
    auto looking = wait.path.empty() ? connect(network, wait.door)
                                     : ask(clock, network, wait.door, wait.path);
    const world::Instant by = std::min(wait.until, clock.now() + wait.look_at_most);
    const std::optional<ReadyLook> look =
        co_await world::with_deadline(clock, by, std::move(looking));
    if (look && look->found.empty()) co_return *look;
    // A look that is cut off by the end says less than the one before it.
    if (look) last = *look;
    else if (by < wait.until || looks == 0) last.found = "did not answer in time";
    ++looks;
    if (last.is_final) co_return last;
    if (clock.now() + wait.between >= wait.until) co_return last;
    co_await clock.sleep(wait.between);
  }
}

}  // namespace harness
