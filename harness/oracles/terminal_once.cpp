#include "harness/oracles/terminal_once.hpp"

namespace harness {

using reports::Outcome;

void TerminalOnce::on_sent(const reports::Operation& op) {
  last_ = op.sent;
  if (!open_.emplace(op.id, turn_of(op)).second) {
    violate(op.sent, reports::turn_text(op), "the same request was sent twice");
  }
}

void TerminalOnce::on_ended(const reports::Operation& op, const Reply& reply) {
  if (op.outcome == Outcome::dropped) return;  // never sent
  check();
  last_ = op.last_event;
  if (open_.erase(op.id) == 0) {
    violate(op.last_event, reports::turn_text(op), "the request ended a second time");
  }
  if (reply.terminals > 1) {
    violate(op.last_event, reports::turn_text(op),
            "the stream had " + std::to_string(reply.terminals) + " terminal events");
  }
  if (reply.after_terminal > 0) {
    violate(op.last_event, reports::turn_text(op),
            std::to_string(reply.after_terminal) + " events came after the terminal event");
  }
  if (reply.repeated && op.outcome == Outcome::ok) {
    violate(op.last_event, reports::turn_text(op), "the whole answer was given twice");
  }
  if (op.outcome == Outcome::in_flight) unfinished_.push_back({op.last_event, turn_of(op)});
}

void TerminalOnce::finish(bool complete) {
  // An interrupted run cuts requests off itself.
  if (!complete) return;
  for (const auto& [at, turn] : unfinished_) {
    violate(at, world::to_text(turn), "the request had not ended when the run ended");
  }
  for (const auto& [id, turn] : open_) {
    violate(last_, world::to_text(turn), "the request was sent and no end of it was recorded");
  }
}

}  // namespace harness
