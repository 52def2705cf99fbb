#include "agent/api/responses_input.hpp"

#include "agent/api/common_members.hpp"
#include "agent/api/suggestion.hpp"

namespace agent {

using world::JsonType;
using world::JsonValue;
using Index = JsonDocument::Index;

namespace {

constexpr std::string_view kRoles[] = {"user", "assistant", "system", "developer"};
constexpr std::string_view kItemTypes[] = {"message", "function_call", "function_call_output"};
constexpr std::string_view kPartTypes[] = {"input_text", "output_text", "refusal", "input_image",
                                           "input_file"};

// The messages so far: calls are held back, as the next one may belong to the same message.
struct Messages {
  History& history;
  std::string calls;  // JSON items, joined by commas

  void add(std::string_view message) {
    add_calls();
    history.add(message);
  }
  void add_calls() {
    if (calls.empty()) return;
    history.add(R"({"role":"assistant","content":null,"tool_calls":[)" + calls + "]}");
    calls.clear();
  }
};

const JsonValue* member_in(const Field& object, std::string_view name) {
  const Index i = object.reading.document.member(object.index, name);
  return i == JsonDocument::kNone ? nullptr : &object.reading.document.at(i).value;
}

// --- parts of messages ---

constexpr MemberRule kPartRules[] = {
    {.name = "type", .types = kString, .choices = kPartTypes, .required = true},
    {.name = "text", .types = kString},
    {.name = "refusal", .types = kString},
    {.name = "image_url", .types = kString},
    {.name = "file_id", .types = kString},
    {.name = "file_data", .types = kString},
    {.name = "file_url", .types = kString},
    {.name = "filename", .types = kString},
    {.name = "detail", .types = kString},
};

// What a part says: its text, or for chat an object that is no text.
struct Part {
  std::string_view text;  // between its quotes
  std::string other;
};

bool require(const Field& part, std::string_view name, std::string_view& inside) {
  const JsonValue* value = member_in(part, name);
  if (value != nullptr && value->type == JsonType::string) {
    inside = value->inside();
    return true;
  }
  const Path missing{&part.path, name};
  return part.reading.errors.refuse(missing, "string", value != nullptr ? *value : JsonValue{},
                                    "add '" + std::string(name) + "'");
}

std::string image_of(const Field& part, std::string_view url) {
  std::string image = R"({"type":"image_url","image_url":{"url":")" + std::string(url) + '"';
  const JsonValue* detail = member_in(part, "detail");
  if (detail != nullptr && detail->type == JsonType::string) {
    image += ",\"detail\":";
    image += detail->raw;
  }
  return image + "}}";
}

std::string file_of(const Field& part) {
  std::string file;
  for (const std::string_view name : {"file_id", "file_data", "file_url", "filename"}) {
    const JsonValue* value = member_in(part, name);
    if (value == nullptr || value->type != JsonType::string) continue;
    file += file.empty() ? "\"" : ",\"";
    file += name;
    file += "\":";
    file += value->raw;
  }
  return R"({"type":"file","file":{)" + file + "}}";
}

bool read_part(const Field& field, Part& part) {
  if (!read_members(field, kPartRules)) return false;
  const std::string type = member_in(field, "type")->text();
  if (type == "refusal") return require(field, "refusal", part.text);
  if (type == "input_file") return part.other = file_of(field), true;
  if (type != "input_image") return require(field, "text", part.text);
  std::string_view url;
  if (!require(field, "image_url", url)) return false;
  part.other = image_of(field, url);
  return true;
}

// A content for chat: one text when there is nothing else, or a list of parts.
bool read_content(const Field& content, std::string& out) {
  if (content.value().type == JsonType::string) {
    out += content.value().raw;
    return true;
  }
  const JsonDocument& document = content.reading.document;
  std::vector<Part> parts;
  bool good = true;
  bool only_text = true;
  std::size_t number = 0;
  for (Index i = document.first(content.index); i < document.end(content.index);
       i = document.next(i)) {
    const Field field = content.item(i, number++);
    good = read_part(field, parts.emplace_back()) && good;
    only_text = only_text && parts.back().other.empty();
  }
  if (!good) return false;
  if (only_text) {
    out += '"';
    for (const Part& part : parts) out += part.text;
    out += '"';
    return true;
  }
  out += '[';
  for (const Part& part : parts) {
    if (&part != parts.data()) out += ',';
    if (!part.other.empty()) {
      out += part.other;
      continue;
    }
    out += R"({"type":"text","text":")";
    out += part.text;
    out += "\"}";
  }
  out += ']';
  return true;
}

