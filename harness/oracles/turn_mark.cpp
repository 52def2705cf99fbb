#include "harness/oracles/turn_mark.hpp"

#include <charconv>

namespace harness {
namespace {

constexpr std::string_view kTurn = "[turn u";
constexpr std::string_view kReply = "[reply u";

// Takes a number without sign or leading zero, and the text behind it.
bool take(std::string_view& rest, std::uint32_t& number, std::string_view then) {
  const char* const begin = rest.data();
  const auto [stop, error] = std::from_chars(begin, begin + rest.size(), number);
  if (error != std::errc{} || (*begin == '0' && stop - begin > 1)) return false;
  rest.remove_prefix(static_cast<std::size_t>(stop - begin));
  if (!rest.starts_with(then)) return false;
  rest.remove_prefix(then.size());
  return true;
}

}  // namespace

std::optional<TurnMark> next_mark(std::string_view text, std::size_t& from) {
  for (std::size_t i = text.find('[', from); i != std::string_view::npos;
       i = text.find('[', i + 1)) {
    std::string_view rest = text.substr(i);
    TurnMark mark;
    mark.is_reply = rest.starts_with(kReply);
    if (!mark.is_reply && !rest.starts_with(kTurn)) continue;
    rest.remove_prefix(mark.is_reply ? kReply.size() : kTurn.size());
    if (!take(rest, mark.turn.user, ".s") || !take(rest, mark.turn.session, ".t") ||
        !take(rest, mark.turn.turn, "]")) {
      continue;
    }
    from = text.size() - rest.size();
    mark.text = text.substr(i, from - i);
    return mark;
  }
  from = text.size();
  return std::nullopt;
}

}  // namespace harness
