// A chat request and its answer in words that no provider's wire format appears in. A dialect turns
// bytes into the first and the second into bytes. Plain data; one request's lifetime.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/markers.hpp"
#include "fakes/reply_text.hpp"
#include "world/units.hpp"

namespace fakes {

// A call of JSON-RPC, of tool servers. The views stand inside the request's body.
struct RpcCall {
  std::string_view id;  // JSON
  std::string method;
  std::string_view params;            // JSON; empty: none
  std::string_view arguments = "{}";  // of a tool, JSON
  std::string_view progress_token;    // JSON; empty: nobody wants to hear of progress
};

// Where an answer tells what the model thought before it spoke.
enum class Thoughts : std::uint8_t {
  none,    // nobody asked for them
  beside,  // they are a part of their own, before all others
  inside,  // the text begins with them, between marks
  unseen,  // they are only counted
};

struct ChatRequest {
  std::string model;
  std::string user;
  bool stream = false;
  bool include_usage = false;  // a stream ends with a count of its tokens
  bool obfuscate = false;      // its events are padded, so that their lengths tell nothing
  bool background = false;     // the answer is made while nobody waits; fetched later
  bool store = true;
  std::string previous_response_id;
  std::string_view instructions;  // as JSON inside the request's body; empty: none
  std::string_view metadata;      // the same
  std::string_view input;         // the same, for providers that tell it again
  std::map<std::string, std::string_view> repeated;  // see Echo
  std::optional<std::int64_t> max_tokens;
  std::int64_t messages = 0;
  std::int64_t prompt_bytes = 0;         // of all contents
  std::int64_t turns = 0;                // user messages
  std::int64_t tool_results = 0;         // behind the last user message
  std::string_view last_user_message;    // as JSON text inside the request's body
  std::string_view last_tool_result;     // the same
  std::vector<std::string> tools;        // names of the tools on offer, in order
  std::vector<std::string_view> schemas;  // of their arguments, JSON; empty: any
  bool must_call = false;                // the answer must be a tool call
  std::string must_call_tool;            // of this tool; empty: of any
  std::optional<std::vector<std::string>> allowed_tools;  // of those on offer; none: all
  std::string_view tool_choice;          // as JSON inside the request's body; empty: none
  Thoughts thoughts = Thoughts::none;
  bool sealed_thoughts = false;          // an encrypted copy is asked for
  bool must_be_json = false;             // the text must be JSON
  std::string_view json_schema;          // that it must fit; empty: any object
  std::optional<world::TurnId> asked;    // the last turn marker in the last user message
  std::vector<Marker> markers;
  std::optional<RpcCall> rpc;            // the model is then the tool, or else the method

  static constexpr std::size_t kToolsMax = 1'024;
};

// Of prompts, as providers' own rule of thumb says.
inline constexpr std::int64_t kBytesPerToken = 4;

// Adds a tool that is on offer. Its schema is JSON within the request's body, or empty.
void note_tool(ChatRequest& request, std::string name, std::string_view schema);

// Counts a message and what it holds. The content is JSON text within the request's body: the
// inside of a string, or of an array of parts.
void note_message(ChatRequest& request, Role role, std::string_view content);

// What a content says, escapes resolved: of a string, or of the texts in an array of parts.
std::string plain_text(std::string_view content);

// Takes back all that note_message and the count of messages have gathered.
void forget_messages(ChatRequest& request);

// Why a request is refused; the dialect puts it in its own form.
struct Refusal {
  int status = 400;
  std::string type = "invalid_request_error";
  std::string code;   // empty: null
  std::string param;  // empty: null
  std::string message;
};

// Why an answer ends; each dialect has its own word for it.
enum class Finish : std::uint8_t {
  stop,
  length,
  tool_calls,
  content_filter,
  error,
  stop_sequence,
  context_window,  // the model can hold no more
  pause,           // to be continued by the next request
  timeout,
};

struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;       // as the model writes them: JSON text, unless a fault spoils it
  std::int64_t fragments = 1;  // in which the arguments are streamed
};

// What some providers repeat of the request in its answer.
struct Echo {
  bool background = false;
  bool store = true;
  std::string previous_id;
  std::string instructions;  // JSON; empty: none
  std::string metadata;      // the same
  std::string user;
  std::optional<std::int64_t> max_tokens;
  std::map<std::string, std::string> repeated;  // further members, by name: JSON as it came

  std::size_t bytes() const;  // of all that came from the request
};

Echo echo_of(const ChatRequest& request);

// How far a stored answer has come. What it ended with, the answer says.
enum class Progress : std::uint8_t { queued, in_progress, ended, cancelled };

// What the model thought before it spoke.
struct Reasoning {
  ReplyText text;  // with its marks where it stands inside of the answer's text
  Thoughts thoughts = Thoughts::beside;
  bool sealed = false;  // an encrypted copy comes with it
};

// Reasoning, a text, tool calls: its parts, in this order, as far as it has them. Each part is made
// of units: the tokens of a text, the fragments of a call's arguments. Units are what takes time;
// reasoning that is not seen has none.
struct Answer {
  std::uint64_t id = 0;
  std::int64_t created_unix_s = 0;
  std::string model;
  bool has_text = true;
  ReplyText text;
  std::vector<ToolCall> calls;
  std::int64_t prompt_tokens = 0;
  Finish finish = Finish::stop;
  bool include_usage = false;
  bool obfuscate = false;
  std::int64_t completed_unix_s = 0;  // of answers that are stored
  Echo echo;                          // the same
  std::shared_ptr<const Reasoning> reasoning;  // null: none

  std::size_t parts_before_calls() const { return (reasoning ? 1 : 0) + (has_text ? 1 : 0); }
  std::size_t parts() const { return parts_before_calls() + calls.size(); }
  bool is_reasoning(std::size_t part) const { return reasoning && part == 0; }
  bool is_text(std::size_t part) const { return has_text && part + 1 == parts_before_calls(); }
  const ToolCall& call(std::size_t part) const { return calls[part - parts_before_calls()]; }
  std::int64_t reasoning_tokens() const { return reasoning ? reasoning->text.tokens() : 0; }
  bool has_unseen_reasoning() const {
    return reasoning && reasoning->thoughts == Thoughts::unseen;
  }
  std::int64_t units(std::size_t part) const {
    if (is_reasoning(part)) return has_unseen_reasoning() ? 0 : reasoning_tokens();
    return is_text(part) ? text.tokens() : call(part).fragments;
  }
  std::int64_t units() const {
    std::int64_t sum = 0;
    for (std::size_t part = 0; part < parts(); ++part) sum += units(part);
    return sum;
  }
};

// Fragment n (from 1) of a call's arguments, as raw text; no character is cut in two.
std::string_view fragment(const ToolCall& call, std::int64_t n);

// One allowance of a rate limit, as the provider's headers tell of it. Limit 0: it has none.
struct Allowance {
  std::int64_t limit = 0;
  std::int64_t remaining = 0;
  world::Nanos reset{0};  // until it is whole again

  friend bool operator==(const Allowance&, const Allowance&) = default;
};

// What a provider says of itself in the headers of a response.
struct HeaderFacts {
  std::uint64_t request_id = 0;
  std::int64_t processing_ms = 0;
  std::int64_t unix_s = 0;  // now
  Allowance requests;       // per minute
  Allowance requests_day;
  Allowance tokens;  // per minute
};

}  // namespace fakes
