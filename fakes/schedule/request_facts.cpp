#include "fakes/schedule/request_facts.hpp"

#include <array>
#include <charconv>

namespace fakes {
namespace {

// "u17" or "u17.s2", without an allocation: this is asked for every request.
class Name {
 public:
  explicit Name(std::uint32_t user) { add('u', user); }
  Name(std::uint32_t user, std::uint32_t session) {
    add('u', user);
    text_[size_++] = '.';
    add('s', session);
  }
  std::string_view text() const { return {text_.data(), size_}; }

 private:
  void add(char letter, std::uint32_t number) {
    text_[size_++] = letter;
    char* const begin = text_.data();
    const auto end = std::to_chars(begin + size_, begin + text_.size(), number).ptr;
    size_ = static_cast<std::size_t>(end - begin);
  }
  std::array<char, 32> text_{};
  std::size_t size_ = 0;
};

bool fits(std::string_view pattern, std::string_view text) {
  if (pattern.empty() || pattern == text) return true;
  return pattern.back() == '*' && text.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool is_user(std::string_view wanted, const RequestFacts& request) {
  return request.turn ? Name(request.turn->user).text() == wanted : request.user == wanted;
}

bool is_conversation(std::string_view wanted, const RequestFacts& request) {
  return request.turn && Name(request.turn->user, request.turn->session).text() == wanted;
}

std::optional<std::uint64_t> entity_of(ShareOf of, const RequestFacts& request) {
  const std::optional<world::TurnId>& turn = request.turn;
  switch (of) {
    case ShareOf::users:
      if (turn) return world::entity_of(Name(turn->user).text());
      if (!request.user.empty()) return world::entity_of(request.user);
      break;
    case ShareOf::sessions:
      if (turn) return world::entity_of(Name(turn->user, turn->session).text());
      break;
    case ShareOf::keys:
      if (!request.key.empty()) return world::entity_of(request.key);
      break;
  }
  return std::nullopt;
}

}  // namespace

bool matches(const Fault& fault, const RequestFacts& request) {
  const FaultMatch& match = fault.match;
  if (request.attempt < fault.attempts.first || request.attempt > fault.attempts.last) return false;
  if (!fits(match.model, request.model) || !fits(match.endpoint, request.endpoint)) return false;
  if (match.stream && *match.stream != request.stream) return false;
  if (!match.key.empty() && match.key != request.key) return false;
  if (!match.text.empty() && request.last_user_message.find(match.text) == std::string_view::npos) {
    return false;
  }
  if (!match.user.empty() && !is_user(match.user, request)) return false;
  return match.conversation.empty() || is_conversation(match.conversation, request);
}

bool in_share(const Fault& fault, const RequestFacts& request, const world::Random& random,
              std::uint64_t name) {
  if (!fault.share) return true;
  const std::optional<std::uint64_t> who = entity_of(fault.share->of, request);
  return who && random.chance(fault.share->ppm, world::Purpose("fault share"), name, *who);
}

}  // namespace fakes
