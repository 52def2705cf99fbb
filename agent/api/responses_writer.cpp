// Responses: the response object and its events, in the form of the Open Responses specification.
// An event's sequence_number is its place in the job's log, so a stream that is taken up again has
// no gap. Events and members of the core's own begin with `agentcore`.
#include <array>

#include "agent/api/answer_writer.hpp"
#include "agent/api/sanitise.hpp"
#include "agent/jobs/job.hpp"
#include "agent/jobs/job_store.hpp"
#include "agent/providers/completion.hpp"
#include "agent/providers/degraded.hpp"
#include "agent/queue/queue_page.hpp"
#include "world/json_reader.hpp"
#include "world/json_text.hpp"
#include "world/sse.hpp"

namespace agent {
namespace {

using world::append_integer;
using world::append_json_string;

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out += ",\"";
  out += name;
  out += "\":";
  append_json_string(out, text);
}

constexpr const char* kResponseEvent = "response.";

// Members of a response that repeat its request, and what they are if that does not have them;
// empty: they are not there.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kAsked = {{
    {"instructions", "null"},
    {"max_output_tokens", "null"},
    {"max_tool_calls", ""},
    {"parallel_tool_calls", "true"},
    {"reasoning", ""},
    {"temperature", "1"},
    {"text", R"({"format":{"type":"text"}})"},
    {"tool_choice", R"("auto")"},
    {"tools", "[]"},
    {"top_logprobs", ""},
    {"top_p", "1"},
    {"truncation", R"("disabled")"},
}};

class ResponsesWriter final : public AnswerWriter {
 public:
  ResponsesWriter(Job& job, std::int64_t created_s) : job_(job), created_s_(created_s) {}

  void accepted() override {
    if (!tells()) return;
    tell("response.created", with_object());
    tell("response.queued", with_object());
  }

  void queued(const FairQueue::Place& place) override {
    place_ = place;
    if (!tells()) return;
    tell_own("queue_position", "response.queued", place_members(place));
  }

  void started() override {
    place_ = {};
    if (tells()) tell("response.in_progress", with_object());
  }

  void happened(std::string_view kind, std::string_view data) override {
    if (!tells() || data.size() < 2) return;
    tell_own(kind, "response.in_progress", data.substr(1, data.size() - 2));
  }

