#include "fakes/reply_template.hpp"

#include <utility>

#include "world/json_text.hpp"

namespace fakes {
namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";

constexpr std::array<std::pair<std::string_view, std::string TemplateValues::*>, 7> kNames = {{
    {"model", &TemplateValues::model},
    {"user", &TemplateValues::user},
    {"text", &TemplateValues::text},
    {"turn", &TemplateValues::turn},
    {"attempt", &TemplateValues::attempt},
    {"canary", &TemplateValues::canary},
    {"tool_result", &TemplateValues::tool_result},
}};

const std::string* value_of(std::string_view name, const TemplateValues& values) {
  for (const auto& [known, member] : kNames) {
    if (known == name) return &(values.*member);
  }
  return nullptr;
}

}  // namespace

std::string fill_template(std::string_view pattern, const TemplateValues& values, bool json) {
  std::string out;
  for (;;) {
    const std::size_t open = pattern.find(kOpen);
    const std::size_t close = open == std::string_view::npos ? open : pattern.find(kClose, open);
    out += pattern.substr(0, close == std::string_view::npos ? pattern.size() : open);
    if (close == std::string_view::npos) return out;
    const std::string* value = value_of(pattern.substr(open + 2, close - open - 2), values);
    if (value != nullptr && json) {
      std::string quoted;
      world::append_json_string(quoted, *value);
      out.append(quoted, 1, quoted.size() - 2);
    } else if (value != nullptr) {
      out += *value;
    }
    pattern.remove_prefix(close + 2);
  }
}

std::string problem_of_template(std::string_view pattern) {
  const TemplateValues none;
  for (;;) {
    const std::size_t open = pattern.find(kOpen);
    if (open == std::string_view::npos) return {};
    const std::size_t close = pattern.find(kClose, open);
    // `{"a":{}}` closes more than it opens, and `{{` without its end is plain text.
    if (close == std::string_view::npos) return {};
    const std::string name(pattern.substr(open + 2, close - open - 2));
    if (value_of(name, none) == nullptr) {
      std::string known;
      for (const auto& [key, member] : kNames) {
        known += (known.empty() ? "{{" : ", {{") + std::string(key) + "}}";
      }
      return "there is no {{" + name + "}}; there are " + known;
    }
    pattern.remove_prefix(close + 2);
  }
}

}  // namespace fakes
