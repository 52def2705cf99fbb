// The wire formats that a fake can speak: one row each in kDialects, one file each beside this one.
// A dialect only turns bytes into values and values into bytes; time, faults and connections are
// not its business. Constant data; any thread.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "fakes/chat.hpp"
#include "fakes/words.hpp"

namespace fakes {

struct Dialect {
  std::string_view name;  // the YAML value
  std::string_view doc;   // one line
  std::string_view chat_path;
  std::string_view models_path;

  // Reads a request. The views in `request` point into `body`. A refusal when it is not valid.
  std::optional<Refusal> (*parse)(std::string_view body, ChatRequest& request);

  // Each appends to `out`. Headers end with their line break; bodies have no framing.
  void (*write_headers)(std::string& out, const HeaderFacts& facts);
  void (*write_answer)(std::string& out, const Answer& answer, Words& words);
  void (*write_refusal)(std::string& out, const Refusal& refusal);
  void (*write_models)(std::string& out, std::string_view model);

  // A stream is events 0 to events(answer) - 1; the last is the terminal one. Token n travels in
  // event token_event(n).
  std::int64_t (*events)(const Answer& answer);
  std::int64_t (*token_event)(std::int64_t token);
  void (*write_event)(std::string& out, const Answer& answer, Words& words, std::int64_t event);

  // What the provider says with a status that a fault asks for, and when too many come at once.
  Refusal (*refusal_of)(int status);
};

extern const std::array<Dialect, 1> kDialects;

const Dialect* find_dialect(std::string_view name);  // null: there is none

}  // namespace fakes