  void piece(std::string text) override {
    if (text.empty()) return;
    open_message();
    text_ += text;
    tell("response.output_text.delta", in_message() + R"(,"delta":")" + text +
                                           R"(","logprobs":[])");
  }

  void answered(std::string, const Completion& said) override {
    end_ = said.finish == "length" ? JobState::incomplete : JobState::completed;
    const bool says = !said.content.empty() || said.calls.empty();
    const std::string content = sanitised(said.content);
    if (tells() && says) {
      if (!open_) open_message();
      if (text_.size() < content.size()) {
        const std::string rest = content.substr(text_.size());
        last("response.output_text.delta",
             in_message() + R"(,"delta":")" + rest + R"(","logprobs":[])");
      }
      last("response.output_text.done",
           in_message() + R"(,"text":")" + content + R"(","logprobs":[])");
      last("response.content_part.done", in_message() + R"(,"part":)" + part(content));
      last("response.output_item.done",
           R"(,"output_index":0,"item":)" + message(content, "completed"));
    }
    if (says) output_ = message(content, "completed");
    int index = says ? 1 : 0;
    for (const ToolRequest& call : said.calls) add_call(call, index++);
    finish();
  }

  void failed(const Problem& problem, const ProblemContext& context) override {
    end_ = JobState::failed;
    error_ = body_of(problem, context);
    code_ = name_of(problem.code);
    detail_ = problem.detail;
    if (job_.accepted && tells()) {
      finish();
    } else {
      job_.response = response_of(problem, context);
      add_facts(job_, job_.response->headers);
    }
  }

  void cancelled() override {
    end_ = JobState::cancelled;
    output_.clear();
    finish();
  }

  std::string object() const override {
    const JobState state = end_.value_or(job_.state);
    std::string out = R"({"id":)";
    append_json_string(out, job_.id);
    out += R"(,"object":"response","created_at":)";
    append_integer(out, created_s_);
    append_member(out, "status", name_of(state));
    out += R"(,"background":)";
    out += job_.request.background ? "true" : "false";
    append_error(out, state);
    out += R"(,"incomplete_details":)";
    out += state == JobState::incomplete ? R"({"reason":"max_output_tokens"})" : "null";
    append_asked(out);
    append_member(out, "model", model());
    out += R"(,"output":[)" + output_ + R"(],"previous_response_id":)";
    if (job_.request.previous.empty()) {
      out += "null";
    } else {
      append_json_string(out, job_.request.previous);
    }
    out += R"(,"service_tier":")";
    out += job_.request.tier == ServiceTier::flex       ? "flex"
           : job_.request.tier == ServiceTier::priority ? "priority"
                                                        : "default";
    out += R"(","store":)";
    out += job_.request.store ? "true" : "false";
    out += R"(,"metadata":)";
    out += job_.request.metadata.empty() ? "{}" : job_.request.metadata;
    append_usage(out, state);
    append_own(out);
    out += '}';
    return out;
  }

 private:
  bool tells() const { return job_.request.stream || job_.request.background; }

  std::string_view model() const {
    if (!job_.degraded.empty()) return kOwnModel;
    if (job_.provider != nullptr && !job_.provider->model.empty()) return job_.provider->model;
    return job_.request.model;
  }

  std::string event(std::string_view type, std::string_view members, std::uint64_t number) const {
    std::string data = R"({"type":")";
    data += type;
    data += R"(","sequence_number":)";
    append_integer(data, static_cast<std::int64_t>(number));
    data += members;
    data += '}';
    std::string out;
    world::write_sse(out, type, data);
    return out;
  }
  void tell(std::string_view type, std::string_view members) {
    job_.log.add(event(type, members, job_.log.next()));
  }
  // What only this core tells: as an event of its own name to whoever asks for those, and otherwise
  // by a standard one, as clients may fail at names that they do not know.
  void tell_own(std::string_view kind, std::string_view standard, std::string_view members) {
    const std::string more = members.empty() ? std::string() : ',' + std::string(members);
    if (job_.request.names_events) return tell("agentcore:" + std::string(kind), more);
    std::string own = R"(,"agentcore":{"event":")";
    own += kind;
    own += '"' + more + '}';
    tell(standard, with_object() + own);
  }
  // Of the end: told when it is kept.
  void last(std::string_view type, std::string_view members) {
    job_.last.push_back(event(type, members, job_.log.next() + job_.last.size()));
  }
  std::string with_object() const { return R"(,"response":)" + object(); }

  void finish() {
    if (tells()) last("response." + std::string(name_of(*end_)), with_object());
    if (job_.request.stream) return;
    world::HttpResponse response;
    response.headers.add("content-type", "application/json");
    response.headers.add("x-request-id", job_.request_id);
    add_facts(job_, response.headers);
    response.body = object();
    job_.response = std::move(response);
  }

  std::string item_id() const { return "msg_" + job_.id; }
  std::string in_message() const {
    return R"(,"item_id":")" + item_id() + R"(","output_index":0,"content_index":0)";
  }
  static std::string part(std::string_view text) {
    return R"({"type":"output_text","text":")" + std::string(text) +
           R"(","annotations":[],"logprobs":[]})";
  }
  std::string message(std::string_view text, std::string_view status) const {
    return R"({"type":"message","id":")" + item_id() + R"(","status":")" + std::string(status) +
           R"(","role":"assistant","content":[)" + part(text) + "]}";
  }
  void open_message() {
    if (std::exchange(open_, true)) return;
    tell("response.output_item.added",
         R"(,"output_index":0,"item":{"type":"message","id":")" + item_id() +
             R"(","status":"in_progress","role":"assistant","content":[]})");
    tell("response.content_part.added", in_message() + R"(,"part":)" + part({}));
  }

  static std::string call_item(const ToolRequest& call, std::string_view arguments,
                               std::string_view status) {
    std::string item = R"({"type":"function_call")";
    append_member(item, "id", "fc_" + call.id);
    append_member(item, "call_id", call.id);
    append_member(item, "name", call.name);
    append_member(item, "arguments", arguments);
    append_member(item, "status", status);
    return item + "}";
  }
  void add_call(const ToolRequest& call, int index) {
    const std::string item = call_item(call, call.arguments, "completed");
    if (tells()) {
      const std::string at = R"(,"output_index":)" + std::to_string(index);
      std::string part = at;
      append_member(part, "item_id", "fc_" + call.id);
      std::string delta = part;
      append_member(delta, "delta", call.arguments);
      append_member(part, "name", call.name);
      append_member(part, "arguments", call.arguments);
      last("response.output_item.added",
           at + R"(,"item":)" + call_item(call, {}, "in_progress"));
      last("response.function_call_arguments.delta", delta);
      last("response.function_call_arguments.done", part);
      last("response.output_item.done", at + R"(,"item":)" + item);
    }
    if (!output_.empty()) output_ += ',';
    output_ += item;
  }

  // As the request has them, or what holds without.
  void append_asked(std::string& out) const {
    const std::string& echo = job_.request.echo;
    const std::string given = "{" + (echo.empty() ? std::string() : echo.substr(1)) + "}";
    for (const auto& [name, without] : kAsked) {
      const world::JsonValue value = world::member_of(given, name);
      const bool has = value && value.type != world::JsonType::null;
      if (!has && without.empty()) continue;
      out += ",\"";
      out += name;
      out += "\":";
      out += has ? value.raw : without;
    }
  }

  void append_error(std::string& out, JobState state) const {
    out += R"(,"error":)";
    if (state != JobState::failed) {
      out += "null";
      return;
    }
    out += R"({"code":)";
    append_json_string(out, code_);
    append_member(out, "message", detail_);
    out += '}';
  }

  void append_usage(std::string& out, JobState state) const {
    out += R"(,"usage":)";
    if (!is_terminal(state) || job_.tokens < 0) {
      out += "null";
      return;
    }
    const std::int64_t asked = std::max<std::int64_t>(0, job_.prompt_tokens);
    out += R"({"input_tokens":)";
    append_integer(out, asked);
    out += R"(,"input_tokens_details":{"cached_tokens":0},"output_tokens":)";
    append_integer(out, job_.tokens);
    out += R"(,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":)";
    append_integer(out, asked + job_.tokens);
    out += '}';
  }

  void append_own(std::string& out) const {
    out += R"(,"agentcore":{"attempts_made":)";
    append_integer(out, job_.attempts);
    out += R"(,"attempts":[)";
    for (std::size_t i = 0; i < job_.tried.size(); ++i) {
      if (i > 0) out += ',';
      out += job_.tried[i];
    }
    out += ']';
    if (job_.provider != nullptr) {
      append_member(out, "provider", job_.provider->name);
      out += R"(,"fallback":)";
      out += job_.fallback ? "true" : "false";
    }
    out += R"(,"degraded":)";
    out += job_.degraded.empty() ? "false" : "true";
    if (!job_.degraded.empty()) {
      append_member(out, "source", job_.degraded);
      out += R"(,"age_s":)";
      append_integer(out, job_.age.count() / 1'000'000'000);
    }
    if (place_.position > 0) out += R"(,"queue":{)" + place_members(place_) + '}';
    if (!error_.empty()) out += R"(,"problem":)" + error_;
    out += '}';
  }

  Job& job_;
  const std::int64_t created_s_;
  FairQueue::Place place_;
  bool open_ = false;
  std::string text_;    // told so far
  std::string output_;  // items, joined by commas
  std::string error_;   // the problem
  std::string code_;
  std::string detail_;
  std::optional<JobState> end_;
};

}  // namespace

