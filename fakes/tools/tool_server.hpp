// What a fake tool server does with the calls that a dialect has read: it knows the tools, keeps
// their notes, and makes each answer at the instant when it is due, so that an effect happens when
// its tool has done its work, and not when a fault kept it from it. The answer is one call
// (fakes/chat.hpp): its id the token that progress is told by, its arguments the whole message, its
// fragments the notices of progress and that message. One clock; lives in its backend.
#pragma once

#include <deque>

#include "fakes/exchange.hpp"
#include "fakes/tools/tool.hpp"

namespace fakes {

class ToolServer {
 public:
  ToolServer(const Backend& config, world::Random random);

  // Whether a request's body is one that gets no answer: a notification, or a client's response.
  static bool is_notification(std::string_view body);

  // Why a call that the dialect has read is refused all the same: there is no such tool.
  std::optional<Refusal> check(const ChatRequest& chat) const;

  // What a call is, for the faults of tools.
  ToolAsk ask_of(const ChatRequest& chat) const;

  // Plans when the answer is due. The request must outlive the exchange's answer.
  void plan(Exchange& x, const ChatRequest& chat, AnswerKey key);

  std::uint64_t effects() const { return effects_; }  // notes ever added
  void forget();

  static constexpr std::size_t kNotesMax = 10'000;  // then the oldest one leaves

 private:
  const Tool* find(std::string_view name) const;
  void make(Exchange& x, const ChatRequest& chat);
  std::string call(Exchange& x, const Tool& tool, const ChatRequest& chat);
  std::string fill(const Tool& tool, std::string_view arguments, std::size_t notes) const;
  std::string list_of_tools(bool none) const;

  const std::vector<Tool> tools_;
  world::Random random_;
  std::deque<std::string> notes_;
  std::uint64_t effects_ = 0;
};

// Gives the answer the times of a work that takes so long and tells of itself so often (0: never).
void set_work(Exchange& x, world::Nanos whole, world::Nanos heartbeat);

}  // namespace fakes
