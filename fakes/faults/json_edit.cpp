#include "fakes/faults/json_edit.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

namespace fakes {
namespace {

using Json = nlohmann::ordered_json;
using Pointer = Json::json_pointer;

std::optional<Json> parse(std::string_view text) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return std::nullopt;
  return json;
}

// A pointer to the first value that is wanted, depth first; empty: none.
template <class Predicate>
std::string find_in(const Json& json, const Pointer& at, const Predicate& wanted) {
  std::size_t index = 0;
  for (const auto& item : json.items()) {
    const Pointer here = json.is_object() ? at / item.key() : at / index;
    ++index;
    if (wanted(json.is_object() ? item.key() : std::string(), item.value())) {
      return here.to_string();
    }
    if (!item.value().is_structured()) continue;
    std::string inside = find_in(item.value(), here, wanted);
    if (!inside.empty()) return inside;
  }
  return {};
}

constexpr std::string_view kTexts[] = {"content", "text", "delta", "partial_json", "arguments"};
constexpr const char* kPayloads[] = {"choices", "output", "content", "message", "delta"};
constexpr std::string_view kFinishes[] = {"finish_reason", "stop_reason", "finishReason", "status"};

template <class Names>
bool is_one_of(const Names& names, std::string_view key) {
  return std::find(std::begin(names), std::end(names), key) != std::end(names);
}

std::string find_string(const Json& json) {
  return find_in(json, Pointer(), [](const std::string&, const Json& v) { return v.is_string(); });
}

std::string payload_of(const Json& json) {
  if (!json.is_object() || json.empty()) return {};
  for (const char* name : kPayloads) {
    if (json.contains(name)) return (Pointer() / name).to_string();
  }
  for (const auto& item : json.items()) {
    if (item.value().is_structured()) return (Pointer() / item.key()).to_string();
  }
  return (Pointer() / (--json.end()).key()).to_string();
}

// Text that no answer has; it is put in first and then replaced by what JSON could not hold.
constexpr std::string_view kMark = "\x7fhere\x7f";

void put_raw(std::string& out, const Json& json, std::string_view mark, std::string_view raw) {
  out = json.dump();
  out.replace(out.find(mark), mark.size(), raw);
}

}  // namespace

std::string find_target(std::string_view text, JsonTarget target) {
  const auto json = parse(text);
  if (!json || !json->is_structured()) return {};
  std::string found;
  switch (target) {
    case JsonTarget::payload: return payload_of(*json);
    case JsonTarget::number:
      return find_in(*json, Pointer(),
                     [](const std::string&, const Json& v) { return v.is_number(); });
    case JsonTarget::text:
      found = find_in(*json, Pointer(), [](const std::string& key, const Json& v) {
        return v.is_string() && is_one_of(kTexts, key);
      });
      break;
    case JsonTarget::finish:
      found = find_in(*json, Pointer(), [](const std::string& key, const Json& v) {
        return !v.is_structured() && is_one_of(kFinishes, key);
      });
      break;
  }
  return found.empty() ? find_string(*json) : found;
}

std::string find_member(std::string_view text, const std::vector<std::string_view>& names) {
  const auto json = parse(text);
  if (!json || !json->is_structured()) return {};
  return find_in(*json, Pointer(),
                 [&](const std::string& key, const Json&) { return is_one_of(names, key); });
}

std::string find_text(std::string_view text, std::string_view wanted) {
  const auto json = parse(text);
  if (!json || !json->is_structured()) return {};
  return find_in(*json, Pointer(), [&](const std::string&, const Json& v) {
    return v.is_string() && v.get_ref<const std::string&>() == wanted;
  });
}

std::string value_at(const std::string& text, const std::string& path) {
  const auto json = parse(text);
  if (!json || path.empty() || !json->contains(Pointer(path))) return {};
  return json->at(Pointer(path)).dump();
}

bool replace_value(std::string& text, const std::string& path, std::string_view raw) {
  auto json = parse(text);
  if (!json || path.empty() || !json->contains(Pointer(path))) return false;
  json->at(Pointer(path)) = std::string(kMark);
  put_raw(text, *json, Json(std::string(kMark)).dump(), raw);
  return true;
}

bool rename_member(std::string& text, const std::string& path, std::string_view name) {
  auto json = parse(text);
  if (!json || path.empty() || !json->contains(Pointer(path))) return false;
  const Pointer at(path);
  Json& parent = json->at(at.parent_pointer());
  if (!parent.is_object()) return false;
  Json renamed = Json::object();  // keeps the order of the members
  for (const auto& item : parent.items()) {
    renamed[item.key() == at.back() ? std::string(name) : item.key()] = item.value();
  }
  parent = std::move(renamed);
  text = json->dump();
  return true;
}

bool erase_member(std::string& text, const std::string& path) {
  auto json = parse(text);
  if (!json || path.empty() || !json->contains(Pointer(path))) return false;
  const Pointer at(path);
  Json& parent = json->at(at.parent_pointer());
  if (!parent.is_object()) return false;
  parent.erase(at.back());
  text = json->dump();
  return true;
}

}  // namespace fakes
