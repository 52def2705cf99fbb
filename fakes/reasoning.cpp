#include "fakes/reasoning.hpp"

#include <iterator>

namespace fakes {
namespace {

constexpr std::int64_t kSentences = 3;
constexpr std::int64_t kTokensMax = 100;
constexpr std::string_view kThoughts[] = {
    "Let me read the question again.",
    "The answer should be short.",
    "I have what I need for this.",
    "First the facts, then the answer.",
    "Nothing in it contradicts what was said before.",
    "I will say it as it is.",
    "One more look at the details.",
    "That settles it.",
};

// Of the sentences each at most once, in their order from one that is drawn.
std::string thoughts_of(const ReplyContext& c) {
  std::string text;
  std::uint64_t which = c.random.bits(world::Purpose("reasoning"), c.key.entity, c.key.attempt);
  for (std::int64_t i = 0; i < kSentences; ++i) {
    if (i > 0) text += ' ';
    text += kThoughts[which % std::size(kThoughts)];
    which += 1 + (which >> 8) % 2;
  }
  return text;
}

}  // namespace

void plan_reasoning(Answer& answer, const ReplyContext& c) {
  if (c.chat.thoughts == Thoughts::none) return;
  std::string text = thoughts_of(c);
  if (c.chat.thoughts == Thoughts::inside) text = "<think>\n" + text + "\n</think>\n\n";
  auto reasoning = std::make_shared<Reasoning>();
  reasoning->text = ReplyText::literal(text, kTokensMax);
  reasoning->thoughts = c.chat.thoughts;
  reasoning->sealed = c.chat.sealed_thoughts;
  answer.reasoning = std::move(reasoning);
}

}  // namespace fakes
