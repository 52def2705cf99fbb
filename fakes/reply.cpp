#include "fakes/reply.hpp"

#include <algorithm>

namespace fakes {

void plan_reply(Answer& answer, const ReplyContext& c) {
  const std::int64_t wanted =
      c.chat.max_tokens ? *c.chat.max_tokens : draw_tokens(c.config, c.random, c.key);
  const bool cut_off = wanted > c.config.output_tokens_max;
  std::string first = c.chat.asked ? canary(*c.chat.asked) : std::string("[reply]");
  answer.text = ReplyText::checkable(std::move(first), std::min(wanted, c.config.output_tokens_max),
                                     cut_off, c.words);
  answer.finish = cut_off ? Finish::length : Finish::stop;
}

}  // namespace fakes