std::unique_ptr<AnswerWriter> make_responses_writer(Job& job, std::int64_t created_s) {
  return std::make_unique<ResponsesWriter>(job, created_s);
}

std::string failed_object(const JobRow& row, const Problem& problem) {
  std::string out = R"({"id":)";
  append_json_string(out, row.id);
  out += R"(,"object":"response","created_at":)";
  append_integer(out, row.created_at / 1'000'000'000);
  out += R"(,"status":"failed","background":)";
  out += row.background ? "true" : "false";
  out += R"(,"error":{"code":)";
  append_json_string(out, name_of(problem.code));
  append_member(out, "message", problem.detail);
  ProblemContext context;
  context.request = row.request_id;
  out += R"(},"incomplete_details":null,"output":[],"model":"","metadata":{},"usage":null,)"
         R"("agentcore":{"problem":)" +
         body_of(problem, context) + "}}";
  return out;
}

std::string terminal_event(const JobRow& row, std::uint64_t number) {
  const std::string type = kResponseEvent + std::string(name_of(row.state));
  std::string data = R"({"type":")" + type + R"(","sequence_number":)";
  append_integer(data, static_cast<std::int64_t>(number));
  data += R"(,"response":)" + row.result + '}';
  std::string out;
  world::write_sse(out, type, data);
  return out;
}

bool is_terminal_event(std::string_view event) {
  for (const JobState state : {JobState::completed, JobState::failed, JobState::incomplete,
                               JobState::cancelled}) {
    const std::string type = kResponseEvent + std::string(name_of(state));
    if (event.starts_with("event: " + type + '\n')) return true;
  }
  return false;
}

}  // namespace agent
