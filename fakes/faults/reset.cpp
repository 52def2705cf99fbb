#include <algorithm>

#include "fakes/faults/strike.hpp"
#include "fakes/stream_writer.hpp"
#include "world/json_text.hpp"

namespace fakes {
namespace {

world::Task<void> send_part_of_plain(std::int64_t bytes_max, Exchange& x) {
  const world::Instant due = co_await await_plain(x);
  std::string framing = "content-length: ";
  world::append_integer(framing, static_cast<std::int64_t>(x.body.size()));
  framing += "\r\n";
  x.add_head(200, "application/json", framing);
  // A body that is shorter than asked still loses its last byte, or nobody would notice.
  const auto whole = static_cast<std::int64_t>(x.body.size());
  x.out.append(x.body, 0, static_cast<std::size_t>(std::min(bytes_max, whole - 1)));
  const bool sent = co_await x.send(due);
  static_cast<void>(sent);  // either way the reset follows
}

}  // namespace

world::Task<void> strike(Reset fault, Exchange& x) {
  if (x.record.stream) {
    StreamWriter writer(x);
    writer.limit_body(fault.after_bytes);
    const bool sent = co_await writer.write_until(writer.events() - 1);
    static_cast<void>(sent);
  } else {
    co_await send_part_of_plain(fault.after_bytes, x);
  }
  x.connection.reset();
}

}  // namespace fakes
