// A user's request, read from the JSON of `POST /v1/chat/completions` and checked. Messages stay
// the bytes that came: the core passes them on and remembers them, it never looks inside. Pure
// functions; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/history.hpp"

namespace agent {

struct Request {
  std::string model;
  std::string user;          // empty: anonymous; all such requests count as one user
  std::string conversation;  // empty: stateless, the messages are the whole prompt
  bool stream = false;
  std::int64_t max_tokens = 0;  // 0: not said
  History messages;
  // The members that the core does not know, as `,"name":value` each: the provider may.
  std::string others;
};

struct RequestLimits {
  std::int64_t messages_max = 10'000;
  static constexpr std::size_t kNameBytesMax = 256;  // of user and conversation
};

// True when the body is a valid request, which `request` then holds. False says nothing of the
// reason: the answer to malformed input is one generic error.
bool read_request(std::string_view body, const RequestLimits& limits, Request& request);

// The body of the request to a provider: the same with the whole prompt and the provider's model.
// `further` are members that the core adds, in the form of Request::others.
std::string render_prompt(const Request& request, std::string_view model, const History& prompt,
                          std::string_view further = {});

}  // namespace agent
