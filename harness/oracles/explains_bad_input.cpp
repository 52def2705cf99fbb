#include "harness/oracles/explains_bad_input.hpp"

#include <algorithm>

#include "world/json_reader.hpp"

namespace harness {
namespace {

using world::JsonReader;
using world::JsonType;

constexpr std::size_t kTextMax = 64 << 10;  // as much of an error is kept

// All texts of a JSON value, one per line.
void append_texts(JsonReader& reader, std::string& out) {
  std::string_view key;
  switch (reader.peek()) {
    case JsonType::object:
      reader.enter_object();
      while (reader.next_key(key)) append_texts(reader, out);
      return;
    case JsonType::array:
      reader.enter_array();
      while (reader.next_item()) append_texts(reader, out);
      return;
    default: {
      const world::JsonValue value = reader.take();
      if (value.type == JsonType::string && out.size() < kTextMax) out += value.text() + "\n";
    }
  }
}

// The last name of a pointer: "role" of "#/messages/0/role"; empty for the body itself.
std::string_view field_of(std::string_view pointer) {
  while (true) {
    const std::size_t slash = pointer.rfind('/');
    if (slash == std::string_view::npos) return {};
    const std::string_view part = pointer.substr(slash + 1);
    if (part.find_first_not_of("0123456789") != std::string_view::npos) return part;
    pointer = pointer.substr(0, slash);
  }
}

// The first word of what is expected that says something: "string", or a choice.
std::string_view first_word(std::string_view expected) {
  constexpr std::string_view one_of = "one of ";
  if (expected.starts_with(one_of)) expected.remove_prefix(one_of.size());
  return expected.substr(0, expected.find_first_of(" ,"));
}

std::string_view unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return text;
  return text.substr(1, text.size() - 2);
}

// The word in quotes of "did you mean 'model'?", or all of a remedy.
std::string_view remedy_of(std::string_view suggestion) {
  const std::size_t open = suggestion.find('\'');
  const std::size_t close = suggestion.find('\'', open + 1);
  if (open == std::string_view::npos || close == std::string_view::npos) return {};
  return suggestion.substr(open + 1, close - open - 1);
}

void add(std::string& list, std::string one) {
  if (!list.empty()) list += ", ";
  list += std::move(one);
}

}  // namespace

std::string lacks(std::string_view error_body, const CorpusRow& row) {
  std::string text;
  JsonReader reader(error_body);
  append_texts(reader, text);
  if (!reader.finished()) text = error_body;
  const auto says = [&text](std::string_view what) {
    return what.empty() || text.find(what) != std::string::npos;
  };
  std::string missing;
  const std::string_view field = field_of(row.pointer);
  if (!says(field)) add(missing, "the field '" + std::string(field) + "'");
  if (!says(first_word(row.expected))) add(missing, "what was expected (" + row.expected + ")");
  if (!says(unquoted(row.got))) add(missing, "what was got (" + row.got + ")");
  const std::string_view remedy = remedy_of(row.suggestion);
  if (!says(remedy)) add(missing, "the remedy '" + std::string(remedy) + "'");
  return missing;
}

ExplainsBadInput::ExplainsBadInput(const OracleInput& input) : scenario_(input.scenario) {
  if (scenario_ == nullptr) return;
  std::uint32_t end = 0;
  for (const LoadClass& load_class : scenario_->load) {
    end += static_cast<std::uint32_t>(load_class.users.count);
    users_end_.push_back(end);
  }
}

void ExplainsBadInput::on_ended(const reports::Operation& op, const Reply& reply) {
  if (scenario_ == nullptr || op.http_status == 0) return;
  const LoadClass& load_class = scenario_->load[op.cls];
  const Corpus* corpus = scenario_->corpus_of(load_class);
  if (corpus == nullptr) return;
  check();
  const CorpusRow& row = row_of(*corpus, load_class, turn_of(op));
  const std::string what = "bad body \"" + row.name + "\"";
  if (!op.was_refused()) {
    violate(op.last_event, reports::turn_text(op),
            what + " got status " + std::to_string(op.http_status) + ", and no refusal");
    return;
  }
  const std::string missing = lacks(reply.error_body, row);
  if (missing.empty()) return;
  violate(op.last_event, reports::turn_text(op),
          "the refusal of " + what + " does not say " + missing);
}

void ExplainsBadInput::on_prompt(const PromptRead& prompt) {
  const auto behind = std::upper_bound(users_end_.begin(), users_end_.end(), prompt.asked.user);
  if (scenario_ == nullptr || behind == users_end_.end()) return;
  const auto cls = static_cast<std::size_t>(behind - users_end_.begin());
  const LoadClass& load_class = scenario_->load[cls];
  const Corpus* corpus = scenario_->corpus_of(load_class);
  if (corpus == nullptr) return;
  const CorpusRow& row = row_of(*corpus, load_class, prompt.asked);
  violate(prompt.at, world::to_text(prompt.asked),
          "bad body \"" + row.name + "\" came to " + std::string(prompt.backend));
}

}  // namespace harness
