#include "fakes/faults/json.hpp"

#include <algorithm>

#include "fakes/faults/edited.hpp"
#include "fakes/faults/json_edit.hpp"
#include "fakes/faults/strike.hpp"

namespace fakes {
namespace {

JsonTarget target_of(JsonHow how) {
  switch (how) {
    case JsonHow::unknown_enum: return JsonTarget::finish;
    case JsonHow::nan:
    case JsonHow::infinity:
    case JsonHow::too_large_float:
    case JsonHow::huge_integer: return JsonTarget::number;
    case JsonHow::invalid_utf8:
    case JsonHow::lone_surrogate:
    case JsonHow::huge_string: return JsonTarget::text;
    default: return JsonTarget::payload;
  }
}

std::string path_of(const Json& fault, const std::string& text) {
  return fault.field.empty() ? find_target(text, target_of(fault.how)) : pointer_of(fault);
}

// A value of another type.
std::string_view other_type(std::string_view value) {
  if (value.starts_with('"')) return "7";
  return value == "null" ? "[]" : R"("wrong")";
}

// Adds to the inside of a string value.
bool add_inside(std::string& text, const std::string& path, std::string_view what) {
  std::string value = value_at(text, path);
  if (!value.starts_with('"')) return false;
  value.insert(value.size() - 1, what);
  return replace_value(text, path, value);
}

bool double_member(std::string& text, const std::string& path) {
  const std::string key = path.substr(path.rfind('/') + 1);
  std::string value = value_at(text, path);
  value += ",\"" + key + "\":null";
  return replace_value(text, path, value);
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

bool spoil_value(std::string& text, const Json& fault) {
  const std::string path = path_of(fault, text);
  if (path.empty() || value_at(text, path).empty()) return false;
  const std::string key = path.substr(path.rfind('/') + 1);
  switch (fault.how) {
    case JsonHow::wrong_type: return replace_value(text, path, other_type(value_at(text, path)));
    case JsonHow::null_value: return replace_value(text, path, "null");
    case JsonHow::missing_field: return erase_member(text, path);
    case JsonHow::renamed_field: return rename_member(text, path, key + "_v2");
    case JsonHow::duplicate_keys: return double_member(text, path);
    case JsonHow::unknown_enum: return replace_value(text, path, R"("shakedown_unknown")");
    case JsonHow::deep: return replace_value(text, path, nested(Json::kDepth));
    case JsonHow::nan: return replace_value(text, path, "NaN");
    case JsonHow::infinity: return replace_value(text, path, "Infinity");
    case JsonHow::too_large_float: return replace_value(text, path, "1e400");
    case JsonHow::huge_integer: return replace_value(text, path, "1" + std::string(40, '0'));
    case JsonHow::invalid_utf8: return add_inside(text, path, "\xC3(");
    case JsonHow::lone_surrogate: return add_inside(text, path, "\\ud83d");
    case JsonHow::huge_string:
      return add_inside(text, path, std::string(static_cast<std::size_t>(fault.bytes), 'x'));
    default: return false;
  }
}

}  // namespace

std::string pointer_of(const Json& fault) {
  std::string path = "/";
  for (const char c : fault.field) {
    if (c == '~') path += "~0";  // JSON pointers spell it so
    else path += c == '.' ? '/' : c;
  }
  return path;
}

bool spoil_json(std::string& text, const Json& fault) {
  switch (fault.how) {
    case JsonHow::truncated: text.resize(text.size() / 2); return true;
    case JsonHow::trailing_garbage: text += "}{\"garbage\""; return true;
    case JsonHow::empty: text.clear(); return true;
    case JsonHow::html: text = "<html><body><h1>502 Bad Gateway</h1></body></html>"; return true;
    case JsonHow::bom: text.insert(0, "\xEF\xBB\xBF"); return true;
    default: return spoil_value(text, fault);
  }
}

namespace {

// What a fault has to know of the answer that it chooses an event of.
struct Stream {
  std::int64_t last = 0;   // event that is JSON: [DONE] is none
  bool has_units = false;
};

Stream stream_of(const Exchange& x) {
  const std::int64_t events = events_of(x.dialect, x.answer);
  const std::int64_t steps = x.dialect.events_at(x.answer, Stage::end, 0);
  std::string end;
  x.dialect.write_event(end, x.answer, Place{Stage::end, 0, steps - 1, 0}, events - 1);
  const bool is_json = end.find("data: {") != std::string::npos;
  return {std::max<std::int64_t>(0, events - (is_json ? 1 : 2)), x.answer.units() > 0};
}

// Whether an event is one that the fault would choose by itself.
bool suits(const Json& fault, const EditPlace& at, const Stream& stream) {
  if (!at.streamed) return true;
  if (at.number > stream.last) return false;
  if (fault.event) return at.number == std::min(*fault.event, stream.last);
  if (!fault.field.empty()) return true;
  const bool unit = at.place.stage == Stage::unit;
  switch (target_of(fault.how)) {
    case JsonTarget::finish: return at.place.stage == Stage::end || at.events < 3;
    case JsonTarget::text: return unit;
    default: return unit || !stream.has_units;
  }
}

}  // namespace

world::Task<void> strike(Json fault, Exchange& x) {
  bool done = false;
  const Stream stream = stream_of(x);
  Edit edit = [&fault, &done, stream](std::string& text, const EditPlace& at) {
    if (!done && suits(fault, at, stream)) done = spoil_json(text, fault);
  };
  co_await answer_edited(x, std::move(edit));
  x.had_effect = done;
  mark_spoiled(x);
}

}  // namespace fakes
