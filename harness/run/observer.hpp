// Observer: whoever watches a run as it happens (history, oracles, progress). The users call it, on
// their clock's thread, once when a request is sent and once when it has ended.
#pragma once

#include "harness/client/sequel.hpp"
#include "reports/operation.hpp"

namespace harness {

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_sent(const reports::Operation& op) = 0;
  virtual void on_ended(const reports::Operation& op, const Reply& reply) = 0;
  // Of a turn that was sent, before its end or behind it.
  virtual void on_sequel(const reports::Operation& op, const Sequel& sequel) {
    static_cast<void>(op), static_cast<void>(sequel);
  }
  // Behind the end of its last turn: nothing more will be said in this conversation.
  virtual void on_conversation_over(std::uint32_t user, std::uint32_t session) = 0;
};

}  // namespace harness
