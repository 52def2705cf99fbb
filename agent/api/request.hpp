// A user's request, read from the JSON of `POST /v1/chat/completions` or `POST /v1/responses` and
// checked: one form for the pipeline, whatever API it came by. Messages stay the bytes that came:
// the core passes them on and remembers them, it never looks inside. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/api/json_config.hpp"
#include "agent/conversations/history.hpp"
#include "world/units.hpp"

namespace agent {

enum class Api : std::uint8_t { chat, responses };
enum class ServiceTier : std::uint8_t { priority, standard, flex };  // standard: "default"
// What becomes of a turn whose conversation is busy (agentcore.multitask_strategy).
enum class Multitask : std::uint8_t { enqueue, reject, interrupt, rollback };

struct Request {
  std::string model;
  std::string user;          // empty: anonymous; all such requests count as one user
  std::string whose;         // who what is kept belongs to: the user, and the key it came by
  std::string conversation;  // empty: stateless, the messages are the whole prompt
  bool stream = false;
  std::int64_t max_tokens = 0;  // 0: not said
  History messages;
  Api api = Api::chat;
  ServiceTier tier = ServiceTier::standard;
  bool background = false;
  bool store = false;       // to be found again by its id when it has ended
  bool cancel_on_leaving = true;  // agentcore.on_disconnect: cancel or continue
  bool allow_degraded = true;
  bool allow_fallback = true;
  std::string previous;     // previous_response_id: the job whose turn this one follows
  world::Nanos deadline{0};  // agentcore.deadline_ms or X-Request-Timeout-Ms; 0: the core's own
  std::string idempotency_key;
  bool prefers_async = false;  // Prefer: respond-async
  bool names_events = false;   // Agentcore-Events: named
  std::optional<world::Nanos> wait{};  // Prefer: wait=N: then it goes on without the call
  std::string metadata;     // JSON text, given back with the response
  std::string instructions;  // of the Responses API, a system message of this turn only
  Multitask multitask = Multitask::enqueue;
  bool wants_json = false;  // as the form of the answer: what looks like a plan may be one
  // The members that the core does not know, as `,"name":value` each: the provider may.
  std::string others;
  // Of the Responses API: those that a response gives back, in the same form and as they came.
  std::string echo;
};

struct RequestLimits {
  std::int64_t messages_max = 10'000;
  JsonConfig json{};
  static constexpr std::size_t kNameBytesMax = 256;  // of user and conversation
};

// True when the body is a valid request to chat completions, which `request` then holds. False says
// nothing of the reason: request_reader.hpp does, and reads both APIs.
bool read_request(std::string_view body, const RequestLimits& limits, Request& request);

// The body of the request to a provider: the same with the whole prompt, in front of it the
// instructions, and the provider's model.
// `further` are members that the core adds, in the form of Request::others.
std::string render_prompt(const Request& request, std::string_view model, const History& prompt,
                          std::string_view further = {});

}  // namespace agent
