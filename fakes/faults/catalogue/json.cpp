// What happens to the JSON inside of answers and events.
#include "fakes/faults/catalogue.hpp"

namespace fakes {

namespace {

// clang-format off
constexpr CatalogueRow kRows[] = {
  {"json.truncated", "Half of the JSON is missing.",
   "json: truncated", "F17"},
  {"json.trailing_garbage", "Other bytes stand behind the JSON.",
   "json: trailing_garbage", "F17"},
  {"json.invalid_utf8", "A text has bytes that are not UTF-8.",
   "json: invalid_utf8", "F17"},
  {"json.lone_surrogate", "A text has half of a surrogate pair.",
   "json: lone_surrogate", ""},
  {"json.wrong_type", "The member with the answer has another type.",
   "json: wrong_type", "F18"},
  {"json.null_value", "The member with the answer is null.",
   "json: null_value", "F18"},
  {"json.missing_field", "The member with the answer is missing.",
   "json: missing_field", "F18"},
  {"json.no_finish_reason", "The member that tells why the answer ended is missing.",
   "json: {how: missing_field, field: choices.0.finish_reason}", "F22"},
  {"json.unknown_enum", "The answer ends for a reason that nobody knows.",
   "json: unknown_enum", "F19"},
  {"json.renamed_field", "The member with the answer has another name.",
   "json: renamed_field", ""},
  {"json.deep", "Ten thousand arrays, one in the other.",
   "json: deep", ""},
  {"json.duplicate_keys", "A member comes twice, the second time null.",
   "json: duplicate_keys", ""},
  {"json.nan", "A number is NaN.",
   "json: nan", "F17"},
  {"json.infinity", "A number is Infinity.",
   "json: infinity", "F17"},
  {"json.too_large_float", "A number is 1e400.",
   "json: too_large_float", ""},
  {"json.huge_integer", "An integer has 41 digits.",
   "json: huge_integer", ""},
  {"json.huge_string", "A text is a megabyte long.",
   "json: huge_string", "F27"},
  {"json.empty", "The body, or an event's data, is empty.",
   "json: empty", "F17"},
  {"json.html", "HTML stands where the JSON should be.",
   "json: html", "F16"},
  {"json.bom", "The JSON begins with a byte order mark.",
   "json: bom", ""},
  {"json.field", "A field of one's choice is null, in an event of one's choice.",
   "json: {how: null_value, field: model, event: 2}", ""},
};
// clang-format on

}  // namespace

const std::span<const CatalogueRow> kJsonCatalogue = kRows;

}  // namespace fakes
