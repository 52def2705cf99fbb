// Chat completions: the provider's own chunks or body, as they came, with what the core has to say
// beside them. Events of the core's own have empty `choices`, so that clients pass over them.
#include "agent/api/answer_writer.hpp"
#include "agent/api/sanitise.hpp"
#include "agent/config.hpp"
#include "agent/jobs/job.hpp"
#include "agent/queue/queue_page.hpp"
#include "world/sse.hpp"

namespace agent {
namespace {

constexpr std::string_view kDone = "[DONE]";

class ChatWriter final : public AnswerWriter {
 public:
  ChatWriter(Job& job, const Config& config) : job_(job), config_(config) {}

  void accepted() override {}
  void started() override {}

  void queued(const FairQueue::Place& place) override {
    if (!job_.request.stream || !config_.honest_errors) return;
    tell("agent.queue", R"({"choices":[],)" + place_members(place) + '}');
  }

  void happened(std::string_view kind, std::string_view data) override {
    if (!job_.request.stream || !config_.honest_errors) return;
    tell("agent." + std::string(kind), R"({"choices":[],)" + std::string(data.substr(1)));
  }

  void piece(std::string bytes) override {
    if (!bytes.empty()) job_.log.add(std::move(bytes));
  }

  void answered(std::string body, const Completion&) override {
    if (config_.sanitise_answers) body = sanitised(std::move(body));
    if (job_.request.stream) {
      world::write_sse(body, {}, kDone);
      if (config_.defect == Defect::answers_twice) world::write_sse(body, {}, kDone);
      job_.last.push_back(std::move(body));
      return;
    }
    world::HttpResponse response;
    response.headers.add("content-type", "application/json");
    response.headers.add("x-request-id", job_.request_id);
    add_facts(job_, response.headers);
    response.body = std::move(body);
    job_.response = std::move(response);
  }

  void failed(const Problem& problem, const ProblemContext& context) override {
    if (job_.log.empty()) {
      job_.response = response_of(problem, context);
      add_facts(job_, job_.response->headers);
      return;
    }
    const std::string generic = error_response(generic_error_of(problem.code)).body;
    std::string event;
    world::write_sse(event, {}, context.honest ? body_of(problem, context) : generic);
    job_.last.push_back(std::move(event));
  }

  void cancelled() override {}

  std::string object() const override {
    return job_.response ? job_.response->body : std::string();
  }

 private:
  void tell(std::string_view type, std::string_view data) {
    std::string event;
    world::write_sse(event, type, data);
    job_.log.add(std::move(event));
  }

  Job& job_;
  const Config& config_;
};

}  // namespace

std::unique_ptr<AnswerWriter> make_chat_writer(Job& job, const Config& config) {
  return std::make_unique<ChatWriter>(job, config);
}

}  // namespace agent
