// LiveServer: the live view of a run, on a thread and a loop of its own, so that it never delays
// the clients: the page, its events (text/event-stream), and a way to end the run cleanly. Whoever
// asks must name an address of this machine, not a name that somebody else may have pointed at it;
// to end the run he must know the token, which only the page has. A reader who is too slow is
// brought up to date in one go instead of event by event.
#pragma once

#include <atomic>
#include <future>
#include <list>
#include <memory>
#include <string>

#include "harness/live/live_state.hpp"
#include "world/handover.hpp"
#include "world/http_server.hpp"
#include "world/network.hpp"
#include "world/thread.hpp"

namespace harness {

class LiveServer {
 public:
  // Listens before it returns. Throws runtime_error when it cannot.
  explicit LiveServer(world::Endpoint listen);
  ~LiveServer();

  const std::string& url() const { return url_; }

  // From any thread, one at a time. A message that finds no room is lost.
  void tell(LiveMessage message) { messages_.give(std::move(message)); }

  // Tells that nothing more will come, and ends when the readers have got it all, or have had some
  // time for it.
  void finish(LiveJson suite_end);

 private:
  struct Reader;

  void body(world::RealClock& clock, world::Endpoint listen, std::promise<std::string>& url);
  world::Task<void> serve(world::RealClock& clock, world::Listener& listener);
  world::Task<void> hand_on(world::RealClock& clock);
  world::Task<void> handle(world::HttpServerConnection& connection, world::HttpRequest request);
  world::Task<void> read_events(world::HttpServerConnection& connection);
  world::HttpResponse answer(const world::HttpRequest& request);
  world::HttpResponse stop(const world::HttpRequest& request);
  void tell_all(const std::string& frame);
  bool all_read() const;

  static constexpr std::size_t kMessagesMax = 1'000;
  static constexpr std::size_t kBehindMax = 64;     // frames; then a reader is caught up in one go
  static constexpr std::size_t kReadersMax = 32;
  static constexpr world::Nanos kHandOnEvery = std::chrono::milliseconds(50);
  static constexpr world::Nanos kAliveEvery = std::chrono::seconds(15);
  static constexpr world::Nanos kLastWords = std::chrono::seconds(2);

  std::string url_;
  std::string token_;
  LiveMessage last_;                    // finish()'s, handed over by the flag: it is never lost
  std::atomic<bool> finishing_{false};  // nothing more will be told
  world::Handover<LiveMessage> messages_{kMessagesMax};
  // The thread's own:
  LiveState state_;
  std::list<std::shared_ptr<Reader>> readers_;
  bool over_ = false;  // suite_end was told
  std::promise<std::string> listening_;
  std::unique_ptr<world::LoopThread> thread_;  // last: it uses the members above
};

}  // namespace harness
