// What a stored response was made from, as `GET /v1/responses/{id}/input_items` lists it: the items
// of its own request, each with an id, the last one first unless asked otherwise.
#include <algorithm>

#include "fakes/dialects/openai_responses.hpp"
#include "world/json_reader.hpp"
#include "world/json_text.hpp"

namespace fakes {
namespace {

using world::append_hex;
using world::append_integer;
using world::append_json_string;
using world::JsonReader;
using world::JsonType;
using world::JsonValue;
using world::member_of;

struct Item {
  std::string id;  // JSON
  std::string json;
};

std::string id_of(const JsonValue& item, std::string_view type, std::uint64_t response,
                  std::size_t index) {
  const JsonValue own = member_of(item.raw, "id");
  if (own.type == JsonType::string) return std::string(own.raw);
  std::string id = type == R"("function_call")"          ? "\"fc_"
                   : type == R"("function_call_output")" ? "\"fco_"
                                                         : "\"msg_";
  append_hex(id, response);
  id += "_in";
  append_integer(id, static_cast<std::int64_t>(index));
  return id + '"';
}

// A message whose content is a text is told with a part that has it.
void append_message(Item& item, std::string_view role, std::string_view text) {
  item.json = R"({"id":)" + item.id + R"(,"type":"message","status":"completed","role":)";
  item.json += role;
  item.json += role == R"("assistant")" ? R"(,"content":[{"type":"output_text","annotations":[],)"
                                        : R"(,"content":[{"type":"input_text",)";
  item.json += R"("text":)";
  item.json += text;
  item.json += "}]}";
}

Item item_of(const JsonValue& given, std::uint64_t response, std::size_t index) {
  Item item;
  const JsonValue type = member_of(given.raw, "type");
  item.id = id_of(given, type.raw, response, index);
  const JsonValue content = member_of(given.raw, "content");
  const bool message = !type || type.raw == R"("message")";
  if (message && content.type == JsonType::string) {
    append_message(item, member_of(given.raw, "role").raw, content.raw);
    return item;
  }
  item.json = "{";
  if (!member_of(given.raw, "id")) item.json += R"("id":)" + item.id + ",";
  if (!type) item.json += R"("type":"message",)";
  if (!member_of(given.raw, "status")) item.json += R"("status":"completed",)";
  item.json += given.raw.substr(1);
  return item;
}

std::vector<Item> items_of(std::string_view input, std::uint64_t response) {
  std::vector<Item> items;
  if (input.starts_with('"')) {
    Item& item = items.emplace_back();
    item.id = id_of({}, {}, response, 0);
    append_message(item, R"("user")", input);
  } else if (input.starts_with('[')) {
    JsonReader reader(input);
    reader.enter_array();
    while (reader.next_item()) items.push_back(item_of(reader.take(), response, items.size()));
  }
  return items;
}

}  // namespace

void OpenAiResponses::write_input_items(std::string& out, std::uint64_t id,
                                        std::string_view input, const ListPage& page) const {
  std::vector<Item> items = items_of(input, id);
  if (!page.ascending) std::reverse(items.begin(), items.end());
  const std::string after = '"' + std::string(page.after) + '"';
  const auto previous = std::find_if(items.begin(), items.end(),
                                     [&](const Item& item) { return item.id == after; });
  const auto from = previous == items.end() ? items.begin() : std::next(previous);
  const auto to = from + std::min<std::ptrdiff_t>(page.limit, items.end() - from);
  out += R"({"object":"list","data":[)";
  for (auto item = from; item != to; ++item) {
    if (item != from) out += ',';
    out += item->json;
  }
  out += R"(],"first_id":)";
  out += from == to ? std::string("null") : from->id;
  out += R"(,"last_id":)";
  out += from == to ? std::string("null") : std::prev(to)->id;
  out += R"(,"has_more":)";
  out += to == items.end() ? "false}" : "true}";
}

}  // namespace fakes
