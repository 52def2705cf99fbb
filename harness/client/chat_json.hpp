// Reads what a chat-completions target answers: the few members that matter, without building a
// document. Bounded by its input and by the depth of JsonReader. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/client/reply.hpp"

namespace harness {

struct ChatPiece {               // an answer, or one chunk of a stream
  bool valid = false;            // JSON, and an object
  bool has_choice = false;
  bool has_error = false;        // an "error" member at the top: a failure inside a 200
  std::string id;
  std::optional<std::string> content;
  std::string finish_reason;     // empty: none yet
  std::optional<std::uint64_t> completion_tokens;
};

// message.content of choices[0] (an answer) or delta.content (a chunk).
ChatPiece read_chat_answer(std::string_view json);
ChatPiece read_chat_chunk(std::string_view json);

// Events that are the target's own, beside those of the API: `agentcore:queue_position` (of targets
// of before: `agent.queue`), which tells a place in its queue, and what else begins so.
bool is_of_target(std::string_view event_type);
bool tells_place(std::string_view event_type);

// {"position":3,"eta_seconds":45,"reason":"..."}: the data of such an event. Nothing when it is no
// object. What is missing or is no number counts as not given; `at` is the caller's.
std::optional<QueueNotice> read_queue_notice(std::string_view json);
// The same in the member "queue" of an error's body.
std::optional<QueueNotice> queue_notice_in(std::string_view error_body);

}  // namespace harness