// --- items ---

constexpr MemberRule kContent{.name = "content", .types = kString | kArray, .required = true};
constexpr MemberRule kMessageRules[] = {
    {.name = "role", .types = kString, .choices = kRoles, .required = true},
    kContent,
    {.name = "type", .types = kString},
    {.name = "id", .types = kString},
    {.name = "status", .types = kString},
    {.name = "phase", .types = kString},
};

bool read_message(const Field& item, Messages& messages) {
  Members members;
  if (!read_members(item, kMessageRules, members, Unknown::ignored)) return false;
  const JsonDocument& document = item.reading.document;
  std::string message = R"({"role":)";
  message += document.at(members.at[0]).value.raw;
  message += R"(,"content":)";
  const Field content = item.member(members.at[1]);
  if (!read_content(content, message)) return false;
  message += '}';
  messages.add(message);
  return true;
}

constexpr MemberRule kCallRules[] = {
    {.name = "call_id", .types = kString, .required = true},
    {.name = "name", .types = kString, .read = check_function_name, .required = true},
    {.name = "arguments", .types = kString, .required = true},
};

bool read_call(const Field& item, Messages& messages) {
  Members members;
  if (!read_members(item, kCallRules, members, Unknown::ignored)) return false;
  const JsonDocument& document = item.reading.document;
  const auto raw = [&](std::size_t i) { return document.at(members.at[i]).value.raw; };
  std::string& calls = messages.calls;
  if (!calls.empty()) calls += ',';
  calls += R"({"id":)";
  calls += raw(0);
  calls += R"(,"type":"function","function":{"name":)";
  calls += raw(1);
  calls += R"(,"arguments":)";
  calls += raw(2);
  calls += "}}";
  return true;
}

constexpr MemberRule kResultRules[] = {
    {.name = "call_id", .types = kString, .required = true},
    {.name = "output", .types = kString | kArray, .required = true},
};

bool read_result(const Field& item, Messages& messages) {
  Members members;
  if (!read_members(item, kResultRules, members, Unknown::ignored)) return false;
  std::string message = R"({"role":"tool","tool_call_id":)";
  message += item.reading.document.at(members.at[0]).value.raw;
  message += R"(,"content":)";
  const Field output = item.member(members.at[1]);
  if (!read_content(output, message)) return false;
  message += '}';
  messages.add(message);
  return true;
}

// What a response shows of itself, and that says nothing to a model.
bool is_left_out(std::string_view type) {
  return type == "reasoning" || type == "item_reference" || type.starts_with("agentcore:");
}

// Without a type it is a message.
bool read_item(const Field& item, Messages& messages) {
  static constexpr MemberRule object{.name = "item", .types = kObject, .required = true};
  static constexpr MemberRule named{.name = "type", .types = kString, .choices = kItemTypes};
  if (!check(item, object)) return false;
  const Index at = item.reading.document.member(item.index, "type");
  if (at == JsonDocument::kNone) return read_message(item, messages);
  const Field type = item.member(at);
  const std::string name = type.value().text();
  if (is_left_out(name)) return true;
  if (!check(type, named)) return false;
  if (name == "function_call") return read_call(item, messages);
  if (name == "function_call_output") return read_result(item, messages);
  return read_message(item, messages);
}

}  // namespace

bool read_input(const Field& input) {
  const Reading& reading = input.reading;
  Messages messages{reading.request.messages, {}};
  if (input.value().type == JsonType::string) {
    std::string message = R"({"role":"user","content":)";
    message += input.value().raw;
    messages.add(message + "}");
    return true;
  }
  const JsonDocument& document = reading.document;
  const std::size_t count = document.size(input.index);
  const auto most = static_cast<std::size_t>(reading.limits.messages_max);
  if (count == 0 || count > most) {
    return reading.errors.refuse_shown(
        input.path, "string or array of 1 to " + std::to_string(most) + " items",
        count == 0 ? "an empty array" : "an array of " + std::to_string(count) + " items",
        count == 0 ? R"(add {"role":"user","content":"..."})" : "send the latest items only");
  }
  bool good = true;
  std::size_t number = 0;
  for (Index i = document.first(input.index); i < document.end(input.index);
       i = document.next(i)) {
    const Field item = input.item(i, number++);
    good = read_item(item, messages) && good;
  }
  messages.add_calls();
  if (good && reading.request.messages.size() == 0) {
    return reading.errors.refuse_shown(input.path, "string or array with a message",
                                       "an array without any",
                                       R"(add {"role":"user","content":"..."})");
  }
  return good;
}

}  // namespace agent
