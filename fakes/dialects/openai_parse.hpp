// What OpenAI's APIs have in common when they read a request: how they say that it is wrong, the
// names of roles, and checks of single members. Pure functions; any thread.
#pragma once

#include "fakes/chat.hpp"
#include "world/json_reader.hpp"

namespace fakes::openai {

inline constexpr std::int64_t kMessagesMax = 100'000;

Refusal invalid(std::string param, std::string message, std::string code = "invalid_type");
Refusal not_json();
Refusal missing(const std::string& param);
Refusal wrong_type(const std::string& param, std::string_view expected);

std::optional<Role> role_of(std::string_view raw);  // a JSON string, with its quotes

// A string, a boolean (null: false) or an absent value goes to `to`; anything else is refused.
std::optional<Refusal> read_text(const world::JsonValue& value, const std::string& name,
                                 std::string& to);
std::optional<Refusal> read_flag(const world::JsonValue& value, const std::string& name, bool& to);

// How many tokens the answer may have; null is no limit.
std::optional<Refusal> read_limit(const world::JsonValue& value, const std::string& name,
                                  ChatRequest& request);

// `include_usage` and `include_obfuscation`, both off when they are not given.
void read_stream_options(const world::JsonValue& value, ChatRequest& request);

// `tool_choice`: a word ("required", or "any" of Mistral, "REQUIRED" of Cohere), or an object that
// names a function, within `function` or not, or the tools that may be called (`allowed_tools`).
// What demands no function changes nothing.
void read_tool_choice(const world::JsonValue& value, ChatRequest& request);

// Once all is read: takes from the offer what is not allowed. A refusal when what was chosen is not
// on offer.
std::optional<Refusal> settle_tool_choice(ChatRequest& request);

// What an answer's text must be: `{"type": "json_object"}`, or `json_schema` with a schema, which
// stands in `json_schema`, in a `schema` within it, or beside the type.
void read_format(const world::JsonValue& value, ChatRequest& request);

// The parts of a content that is an array: objects, each with a type.
std::optional<Refusal> check_parts(const world::JsonValue& content, const std::string& name);

}  // namespace fakes::openai
