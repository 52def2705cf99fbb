#include "harness/oracles/stream_integrity.hpp"

#include <charconv>

#include "fakes/reply_text.hpp"
#include "harness/oracles/turn_mark.hpp"

namespace harness {
namespace {

constexpr std::string_view kWord = " t";      // of token n: " tn"
constexpr std::string_view kEnd = " [end ";   // " [end 4 5c9f0a1e]"
constexpr std::size_t kEndBytes = 9;          // behind the number: " 5c9f0a1e"

// Takes the number behind `opening`; 0: there is none.
std::int64_t take_number(std::string_view& rest, std::string_view opening) {
  if (!rest.starts_with(opening)) return 0;
  std::int64_t number = 0;
  const char* const begin = rest.data() + opening.size();
  const auto read = std::from_chars(begin, rest.data() + rest.size(), number);
  if (read.ec != std::errc() || number < 1) return 0;
  rest.remove_prefix(static_cast<std::size_t>(read.ptr - rest.data()));
  return number;
}

std::string tokens_text(std::int64_t first, std::int64_t last) {
  if (first == last) return "token " + std::to_string(first) + " is";
  return "tokens " + std::to_string(first) + " to " + std::to_string(last) + " are";
}

// The token, and no longer number that begins with its digits.
bool holds_token(std::string_view text, std::int64_t token) {
  const std::string word = std::string(kWord) + std::to_string(token);
  for (std::size_t i = text.find(word); i != std::string_view::npos; i = text.find(word, i + 1)) {
    const std::size_t behind = i + word.size();
    if (behind == text.size() || text[behind] < '0' || text[behind] > '9') return true;
  }
  return false;
}

// Checkable text, whatever became of it; other text may follow a canary too (a rule of the fake).
bool says_numbers(std::string_view rest) {
  std::string_view copy = rest;
  return rest.empty() || rest.starts_with(kEnd) || rest.starts_with("[reply u") ||
         take_number(copy, kWord) > 0 || rest.find(kEnd) != std::string_view::npos;
}

// What is wrong with the tokens behind the canary, first fault first; empty: nothing is. The
// checksum tells that a text is wrong, the numbers tell where.
std::string fault_of(std::string_view rest, bool may_be_cut) {
  std::int64_t expected = 2;  // the canary was the first
  for (;; ++expected) {
    if (rest.empty()) {
      // A single token has no checksum.
      if (may_be_cut || expected == 2) return "";
      return "the text stops behind token " + std::to_string(expected - 1) +
             ", without its end, and counted as complete";
    }
    if (rest.starts_with("[reply u")) {
      return "the answer begins again behind token " + std::to_string(expected - 1);
    }
    const std::string_view here = rest;
    if (const std::int64_t total = take_number(rest, kEnd); total > 0) {
      if (total > expected) return tokens_text(expected, total - 1) + " missing";
      rest.remove_prefix(std::min(rest.size(), kEndBytes));
      if (rest != "]") return "the text goes on behind its end";
      return "the text is not what its checksum says";
    }
    const std::int64_t token = take_number(rest, kWord);
    if (token == expected) continue;
    if (token == 0) {
      return "the text is damaged behind token " + std::to_string(expected - 1);
    }
    if (token < expected) return "token " + std::to_string(token) + " is there twice";
    if (holds_token(here, expected)) {
      return "token " + std::to_string(token) + " comes before token " + std::to_string(expected);
    }
    return tokens_text(expected, token - 1) + " missing";
  }
}

}  // namespace

// Whatever became of the turn: what came of its stream came in order.
void StreamIntegrity::judge_numbers(const reports::Operation& op, const Reply& reply) {
  const EventNumbers& numbers = reply.numbers;
  if (numbers.next == 0) return;
  check();
  const std::string who = reports::turn_text(op);
  const std::string where = " (the first wrong number is " + std::to_string(numbers.first_fault) +
                            "; the stream was resumed " + std::to_string(numbers.resumed) +
                            " times)";
  if (numbers.missing > 0) {
    violate(op.last_event, who,
            std::to_string(numbers.missing) + " events of the stream were left out" + where);
  }
  if (numbers.repeated > 0) {
    violate(op.last_event, who,
            std::to_string(numbers.repeated) + " events of the stream came twice" + where);
  }
  if (reply.whole_differs) {
    violate(op.last_event, who, "the pieces of the stream are not the text that its end tells");
  }
}

void StreamIntegrity::on_ended(const reports::Operation& op, const Reply& reply) {
  judge_numbers(op, reply);
  const bool ok = op.outcome == reports::Outcome::ok && !op.was_refused();
  if (!ok && reply.after_terminal == 0) return;
  const bool is_polled = reply.job.polls > 0;  // its stream could not be taken up again
  check();
  if (reply.after_terminal > 0) {
    violate(op.last_event, reports::turn_text(op),
            std::to_string(reply.after_terminal) +
                " events with content came behind the end of the stream");
  } else if (op.streamed && !is_polled && (reply.terminals == 0 || !reply.finished)) {
    violate(op.last_event, reports::turn_text(op),
            reply.terminals == 0 ? "the stream counted as complete without its terminal event"
                                 : "the stream counted as complete without a finish reason");
  } else if (ok) {
    judge_text(op, reply);
  }
}

void StreamIntegrity::judge_text(const reports::Operation& op, const Reply& reply) {
  const std::string_view text = reply.text;
  const fakes::TextCheck found = fakes::check_text(text);
  std::size_t behind = 0;
  const auto canary = next_mark(text, behind);
  const bool begins_well = canary && canary->is_reply && canary->text.data() == text.data();
  std::string fault;
  if (begins_well) {
    const std::string_view rest = text.substr(behind);
    const bool is_numbered = found != fakes::TextCheck::whole && says_numbers(rest);
    if (is_numbered) fault = fault_of(rest, reply.cut_off);
    // Other users' replies are isolation_canary's business.
    if (fault.empty() && !reply.degraded && canary->turn.user == op.user &&
        canary->turn != turn_of(op)) {
      fault = "the answer is that to turn " + world::to_text(canary->turn);
    }
  } else if (found != fakes::TextCheck::no_end) {
    fault = "token 1 is missing: the text has an end and does not begin as it should";
  } else if (canary && canary->is_reply) {
    fault = "the text does not begin with its first token";
  }
  if (!fault.empty()) violate(op.last_event, reports::turn_text(op), std::move(fault));
}

}  // namespace harness
