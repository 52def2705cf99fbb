#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/wire/reading.hpp"
#include "tests/wire/wire.hpp"

namespace wire {
namespace {

using nlohmann::json;
using support::Talk;

struct Spoiled {
  std::string_view name;
  bool (*is)(const std::string& payload);
};

bool contains(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

json read(const std::string& text) { return json::parse(text, nullptr, false); }

// What must be said of one piece of JSON, and of none in an answer as it should be.
const std::vector<Spoiled> kSpoiled = {
    {"json.truncated",
     [](const std::string& p) { return p.starts_with("{\"id\":") && !p.ends_with('}'); }},
    {"json.trailing_garbage",
     [](const std::string& p) {
       return p.starts_with("{\"id\":") && p.ends_with("}{\"garbage\"");
     }},
    {"json.invalid_utf8",
     [](const std::string& p) { return contains(p, "\xC3(") && !is_json(p); }},
    {"json.lone_surrogate",
     [](const std::string& p) { return contains(p, "\\ud83d\"") && !is_json(p); }},
    {"json.wrong_type",
     [](const std::string& p) { return read(p).is_object() && read(p)["choices"] == "wrong"; }},
    {"json.null_value",
     [](const std::string& p) {
       return read(p).is_object() && read(p).contains("choices") && read(p)["choices"].is_null();
     }},
    {"json.missing_field",
     [](const std::string& p) {
       return read(p).is_object() && read(p).contains("id") && !contains(p, "choices");
     }},
    {"json.no_finish_reason",
     [](const std::string& p) {
       return contains(p, R"("choices":[{)") && !contains(p, "finish_reason") && is_json(p);
     }},
    {"json.unknown_enum",
     [](const std::string& p) {
       return contains(p, R"("finish_reason":"shakedown_unknown")") && is_json(p);
     }},
    {"json.renamed_field",
     [](const std::string& p) { return contains(p, R"("choices_v2":[{)") && is_json(p); }},
    {"json.deep",
     [](const std::string& p) {
       return contains(p, std::string(10'000, '[') + std::string(10'000, ']'));
     }},
    {"json.duplicate_keys",
     [](const std::string& p) {
       return contains(p, R"("choices":[{)") && contains(p, R"(],"choices":null)");
     }},
    {"json.nan", [](const std::string& p) { return contains(p, ":NaN,"); }},
    {"json.infinity", [](const std::string& p) { return contains(p, ":Infinity,"); }},
    {"json.too_large_float", [](const std::string& p) { return contains(p, ":1e400,"); }},
    {"json.huge_integer",
     [](const std::string& p) { return contains(p, ":1" + std::string(40, '0') + ","); }},
    {"json.huge_string",
     [](const std::string& p) { return p.size() > 1 << 20 && is_json(p); }},
    {"json.empty", [](const std::string& p) { return p.empty(); }},
    {"json.html", [](const std::string& p) { return p.starts_with("<html>"); }},
    {"json.bom", [](const std::string& p) { return p.starts_with("\xEF\xBB\xBF{"); }},
};

Case case_of(const Spoiled& spoiled, bool stream) {
  const auto is = spoiled.is;
  return {spoiled.name, stream,
          [is](const Talk& t, const Talk&) {
            const std::vector<std::string> all = payloads(t);
            return support::body_of(t.bytes).whole &&
                   std::count_if(all.begin(), all.end(), is) == 1;
          },
          std::chrono::seconds(3), "openai-chat", closing(stream)};
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const Spoiled& spoiled : kSpoiled) {
    cases.push_back(case_of(spoiled, false));
    cases.push_back(case_of(spoiled, true));
  }
  Case field{"json.field", true, [](const Talk& t, const Talk&) {
               const std::vector<std::string> all = payloads(t);
               return all.size() > 2 && contains(all[2], R"("model":null)") && is_json(all[2]) &&
                      !contains(all[1], R"("model":null)");
             }};
  field.request = closing(true);
  cases.push_back(field);
  return cases;
}

}  // namespace

const std::vector<Case>& json_cases() {
  static const std::vector<Case> cases = all_cases();
  return cases;
}

}  // namespace wire
