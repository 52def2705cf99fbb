// ResponsesClient: sends a turn to a target that speaks the OpenAI Responses API, and follows it to
// its terminal state: in one answer, by a stream, which it takes up again when its connection
// breaks (background only), or by asking for the status now and then. It cancels and drops
// connections as the load class wishes. What was acknowledged is asked about until the turn's
// deadline, however often the target is gone meanwhile. One clock.
#pragma once

#include "harness/client/histories.hpp"
#include "harness/client/target_door.hpp"
#include "harness/client/turn_client.hpp"
#include "world/http_client.hpp"

namespace harness {

class ResponsesClient final : public TurnClient {
 public:
  // With `histories`, each request has all of its conversation.
  ResponsesClient(world::Clock& clock, world::Network& network, TargetDoor door,
                  const Scenario& scenario, world::Random random = world::Random(1),
                  Histories* histories = nullptr);

  world::Task<bool> ask(const PlannedRequest& request, std::uint32_t sending,
                        reports::Operation& op, Reply& reply) override;
  world::Task<bool> look_again(const PlannedRequest& request, const std::string& id,
                               Sequel& sequel) override;

  void close_idle() { http_.close_idle(); }

 private:
  struct Turn;   // one turn under way
  struct Whole;  // an answer to one of its calls
  enum class Followed : std::uint8_t {
    ended,    // a terminal event came, or the state is known to be final
    failed,   // for good; the operation says why
    dropped,  // by the user, on purpose
    broken,   // the connection; Turn::broke says how
    stopped,  // a clean end of the connection without a terminal event
    refused,  // the stream cannot be taken up again
  };

  std::string render(const PlannedRequest& request, std::uint32_t sending) const;
  void draw_wishes(Turn& turn, world::TurnId id) const;
  world::HttpRequest call_for(const Turn& turn, std::string_view method,
                              std::string_view behind_id) const;

  // One call about a turn, read whole; at most kCallPatience.
  world::Task<bool> call(world::HttpRequest request, Whole& whole);
  world::Task<bool> call_without_end(world::HttpRequest request, Whole& whole);

  world::Task<bool> read_whole(world::HttpExchange exchange, Turn& turn);
  world::Task<bool> poll_to_end(Turn& turn);
  world::Task<bool> look(Turn& turn);      // false: what was acknowledged is lost
  world::Task<bool> cancel(Turn& turn);    // false: not answered yet, and to be tried again
  world::Task<void> cancel_when_due(Turn& turn);
  world::Task<bool> cancel_again(Turn& turn);

  // Of responses_stream.cpp.
  world::Task<bool> read_stream(world::HttpExchange exchange, Turn& turn);
  world::Task<bool> stream_to_end(world::HttpExchange exchange, Turn& turn);
  world::Task<Followed> follow(world::HttpExchange exchange, Turn& turn);
  world::Task<Followed> resume(Turn& turn);
  world::Task<Followed> go_on(Turn& turn, Followed how);

  bool conclude(Turn& turn) const;

  static constexpr world::Nanos kCallPatience = std::chrono::seconds(10);
  static constexpr world::Nanos kTryAgainAfter = std::chrono::seconds(1);

  world::Clock& clock_;
  const Scenario& scenario_;
  world::Random random_;
  TargetDoor door_;
  std::string path_;
  Histories* histories_;
  world::HttpClient http_;
};

}  // namespace harness
