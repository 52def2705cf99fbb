// Histories: what was said in each conversation of a run, for targets that are sent all of it with
// each turn, and the names that a target gave its conversations. Turns that failed are not in it.
// Bounded: of very many conversations the one that was used longest ago is forgotten, of a very
// long one its beginning. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "world/lru_map.hpp"
#include "world/turn_id.hpp"

namespace harness {

struct Said {
  std::string question;
  std::string answer;
};

class Histories {
 public:
  void add(world::TurnId turn, std::string question, std::string answer);
  void name(world::TurnId turn, std::string server_session);

  // What was said before; of a new conversation nothing.
  const std::vector<Said>& said(world::TurnId turn);
  const std::string& server_session(world::TurnId turn);

 private:
  struct Conversation {
    std::vector<Said> said;
    std::size_t bytes = 0;
    std::string server_session;
  };
  static std::uint64_t key_of(world::TurnId turn) {
    return (static_cast<std::uint64_t>(turn.user) << 32) | turn.session;
  }

  static constexpr std::size_t kConversationsMax = 100'000;
  static constexpr std::size_t kBytesMax = 4 << 20;  // of one conversation
  world::LruMap<std::uint64_t, Conversation> conversations_{kConversationsMax};
};

// [{"role":"user","content":...},{"role":"assistant",...},...]: what was said, and now this.
void append_messages(std::string& json, const std::vector<Said>& said, std::string_view question);

}  // namespace harness
