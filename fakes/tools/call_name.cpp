#include "fakes/tools/call_name.hpp"

#include "world/json_reader.hpp"
#include "world/json_text.hpp"
#include "world/random.hpp"

namespace fakes {

std::string name_of_call(const ChatRequest& chat) {
  if (!chat.rpc || chat.rpc->method != "tools/call") return {};
  std::string name = chat.model.substr(0, kCallPartBytesMax);
  name += '#';
  world::append_hex(name, world::entity_of(chat.rpc->arguments));
  const world::JsonValue meta = world::member_of(chat.rpc->params, "_meta");
  for (const char* key : {"callId", "toolCallId", "tool_call_id"}) {
    const world::JsonValue id = world::member_of(meta.raw, key);
    if (id.type != world::JsonType::string) continue;
    name += '@' + id.text().substr(0, kCallPartBytesMax);
    break;
  }
  return name;
}

}  // namespace fakes
