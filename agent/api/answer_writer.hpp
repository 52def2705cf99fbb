// AnswerWriter: puts what happens to one job into the form of the API that it came by: events of
// its log while it goes on, and at the end one response. ChatWriter passes the provider's chunks on
// as they are; ResponsesWriter makes Responses events of them. Nothing here waits. One job.
#pragma once

#include <string>
#include <string_view>

#include "agent/api/problem.hpp"
#include "agent/queue/fair_queue.hpp"

namespace agent {

// What is known of a job when it ends.
struct AnswerFacts {
  std::string provider;  // who answered; empty: nobody was asked
  std::string model;     // that answered
  std::string attempts;  // JSON list of {provider, outcome, ms}
  int attempts_made = 0;
  bool fallback = false;
  bool degraded = false;
  std::string source;       // of a degraded answer: "cache", "last_good", "local"
  std::int64_t age_s = 0;   // of the same
  std::int64_t tokens = -1;  // negative: unknown
  std::string server_timing;  // value of the header
};

class AnswerWriter {
 public:
  virtual ~AnswerWriter() = default;

  virtual void accepted() = 0;  // it has a slot, or a place in the queue
  virtual void queued(const FairQueue::Place& place, bool rose) = 0;
  virtual void started() = 0;
  // agentcore:<kind>: intent, progress, provider_attempt, cooldown, command. `data` is a JSON object.
  virtual void happened(std::string_view kind, std::string data) = 0;

  // Whether the relay gives pieces of text (JSON text without quotes), not events of chat chunks.
  virtual bool wants_pieces() const = 0;
  virtual void piece(std::string bytes) = 0;

  // The end: one of these, once. `body` is the provider's whole answer, or empty after pieces;
  // `content` is its text (JSON text without quotes).
  virtual void answered(std::string body, std::string_view content, const AnswerFacts& facts) = 0;
  virtual void failed(const Problem& problem, const ProblemContext& context,
                      const AnswerFacts& facts) = 0;
  virtual void cancelled() = 0;
};

}  // namespace agent
