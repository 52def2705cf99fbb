// What the cases of tests/wire read out of raw bytes: the JSON in a body or in a stream's events,
// what the model said, and the tool calls; and requests that end their connection, so that a live
// case ends with its answer. OpenAI's dialect, where it matters. Test code; one thread.
#pragma once

#include <string>
#include <vector>

#include "tests/fakes/fake_world.hpp"

namespace wire {

struct Call {
  std::string id;  // "-": the key is missing
  std::string name;
  std::string arguments;
};

// The body of a plain answer, or what stands behind each `data: ` of a stream.
std::vector<std::string> payloads(const support::Talk& talk);

bool is_json(const std::string& text);

std::string said(const support::Talk& talk);
std::vector<Call> calls(const support::Talk& talk);

inline std::string text_of(const support::Talk& talk) { return support::body_of(talk.bytes).text; }
inline bool has(const support::Talk& talk, const std::string& what) {
  return text_of(talk).find(what) != std::string::npos;
}
inline world::Nanos length_of(const support::Talk& talk) {
  return talk.last_byte - talk.first_byte;
}

// A request with `connection: close`; `further` are members of its body, `headers` lines.
std::string closing(bool stream, std::string further = {}, std::string headers = {},
                    int tokens = 8);

// Two requests on one connection, the second of which ends it: of two turns, or of one.
std::string two_requests(bool same_turn, const std::string& headers = {});

}  // namespace wire
