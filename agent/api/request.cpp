#include "agent/api/request.hpp"

#include "world/json_text.hpp"

namespace agent {

std::string render_prompt(const Request& request, std::string_view model, const History& prompt,
                          std::string_view further) {
  std::string body;
  body.reserve(prompt.text().size() + request.others.size() + further.size() +
               request.instructions.size() + 160);
  body += R"({"model":)";
  world::append_json_string(body, model);
  body += R"(,"messages":[)";
  if (!request.instructions.empty()) {
    body += R"({"role":"system","content":)";
    world::append_json_string(body, request.instructions);
    body += prompt.size() > 0 ? "}," : "}";
  }
  body += prompt.text();
  body += ']';
  if (!request.user.empty()) {
    body += R"(,"user":)";
    world::append_json_string(body, request.user);
  }
  body += request.stream ? R"(,"stream":true)" : R"(,"stream":false)";
  // A response tells its tokens, streamed or not; who asks for chat says whether it wants them.
  if (request.stream && request.api == Api::responses) {
    body += R"(,"stream_options":{"include_usage":true})";
  }
  body += request.others;
  body += further;
  body += '}';
  return body;
}

}  // namespace agent
