#include "harness/client/mapping.hpp"

#include <nlohmann/json.hpp>

#include "harness/scenario/errors.hpp"
#include "reports/json_values.hpp"

namespace harness {

using json = nlohmann::json;

namespace {

constexpr std::size_t kKeysShown = 12;
constexpr int kDepthMax = 64;  // deeper texts are no answers, and would cost stack to print

std::string put_in(std::string_view text, const MappedWords& words) {
  const std::pair<std::string_view, const std::string*> known[] = {
      {"{text}", &words.text}, {"{session}", &words.session},
      {"{user}", &words.user}, {"{turn}", &words.turn},
      {"{model}", &words.model}, {"{server_session}", &words.server_session}};
  std::string out;
  while (!text.empty()) {
    const std::size_t open = std::min(text.find('{'), text.size());
    out += text.substr(0, open);
    text.remove_prefix(open);
    std::size_t taken = 0;
    for (const auto& [word, value] : known) {
      if (!text.starts_with(word)) continue;
      out += *value;
      taken = word.size();
    }
    if (taken == 0 && !text.empty()) {
      out += text.front();
      taken = 1;
    }
    text.remove_prefix(taken);
  }
  return out;
}

bool is_left_out(const json& node, const MappedWords& words) {
  return words.server_session.empty() && node.is_string() && node == "{server_session}";
}

json filled(const json& node, const MappedWords& words) {
  if (node.is_string()) {
    const std::string& text = node.get_ref<const std::string&>();
    if (text == "{messages}") return json::parse(words.messages);
    return put_in(text, words);
  }
  json out = node;
  if (node.is_object()) {
    out = json::object();
    for (const auto& [key, value] : node.items()) {
      if (!is_left_out(value, words)) out[key] = filled(value, words);
    }
  } else if (node.is_array()) {
    out = json::array();
    for (const json& item : node) {
      if (!is_left_out(item, words)) out.push_back(filled(item, words));
    }
  }
  return out;
}

// The value that the pointer leads to; null: there is none.
const json* find(const json& document, const std::string& pointer) {
  const json::json_pointer at(pointer);
  try {
    return document.contains(at) ? &document.at(at) : nullptr;
  } catch (const json::exception&) {  // an index such as 01
    return nullptr;
  }
}

// "`answer`, `session_id` and 3 more", of the deepest object or list that the pointer reaches.
std::string what_is_there(const json& document, const std::string& pointer) {
  json::json_pointer at(pointer);
  const json* holder = nullptr;
  while (holder == nullptr && !at.empty()) {
    at.pop_back();
    holder = find(document, at.to_string());
  }
  if (holder == nullptr) holder = &document;
  const std::string where = at.empty() ? "it" : "`" + excerpt(at.to_string()) + "`";
  if (holder->is_array()) return where + " is a list of " + std::to_string(holder->size());
  if (!holder->is_object()) return where + " is " + excerpt(holder->dump(-1, ' ', false,
                                                     json::error_handler_t::replace));
  if (holder->empty()) return where + " is an empty object";
  std::string keys;
  std::size_t shown = 0;
  for (const auto& [key, value] : holder->items()) {
    if (++shown > kKeysShown) break;
    keys += (keys.empty() ? "`" : ", `") + excerpt(key) + "`";
  }
  if (holder->size() > kKeysShown) {
    keys += " and " + std::to_string(holder->size() - kKeysShown) + " more";
  }
  return where + " has " + keys;
}

std::string kind_of(const json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  return value.is_boolean() ? "a boolean" : "a number";
}

}  // namespace

Mapping::Mapping(const TargetMapping& mapping)
    : mapping_(mapping),
      template_(std::make_unique<const json>(json::parse(mapping.request.text))),
      sends_messages_(mapping.request.text.find("\"{messages}\"") != std::string::npos) {}

Mapping::~Mapping() = default;

std::string Mapping::body(const MappedWords& words) const {
  return filled(*template_, words).dump(-1, ' ', false, json::error_handler_t::replace);
}

MappedAnswer Mapping::read(std::string_view text) const {
  MappedAnswer answer;
  const json document = reports::is_deeper_than(kDepthMax, text) ? json(json::value_t::discarded)
                                          : json::parse(text, nullptr, false);
  answer.is_json = !document.is_discarded();
  if (!answer.is_json) {
    answer.trouble = "the answer is not JSON: `" + excerpt(text) + "`";
    return answer;
  }
  const json* error = mapping_.error.empty() ? nullptr : find(document, mapping_.error);
  answer.has_error = error != nullptr && !error->is_null();
  const json* session = mapping_.session.empty() ? nullptr : find(document, mapping_.session);
  if (session != nullptr && session->is_string()) answer.session = session->get<std::string>();
  if (session != nullptr && session->is_number()) answer.session = session->dump();
  const json* said = find(document, mapping_.text);
  if (said != nullptr && said->is_string()) answer.text = said->get<std::string>();
  if (said != nullptr && said->is_null()) answer.text = "";
  if (answer.text || answer.has_error) return answer;
  answer.trouble = "`target.mapping.text` is `" + excerpt(mapping_.text) + "`, ";
  answer.trouble += said != nullptr ? "which is " + kind_of(*said) + " in the answer, not text"
                                    : "which is not in the answer: " +
                                          what_is_there(document, mapping_.text);
  return answer;
}

}  // namespace harness
