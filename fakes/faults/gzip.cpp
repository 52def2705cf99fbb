#include <zlib.h>

#include "fakes/faults/strike.hpp"
#include "fakes/stream_writer.hpp"
#include "world/ensure.hpp"

namespace fakes {

namespace {

// A gzip file that grows: each call appends what is complete so far.
class Deflater {
 public:
  Deflater() {
    constexpr int kGzip = 15 + 16;  // the largest window, and the gzip form
    constexpr int kMemory = 8;
    const int begun = deflateInit2(&z_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, kMemory,
                                   Z_DEFAULT_STRATEGY);
    ENSURE(begun == Z_OK, "zlib could not begin");
  }
  ~Deflater() { deflateEnd(&z_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  std::string squeeze(std::string text, bool last) {
    std::string out;
    char room[4096];
    z_.next_in = reinterpret_cast<Bytef*>(text.data());
    z_.avail_in = static_cast<uInt>(text.size());
    do {
      z_.next_out = reinterpret_cast<Bytef*>(room);
      z_.avail_out = sizeof(room);
      deflate(&z_, last ? Z_FINISH : Z_SYNC_FLUSH);
      out.append(room, sizeof(room) - z_.avail_out);
    } while (z_.avail_out == 0);
    return out;
  }

 private:
  z_stream z_{};
};

void damage(std::string& bytes) {
  for (std::size_t i = bytes.size() / 2; i < bytes.size(); ++i) bytes[i] ^= 0x55;
}

world::Task<void> stream_gzip(bool corrupt, Exchange& x) {
  Deflater deflater;
  StreamWriter writer(x);
  const std::int64_t last = writer.events() - 1;
  StreamWriter::OnEvent squeeze = [&deflater, last, corrupt](std::string& bytes, const Place&,
                                                             std::int64_t number) {
    bytes = deflater.squeeze(std::move(bytes), number == last);
    if (corrupt && number > 0) damage(bytes);
  };
  writer.on_event(std::move(squeeze));
  bool alive = co_await writer.write_until(writer.events());
  if (alive) alive = co_await writer.write_end();
  if (alive) x.record.end = End::completed;
}

}  // namespace

world::Task<void> strike(Gzip fault, Exchange& x) {
  x.head.further = "content-encoding: gzip\r\n";
  if (x.record.stream) {
    co_await stream_gzip(fault.corrupt, x);
    co_return;
  }
  const world::Instant due = co_await await_plain(x);
  Deflater deflater;
  x.body = deflater.squeeze(std::move(x.body), true);
  if (fault.corrupt) damage(x.body);
  x.add_response(200, "application/json", x.body);
  const bool sent = co_await x.send(due);
  if (!sent) co_return;
  x.record.tokens = x.answer.units();
  x.record.end = End::completed;
}

}  // namespace fakes
