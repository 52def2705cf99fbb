#include "input.hpp"
#include "world/turn_id.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const std::vector<world::TurnId> ids = world::turn_ids_in(text);
  const auto last = world::last_turn_id(text);
  ENSURE(ids.empty() == !last.has_value(), "the last id and all ids disagree");
  std::string rewritten;
  for (const world::TurnId& id : ids) rewritten += world::marker(id);
  ENSURE(world::turn_ids_in(rewritten) == ids, "an id is not read as it was written");
  if (last) ENSURE(*last == ids.back(), "the last id is another");
  return 0;
}
