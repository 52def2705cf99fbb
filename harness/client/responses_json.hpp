// Reads what a target of the Responses API answers: response objects and the events of its streams,
// of both the few members that matter, without building a document. Bounded by the input and by the
// depth of JsonReader. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/client/reply.hpp"

namespace harness {

struct ResponseObject {
  bool valid = false;              // JSON, and an object with "object": "response"
  std::string id;
  JobStatus status = JobStatus::none;
  bool has_text = false;           // a message with text is among its output
  std::string text;                // of all its messages, one behind the other
  std::string error;               // the member "error" as it stands; empty: null or not there
  bool cut_off = false;            // incomplete for want of tokens
  std::optional<std::uint64_t> output_tokens;
};
ResponseObject read_response(std::string_view json);

struct ResponseEvent {
  bool valid = false;              // JSON, and an object
  std::string type;                // as its data says; empty: they do not
  std::optional<std::uint64_t> number;  // sequence_number
  std::optional<std::string> delta;
  std::string_view response;       // the member as it stands; empty: none
};
// The view points into `json`.
ResponseEvent read_response_event(std::string_view json);

// Same id, status, text and error: what a client would call the same response.
bool says_the_same(const ResponseObject& a, const ResponseObject& b);

}  // namespace harness
