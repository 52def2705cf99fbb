// AnswerWriter: puts what happens to one job into the form of the API that it came by: events of
// its log while it goes on, and at the end the last events or one response. ChatWriter passes the
// provider's chunks on as they are; ResponsesWriter makes Responses events of its words. It never
// waits, and it keeps no state that the job does not outlive. One job; one clock.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "agent/api/problem.hpp"
#include "agent/queue/fair_queue.hpp"

namespace agent {

struct Job;
struct Config;
struct Completion;
struct JobRow;

class AnswerWriter {
 public:
  virtual ~AnswerWriter() = default;

  // While it goes on, only of jobs that are streamed or kept.
  virtual void accepted() = 0;  // it has a slot, or a place in the queue
  virtual void queued(const FairQueue::Place& place) = 0;
  virtual void started() = 0;
  // `kind` is intent, progress, provider_attempt, cooldown or command; `data` a JSON object.
  virtual void happened(std::string_view kind, std::string_view data) = 0;
  virtual void piece(std::string bytes) = 0;  // what the relay has given out

  // The end: one of these sets the job's last events or its response. `body` is the provider's
  // whole answer, or what the relay still held; `said` is what it says.
  virtual void answered(std::string body, const Completion& said) = 0;
  virtual void failed(const Problem& problem, const ProblemContext& context) = 0;
  virtual void cancelled() = 0;

  // What a reader gets who asks for the job by its id, now.
  virtual std::string object() const = 0;
};

std::unique_ptr<AnswerWriter> make_chat_writer(Job& job, const Config& config);
std::unique_ptr<AnswerWriter> make_responses_writer(Job& job, std::int64_t created_s);

// The object of a job that nobody can run any more.
std::string failed_object(const JobRow& row, const Problem& problem);

// The last event of a job that has ended without saying so, as one that a crash has cut off.
std::string terminal_event(const JobRow& row, std::uint64_t number);
bool is_terminal_event(std::string_view event);

}  // namespace agent
