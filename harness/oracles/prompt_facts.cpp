#include "harness/oracles/prompt_facts.hpp"

#include <charconv>

#include "reports/text.hpp"

namespace harness {

namespace {

bool take(std::string_view& rest, std::string_view before, std::uint32_t& number) {
  if (!rest.starts_with(before)) return false;
  rest.remove_prefix(before.size());
  const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc{}) return false;
  rest.remove_prefix(static_cast<std::size_t>(stop - rest.data()));
  return true;
}

}  // namespace

std::optional<world::TurnId> read_turn(std::string_view text) {
  world::TurnId turn;
  const bool is_turn = take(text, "u", turn.user) && take(text, ".s", turn.session) &&
                       take(text, ".t", turn.turn) && text.empty();
  if (!is_turn) return std::nullopt;
  return turn;
}

std::optional<Sending> read_sending(std::string_view text) {
  Sending sending;
  const std::size_t mark = text.find('~');
  const auto turn = read_turn(text.substr(0, mark));
  if (!turn) return std::nullopt;
  sending.turn = *turn;
  if (mark == std::string_view::npos) return sending;
  std::string_view rest = text.substr(mark);
  if (!take(rest, "~", sending.number) || !rest.empty()) return std::nullopt;
  return sending;
}

std::string text_of(world::Instant at) {
  return reports::human_number(reports::seconds(world::since_start(at)), 7) + " s";
}

std::string counted(std::uint64_t count, std::string_view noun) {
  std::string text = std::to_string(count);
  text += ' ';
  text += noun;
  if (count != 1) text += 's';
  return text;
}

bool lost_client(const fakes::PromptRecord& record) {
  return record.end == fakes::End::peer_gone || record.tokens_for_nobody > 0;
}

std::uint8_t Names::number_of(std::string_view name) {
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (names_[i] == name) return static_cast<std::uint8_t>(i);
  }
  if (names_.size() < kNamesMax) names_.emplace_back(name);
  return static_cast<std::uint8_t>(names_.size() - 1);
}

}  // namespace harness
