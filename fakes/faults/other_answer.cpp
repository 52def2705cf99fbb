#include "fakes/faults/other_answer.hpp"

#include "fakes/faults/edited.hpp"
#include "fakes/faults/json_edit.hpp"
#include "fakes/faults/strike.hpp"
#include "fakes/faults/suits.hpp"
#include "world/json_text.hpp"

namespace fakes {
namespace {

constexpr std::int64_t kTokensMax = 1'000'000;

// Another digit in the first number behind the canary and before the checksum; if there is none, a
// word more.
void lie(Answer& answer) {
  std::string text = plain_text(answer.text);
  const std::size_t canary = text.find(']');
  const std::size_t from = canary == std::string::npos ? 0 : canary;
  const std::size_t digit = text.find_first_of("0123456789", from);
  const std::size_t end = std::min(text.rfind(" [end "), text.size());
  if (digit < end) {
    text[digit] = text[digit] == '9' ? '0' : static_cast<char>(text[digit] + 1);
  } else {
    text.insert(end, " 7");
  }
  answer.text = ReplyText::literal(text, kTokensMax);
  answer.has_text = true;
}

std::string fingerprint_of(std::uint64_t number) {
  std::string hex;
  world::append_hex(hex, number);
  return "\"fp_" + hex.substr(0, 4) + "\"";
}

// Another one for each answer.
world::Task<void> with_other_fingerprint(Exchange& x, bool& done) {
  const std::string other = fingerprint_of(x.answer.id);
  Edit edit = [&other, &done](std::string& json, const EditPlace&) {
    done = replace_value(json, find_member(json, {"system_fingerprint"}), other) || done;
  };
  co_await answer_edited(x, std::move(edit));
}

void forget_history(Exchange& x) {
  constexpr std::int64_t bytes_per_token = 4;
  if (x.chat != nullptr) {
    x.answer.prompt_tokens =
        static_cast<std::int64_t>(x.chat->last_user_message.size()) / bytes_per_token + 1;
  }
  x.answer.calls.clear();
  x.answer.has_text = true;
  x.answer.finish = Finish::stop;
  x.answer.text = ReplyText::literal("I know of no earlier message. How can I help?", kTokensMax);
}

}  // namespace

world::Task<void> strike(OtherAnswer fault, Exchange& x) {
  bool done = true;
  switch (fault.how) {
    case OtherAnswerHow::lie: lie(x.answer); break;
    case OtherAnswerHow::model_fallback:
      done = why_unfit(fault, x.dialect).empty();
      x.answer.model = fault.model;
      break;
    case OtherAnswerHow::region_failover: forget_history(x); break;
    case OtherAnswerHow::fingerprint_drift: break;
    case OtherAnswerHow::repeated:
      done = x.previous.has_value();
      if (done) {
        const bool usage = x.answer.include_usage;
        x.answer = *x.previous;
        x.answer.include_usage = usage;
      }
      break;
    case OtherAnswerHow::key_ignored:
      done = x.key_came_as.has_value();
      if (done) x.answer.id = *x.key_came_as;
      break;
  }
  if (fault.how == OtherAnswerHow::fingerprint_drift) {
    done = false;
    co_await with_other_fingerprint(x, done);
  } else if (fault.how == OtherAnswerHow::region_failover) {
    bool changed = false;
    co_await with_other_fingerprint(x, changed);
  } else {
    co_await answer_normally(x);
  }
  x.had_effect = done;
}

}  // namespace fakes
