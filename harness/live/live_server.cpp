#include "harness/live/live_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>

#include "reports/page.hpp"
#include "world/interrupt.hpp"
#include "world/real_entropy.hpp"
#include "world/real_network.hpp"
#include "world/scope.hpp"
#include "world/signal.hpp"

namespace harness {

using world::HttpRequest;
using world::HttpResponse;
using world::HttpServerConnection;
using world::Task;

namespace {

HttpResponse text_response(int status, std::string text) {
  HttpResponse response;
  response.status = status;
  response.headers.add("content-type", "text/plain; charset=utf-8");
  response.body = std::move(text);
  return response;
}

// A name could belong to a page that means to use this browser against us (DNS rebinding).
bool names_an_address(std::string_view host) {
  if (host.starts_with('[')) return host.find(']') != std::string_view::npos;
  const std::string_view name = host.substr(0, host.rfind(':'));
  return name == "localhost" ||
         (!name.empty() && name.find_first_not_of("0123456789.") == std::string_view::npos);
}

std::string live_page(const std::string& token) {
  reports::Page page;
  page.title = "Shakedown, live";
  page.plain = "The live view needs scripts. The report of a finished run is in its folder.";
  page.token = token;
  std::string text;
  LiveJson data;
  data["kind"] = "live";
  reports::write_page(page, data, [&text](std::string_view part) { text += part; });
  return text;
}

void add_safety(HttpResponse& response) {
  response.headers.set("cache-control", "no-store");
  response.headers.set("x-content-type-options", "nosniff");
  response.headers.set("x-frame-options", "DENY");
  response.headers.set("referrer-policy", "no-referrer");
}

}  // namespace

// Somebody who follows the events.
struct LiveServer::Reader {
  explicit Reader(world::Clock& clock) : changed(clock) {}
  std::deque<std::string> frames;  // that are still to be sent
  bool sending = false;
  world::Signal changed;
};

LiveServer::LiveServer(world::Endpoint listen)
    : token_(fmt::format("{:016x}{:016x}", world::entropy_bits(), world::entropy_bits())) {
  auto url = listening_.get_future();
  thread_ = std::make_unique<world::LoopThread>(
      world::RealClockOptions{},
      [this, listen](world::RealClock& clock) { body(clock, listen, listening_); });
  url_ = url.get();
}

LiveServer::~LiveServer() = default;

void LiveServer::body(world::RealClock& clock, world::Endpoint listen,
                      std::promise<std::string>& url) {
  world::RealNetwork network(clock);
  auto listener = network.listen(listen);
  if (!listener) {
    const std::runtime_error error(fmt::format(
        "--ui {}:{}: cannot listen there ({}); give another port, or :0 for any free one",
        listen.host, listen.port, world::name_of(listener.error())));
    url.set_exception(std::make_exception_ptr(error));
    return;
  }
  const world::Endpoint local = (*listener)->endpoint();
  const bool is_v6 = local.host.find(':') != std::string::npos;
  const std::string host = is_v6 ? "[" + local.host + "]" : local.host;
  url.set_value(fmt::format("http://{}:{}/", host, local.port));
  clock.run(serve(clock, **listener));
}

Task<void> LiveServer::serve(world::RealClock& clock, world::Listener& listener) {
  const world::HttpHandler handler = [this](HttpServerConnection& connection,
                                            HttpRequest request) {
    return handle(connection, std::move(request));
  };
  world::HttpServerOptions options;
  options.limits.body_bytes_max = 4'096;
  options.connections_max = 2 * kReadersMax;
  options.patience.head = options.patience.body = std::chrono::seconds(10);
  options.patience.idle = std::chrono::seconds(60);
  options.patience.write = std::chrono::seconds(10);
  world::Scope scope(clock);
  scope.spawn(world::serve_http(clock, listener, handler, options));
  auto handing_on = hand_on(clock);
  co_await handing_on;
  scope.cancel();
  co_await scope.join_anyway();
}

Task<void> LiveServer::hand_on(world::RealClock& clock) {
  std::vector<LiveMessage> told;
  world::Instant alive = clock.now();
  world::Instant over_at = world::kNever;
  while (!over_ || (!all_read() && clock.now() < over_at + kLastWords)) {
    const bool finishing = finishing_.load();  // asked first: then what is taken is all
    messages_.take(told);
    if (finishing && !over_) told.push_back(std::move(last_));
    for (const LiveMessage& message : told) {
      state_.take(message);
      tell_all(frame_of(message.event, *message.data));
    }
    if (finishing && !over_) {
      over_ = true;
      over_at = clock.now();
    }
    if (clock.now() - alive >= kAliveEvery) {
      alive = clock.now();
      tell_all(": alive\n\n");
    }
    co_await clock.sleep(kHandOnEvery);
  }
}

void LiveServer::tell_all(const std::string& frame) {
  for (const std::shared_ptr<Reader>& reader : readers_) {
    reader->frames.push_back(frame);
    if (reader->frames.size() > kBehindMax) {
      const std::vector<std::string> all = state_.catch_up();
      reader->frames.assign(all.begin(), all.end());
    }
    reader->changed.notify_all();
  }
}

bool LiveServer::all_read() const {
  return std::all_of(readers_.begin(), readers_.end(), [](const auto& reader) {
    return reader->frames.empty() && !reader->sending;
  });
}

Task<void> LiveServer::handle(HttpServerConnection& connection, HttpRequest request) {
  const bool wants_events = request.method == "GET" && request.path() == "/events" &&
                            names_an_address(request.headers.get("host"));
  if (wants_events && readers_.size() < kReadersMax) {
    auto reading = read_events(connection);
    co_await reading;
    co_return;
  }
  HttpResponse response = wants_events ? text_response(503, "Too many readers already.\n")
                                       : answer(request);
  add_safety(response);
  const auto sent = co_await connection.respond(std::move(response));
  static_cast<void>(sent);  // whoever has gone misses nothing
}

Task<void> LiveServer::read_events(HttpServerConnection& connection) {
  HttpResponse head;
  head.headers.add("content-type", "text/event-stream");
  add_safety(head);
  connection.close_after();
  const auto reader = std::make_shared<Reader>(connection.clock());
  for (std::string& frame : state_.catch_up()) reader->frames.push_back(std::move(frame));
  const auto place = readers_.insert(readers_.end(), reader);
  struct Leaves {
    std::list<std::shared_ptr<Reader>>& readers;
    std::list<std::shared_ptr<Reader>>::iterator place;
    ~Leaves() { readers.erase(place); }
  };
  const Leaves leaves{readers_, place};
  const auto begun = co_await connection.begin_stream(std::move(head));
  if (!begun) co_return;
  for (;;) {
    while (!reader->frames.empty()) {
      reader->sending = true;
      std::string frame = std::move(reader->frames.front());
      reader->frames.pop_front();
      const auto sent = co_await connection.send_chunk(std::move(frame));
      reader->sending = false;
      if (!sent) co_return;
    }
    if (over_) break;
    co_await reader->changed.wait();
  }
  const auto ended = co_await connection.end_stream();
  static_cast<void>(ended);
}

HttpResponse LiveServer::answer(const HttpRequest& request) {
  if (!names_an_address(request.headers.get("host"))) {
    return text_response(403, "Open the live view by the address that the run has printed.\n");
  }
  if (request.path() == "/stop") return stop(request);
  if (request.path() != "/") return text_response(404, "There is only / here.\n");
  if (request.method != "GET" && request.method != "HEAD") {
    return text_response(405, "Only GET.\n");
  }
  HttpResponse response;
  response.headers.add("content-type", "text/html; charset=utf-8");
  response.body = live_page(token_);
  return response;
}

HttpResponse LiveServer::stop(const HttpRequest& request) {
  if (request.method != "POST") return text_response(405, "Only POST.\n");
  if (request.headers.get("x-shakedown-token") != token_) {
    return text_response(403, "Only the page of the live view can end the run.\n");
  }
  world::interrupt();
  return text_response(202, "The run ends.\n");
}

void LiveServer::finish(LiveJson suite_end) {
  last_ = message_of("suite_end", std::move(suite_end));
  finishing_.store(true);
  thread_->join();
}

}  // namespace harness
