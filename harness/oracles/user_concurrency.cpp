#include "harness/oracles/user_concurrency.hpp"

namespace harness {

void UserConcurrency::on_prompt(const PromptRead& prompt) {
  const fakes::PromptRecord& record = *prompt.record;
  if (is_tool_call(prompt) || record.end != fakes::End::completed) return;
  check();
  users_.forget(record.ended);
  User& user = users_.touch({prompt.asked.user, 0, 0}, record.ended);
  while (!user.empty() && user.front().end + kHorizon < record.ended) user.pop_front();
  if (user.size() >= kKeptMax) user.pop_front();

  // Prompts are told when they have ended: most at once is found at the beginning of one of them,
  // when the last that was there then has been told.
  Request request{prompt.asked, prompt.at, record.ended, 1};
  std::uint32_t before = 0;
  for (Request& other : user) {
    if (other.begin <= request.begin && request.begin < other.end) ++before;
    if (other.begin > request.begin && other.begin < request.end) judge(other, 1);
  }
  judge(request, before);
  user.push_back(request);
}

void UserConcurrency::judge(Request& request, std::uint32_t more) {
  const bool was_allowed = request.at_once <= allowed_;
  request.at_once += more;
  if (!was_allowed || request.at_once <= allowed_) return;
  violate(request.begin, world::to_text(request.turn),
          "came to the providers while " + counted(request.at_once - 1, "other request") +
              " of the same user were there; " + std::to_string(allowed_) +
              " at once are allowed");
}

}  // namespace harness
