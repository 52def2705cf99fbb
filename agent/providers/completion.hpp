// What a model has said, read from a whole answer or from the chunks of a stream, and whether it is
// an answer at all: not when it is blank, and not when it is the model's own plan as JSON. Texts
// are JSON text without quotes. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/defect.hpp"

namespace agent {

struct ToolRequest {
  std::string id;
  std::string name;
  std::string arguments;  // a JSON text, if the model is well
};

struct Completion {
  std::string content;
  std::vector<ToolRequest> calls;
  std::string finish;           // the finish_reason; empty: none came
  std::int64_t tokens = -1;     // of the answer; negative: it did not say
  std::int64_t prompt_tokens = -1;  // the same, of the question
  static constexpr std::size_t kCallsMax = 64;
};

// Reads `choices[0].message`. False when the body is not an answer: no JSON, no choices, an error.
bool read_completion(std::string_view body, Completion& completion);

// What one event of a stream adds. False when it is no chunk; `adds` then says nothing.
struct ChunkAdds {
  bool content = false;
  bool calls = false;
};
bool read_chunk(std::string_view data, Completion& completion, ChunkAdds& adds);

// Why a completion is no answer; empty: it is one. A plan is one when JSON was wanted.
inline constexpr std::string_view kPlanInstead = "a plan instead of an answer";
std::string_view fault_of(const Completion& completion, Defect defect, bool json_wanted = false);

// Of a plan: what it says to the user becomes the content. False when it says nothing.
bool take_out_answer(Completion& completion);

// The body of a whole answer with another content (JSON text without quotes).
std::string with_content(std::string_view body, std::string_view content);

// Whether text that has begun so may still turn out blank, or planning JSON: not to be passed on.
bool may_be_no_answer(std::string_view content, Defect defect, bool json_wanted = false);

}  // namespace agent
