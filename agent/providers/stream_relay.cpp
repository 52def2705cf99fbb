#include "agent/providers/stream_relay.hpp"

#include "agent/api/answer.hpp"
#include "world/json_reader.hpp"

namespace agent {

using world::Failure;
using world::Result;
using world::SseEvent;

namespace {
constexpr std::string_view kDone = "[DONE]";

std::string chunk_that_says(std::string_view content) {
  std::string chunk = R"({"object":"chat.completion.chunk","choices":[{"index":0,"delta":)"
                      R"({"role":"assistant","content":")";
  chunk += content;
  chunk += R"("},"finish_reason":null}]})";
  return chunk;
}

// The chunk with another text (JSON text without quotes) in place of its own.
std::string with_content(const std::string& chunk, std::string_view content) {
  world::JsonReader choices(world::member_of(chunk, "choices").raw);
  if (!choices.enter_array() || !choices.next_item()) return chunk;
  const world::JsonValue delta = world::member_of(choices.take().raw, "delta");
  const world::JsonValue said = world::member_of(delta.raw, "content");
  if (said.type != world::JsonType::string) return chunk;
  const auto at = static_cast<std::size_t>(said.raw.data() - chunk.data());
  std::string out = chunk.substr(0, at + 1);
  out += content;
  return out + chunk.substr(at + said.raw.size() - 1);
}

}  // namespace

Result<void> StreamRelay::feed(std::string_view bytes, std::string& out) {
  events_.clear();
  const Result<void> read = reader_.feed(bytes, events_);
  if (!read) return read;
  for (const SseEvent& event : events_) {
    if (done_) break;  // what follows the end belongs to nobody
    if (event.data == kDone) {
      give_rest(committed_ ? out : held_);
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

void StreamRelay::give(std::string& out, const SseEvent& event, std::size_t said_before) {
  const std::string_view said = std::string_view(completion_.content).substr(said_before);
  if (!rules_.sanitise) {
    if (rules_.pieces) out += said;
    else world::write_sse(out, event.type, event.data);
    return;
  }
  std::string clean = sanitiser_.piece(said);
  if (!completion_.finish.empty() && said.empty()) give_rest(out);
  if (!completion_.finish.empty()) clean += sanitiser_.finish();
  if (rules_.pieces) {
    out += clean;
  } else if (clean == said) {
    world::write_sse(out, event.type, event.data);
  } else {
    world::write_sse(out, event.type, with_content(event.data, clean));
  }
}

// What was held back because it might have become a key.
void StreamRelay::give_rest(std::string& out) {
  const std::string rest = sanitiser_.finish();
  if (rest.empty()) return;
  if (rules_.pieces) out += rest;
  else world::write_sse(out, {}, chunk_that_says(rest));
}

void StreamRelay::release(std::string& out) {
  committed_ = true;
  out += held_;
  held_.clear();
  held_.shrink_to_fit();
}

void StreamRelay::say_instead(std::string content) {
  held_.clear();
  world::write_sse(held_, {}, chunk_that_says(content));
  world::write_sse(held_, {},
                   R"({"object":"chat.completion.chunk","choices":[{"index":0,"delta":{},)"
                   R"("finish_reason":"stop"}]})");
  completion_.content = std::move(content);
}

void StreamRelay::add_terminal_event(std::string& out) const { world::write_sse(out, {}, kDone); }

}  // namespace agent
