#include "agent/api/schemas.hpp"

#include "agent/api/request_reader.hpp"
#include "world/json_text.hpp"

namespace agent {
namespace {

using world::append_integer;
using world::append_json_string;

void append_bounds(std::string& out, const MemberRule& rule, std::string_view least,
                   std::string_view most) {
  if (rule.max <= rule.min) return;
  out += ",\"";
  out += least;
  out += "\":";
  append_integer(out, static_cast<std::int64_t>(rule.min));
  out += ",\"";
  out += most;
  out += "\":";
  append_integer(out, static_cast<std::int64_t>(rule.max));
}

void append_choices(std::string& out, Choices choices) {
  if (choices.empty()) return;
  out += R"(,"enum":[)";
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(out, choices[i]);
  }
  out += ']';
}

// One of a member's types, as a schema.
void append_type(std::string& out, const MemberRule& rule, Types type, std::string_view name) {
  if ((rule.types & type) == 0) return;
  if (out.back() == '}') out += ',';
  out += R"({"type":)";
  append_json_string(out, name);
  if (type == kInteger || type == kNumber) append_bounds(out, rule, "minimum", "maximum");
  if (type == kArray) append_bounds(out, rule, "minItems", "maxItems");
  if (type == kString) append_bounds(out, rule, "minLength", "maxLength");
  if (type == kString) append_choices(out, rule.choices);
  out += '}';
}

void append_property(std::string& out, const MemberRule& rule) {
  append_json_string(out, rule.name);
  out += R"(:{"description":)";
  append_json_string(out, rule.doc);
  if (rule.types != kAny) {
    out += R"(,"anyOf":[)";
    append_type(out, rule, kString, "string");
    append_type(out, rule, kArray, "array");
    append_type(out, rule, kObject, "object");
    append_type(out, rule, kBoolean, "boolean");
    append_type(out, rule, kInteger, "integer");
    append_type(out, rule, kNumber, "number");
    MemberRule null{.name = rule.name, .types = rule.required ? rule.types : rule.types | kNull};
    append_type(out, null, kNull, "null");
    out += ']';
  }
  out += '}';
}

}  // namespace

std::string schema_of(Api api) {
  const bool is_chat = api == Api::chat;
  std::string out = R"({"$schema":"https://json-schema.org/draft/2020-12/schema","$id":)";
  append_json_string(out, is_chat ? "/v1/schemas/chat" : "/v1/schemas/responses");
  out += R"(,"title":)";
  append_json_string(out, is_chat ? "POST /v1/chat/completions" : "POST /v1/responses");
  out += R"(,"type":"object","required":[)";
  const std::span<const MemberRule> rules = is_chat ? chat_rules() : responses_rules();
  for (const MemberRule& rule : rules) {
    if (!rule.required) continue;
    if (out.back() != '[') out += ',';
    append_json_string(out, rule.name);
  }
  out += R"(],"properties":{)";
  for (const MemberRule& rule : rules) {
    if (out.back() == '}') out += ',';
    append_property(out, rule);
  }
  out += "}}";
  return out;
}

}  // namespace agent
