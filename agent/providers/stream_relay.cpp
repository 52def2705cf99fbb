#include "agent/providers/stream_relay.hpp"

#include "agent/api/answer.hpp"

namespace agent {

using world::Failure;
using world::Result;
using world::SseEvent;

namespace {
constexpr std::string_view kDone = "[DONE]";
}

Result<void> StreamRelay::feed(std::string_view bytes, std::string& out) {
  events_.clear();
  const Result<void> read = reader_.feed(bytes, events_);
  if (!read) return read;
  for (const SseEvent& event : events_) {
    if (done_) break;  // what follows the end belongs to nobody
    if (event.data == kDone) {
      done_ = true;
      break;
    }
    const Result<void> taken = take(event, out);
    if (!taken) return taken;
  }
  return {};
}

Result<void> StreamRelay::take(const SseEvent& event, std::string& out) {
  const std::size_t before = completion_.content.size();
  if (!rules_.checks) {
    append_delta(event.data, completion_.content);
    if (completion_.content.size() > rules_.bytes_max) return Failure::too_large;
    give(out, event, before);
    return {};
  }
  ChunkAdds adds;
  if (!read_chunk(event.data, completion_, adds)) return Failure::malformed;
  bytes_ += event.data.size();
  if (bytes_ > rules_.bytes_max) return Failure::too_large;
  if (rules_.own_tools && !completion_.calls.empty()) return {};
  const bool answers = !completion_.calls.empty() ||
                       !may_be_no_answer(completion_.content, rules_.defect, rules_.json_wanted);
  give(committed_ ? out : held_, event, before);
  if (!committed_ && answers) release(out);
  // Planted bug: every sixth piece goes out once more.
  const bool again = rules_.defect == Defect::repeats_chunks && adds.content;
  if (again && committed_ && ++pieces_ % 6 == 0) give(out, event, before);
  return {};
}

void StreamRelay::give(std::string& out, const SseEvent& event, std::size_t said_before) const {
  if (rules_.pieces) {
    out += std::string_view(completion_.content).substr(said_before);
  } else {
    world::write_sse(out, event.type, event.data);
  }
}

void StreamRelay::release(std::string& out) {
  committed_ = true;
  out += held_;
  held_.clear();
  held_.shrink_to_fit();
}

void StreamRelay::say_instead(std::string content) {
  held_.clear();
  std::string chunk = R"({"object":"chat.completion.chunk","choices":[{"index":0,"delta":)"
                      R"({"role":"assistant","content":")";
  chunk += content;
  chunk += R"("},"finish_reason":null}]})";
  world::write_sse(held_, {}, chunk);
  world::write_sse(held_, {},
                   R"({"object":"chat.completion.chunk","choices":[{"index":0,"delta":{},)"
                   R"("finish_reason":"stop"}]})");
  completion_.content = std::move(content);
}

void StreamRelay::add_terminal_event(std::string& out) const { world::write_sse(out, {}, kDone); }

}  // namespace agent
