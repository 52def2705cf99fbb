#include "fakes/faults/strike.hpp"
#include "fakes/stream_writer.hpp"

namespace fakes {

namespace {

constexpr std::string_view kBadChunk = "xyz\r\n";

world::Task<void> write_plain(Exchange& x, bool bad_size) {
  const world::Instant due = co_await await_plain(x);
  x.add_head(200, "application/json", "transfer-encoding: chunked\r\n");
  const std::size_t half = x.body.size() / 2;
  world::write_chunk(x.out, std::string_view(x.body).substr(0, half));
  if (bad_size) x.out += kBadChunk;
  world::write_chunk(x.out, std::string_view(x.body).substr(half));
  const bool sent = co_await x.send(due);
  static_cast<void>(sent);  // the record says so
}

world::Task<void> write_stream(Exchange& x, bool bad_size) {
  StreamWriter writer(x);
  bool alive = true;
  if (bad_size) {
    alive = co_await writer.write_until(writer.events() / 2);
    x.out += kBadChunk;
  }
  if (alive) alive = co_await writer.write_until(writer.events());
  static_cast<void>(alive);
}

}  // namespace

world::Task<void> strike(Chunks fault, Exchange& x) {
  const bool bad_size = fault.how == ChunkLie::bad_size;
  if (x.record.stream) {
    co_await write_stream(x, bad_size);
  } else {
    co_await write_plain(x, bad_size);
  }
  x.connection.close_after();
}

}  // namespace fakes
