// AnswerClient: sends one planned turn to the target and reads its one answer, plain or streamed.
// What a request and an answer look like is the dialect's, of which each is a class below this one.
// It never retries. It fills the operation as things happen, so what was seen is kept when the
// deadline cancels it. One clock.
#pragma once

#include "harness/client/event_stream.hpp"
#include "harness/client/histories.hpp"
#include "harness/client/target_door.hpp"
#include "harness/client/turn_client.hpp"
#include "world/http_client.hpp"

namespace harness {

class AnswerClient : public TurnClient {
 public:
  AnswerClient(world::Clock& clock, world::Network& network, TargetDoor door,
               const Scenario& scenario, world::Random random, std::string_view own_path);

  world::Task<bool> ask(const PlannedRequest& request, std::uint32_t sending,
                        reports::Operation& op, Reply& reply) override;
  world::Task<bool> look_again(const PlannedRequest& request, const std::string& id,
                               Sequel& sequel) override;

  void close_idle() { http_.close_idle(); }

 protected:
  // The body of a request.
  virtual std::string body_of(const PlannedRequest& request) = 0;
  // Takes a whole 2xx answer: its text and what else it says. `none` when it is one.
  virtual reports::Failure take_answer(const PlannedRequest& request, const std::string& body,
                                       reports::Operation& op, Reply& reply) = 0;
  // Takes one event of a stream.
  virtual std::optional<reports::Failure> take_event(const PlannedRequest& request,
                                                     StreamEvent event) = 0;
  virtual bool end_is_terminal() const { return false; }
  // Further fields of a request's head, each with its line end.
  virtual std::string_view more_headers() const { return {}; }

  const LoadClass& class_of(const PlannedRequest& request) const {
    return scenario_.load[request.load_class];
  }
  const Scenario& scenario() const { return scenario_; }
  const TargetDoor& door() const { return door_; }

 private:
  std::string render(const PlannedRequest& request, std::uint32_t sending);
  world::Task<bool> read_plain(const PlannedRequest& request, world::HttpExchange& exchange,
                               reports::Operation& op, Reply& reply);

  world::Clock& clock_;
  const Scenario& scenario_;
  world::Random random_;
  TargetDoor door_;
  world::HttpClient http_;
  std::string head_;  // of every request, up to the value of content-length
};

}  // namespace harness
