#include "world/turn_id.hpp"

#include <charconv>

namespace world {
namespace {

constexpr std::string_view kOpen = "[turn u";

// Reads a number without sign or leading zero, then the expected text after it.
bool take(std::string_view& rest, std::uint32_t& number, std::string_view then) {
  const char* begin = rest.data();
  const char* end = begin + rest.size();
  const auto [stop, error] = std::from_chars(begin, end, number);
  if (error != std::errc{} || (*begin == '0' && stop - begin > 1)) return false;
  rest.remove_prefix(static_cast<std::size_t>(stop - begin));
  if (!rest.starts_with(then)) return false;
  rest.remove_prefix(then.size());
  return true;
}

std::optional<TurnId> parse_after_open(std::string_view rest) {
  TurnId id;
  if (take(rest, id.user, ".s") && take(rest, id.session, ".t") && take(rest, id.turn, "]")) {
    return id;
  }
  return std::nullopt;
}

}  // namespace

std::uint64_t TurnId::key() const {
  // Two rounds of multiply and xor-shift (the finaliser of SplitMix64) over the packed parts.
  std::uint64_t h = (std::uint64_t{user} << 32 | session) * 0x9e3779b97f4a7c15ULL;
  h = (h ^ (h >> 32)) + turn;
  h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9ULL;
  h = (h ^ (h >> 27)) * 0x94d049bb133111ebULL;
  return h ^ (h >> 31);
}

std::string to_text(TurnId id) {
  std::string text = "u" + std::to_string(id.user);
  text += ".s" + std::to_string(id.session);
  text += ".t" + std::to_string(id.turn);
  return text;
}

std::string marker(TurnId id) { return "[turn " + to_text(id) + "]"; }

std::vector<TurnId> turn_ids_in(std::string_view text) {
  std::vector<TurnId> ids;
  for (std::size_t i = text.find(kOpen); i != std::string_view::npos;
       i = text.find(kOpen, i + kOpen.size())) {
    if (const auto id = parse_after_open(text.substr(i + kOpen.size()))) ids.push_back(*id);
  }
  return ids;
}

std::optional<TurnId> last_turn_id(std::string_view text) {
  for (std::size_t i = text.rfind(kOpen); i != std::string_view::npos;
       i = i == 0 ? std::string_view::npos : text.rfind(kOpen, i - 1)) {
    if (const auto id = parse_after_open(text.substr(i + kOpen.size()))) return id;
  }
  return std::nullopt;
}

}  // namespace world
