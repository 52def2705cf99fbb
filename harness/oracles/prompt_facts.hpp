// What several oracles ask of a prompt and of an entry of the agent's ledger: whose turn it is,
// whether it is a call of a tool, and how to say instants and names in a witness. Pure but for
// Names, which belongs to one oracle.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/oracles/oracle.hpp"

namespace harness {

// "u17.s2.t5" as a turn; nothing when it is none.
std::optional<world::TurnId> read_turn(std::string_view text);

// The same of a request id of the load generator's own: "u17.s2.t5", or "u17.s2.t5~3" of its third
// further sending under one Idempotency-Key.
struct Sending {
  world::TurnId turn;
  std::uint32_t number = 0;
};
std::optional<Sending> read_sending(std::string_view text);

// A call of a tool server: a command, and no question to a provider's model.
inline bool is_tool_call(const PromptRead& prompt) { return !prompt.record->call.empty(); }

// "30.2 s" of scenario time, for witnesses.
std::string text_of(world::Instant at);

// "1 call", "3 calls"
std::string counted(std::uint64_t count, std::string_view noun);

// Whether the fake had lost its client when the request ended.
bool lost_client(const fakes::PromptRecord& record);

// Few names as small numbers, so that what is kept of a turn holds no text.
class Names {
 public:
  static constexpr std::size_t kNamesMax = 255;  // further ones share the last number

  std::uint8_t number_of(std::string_view name);
  const std::string& operator[](std::uint8_t number) const { return names_[number]; }

 private:
  std::vector<std::string> names_;
};

}  // namespace harness
