#include <algorithm>

#include "fakes/faults/strike.hpp"
#include "fakes/stream_writer.hpp"

namespace fakes {
namespace {

// Leaves of an event what comes before the cut.
void cut_event(std::string& bytes, CutInside inside) {
  const std::size_t data = std::min(bytes.find("data: "), bytes.size());
  if (inside == CutInside::line) bytes.resize(data + (bytes.size() - data) / 2);
  if (inside == CutInside::line_end) {
    bytes.resize(std::min(bytes.find_first_of("\r\n", data), bytes.size()));
    bytes += '\r';
  }
  if (inside == CutInside::character) {
    const auto high =
        std::find_if(bytes.begin(), bytes.end(), [](char c) { return (c & 0x80) != 0; });
    auto at = static_cast<std::size_t>(high - bytes.begin());
    if (high == bytes.end()) {
      // There is none: one is put at the beginning of the last string that is not empty.
      at = bytes.rfind("\":\"");
      at = at == std::string::npos ? bytes.size() : at + 3;
      bytes.insert(at, "\xC3\xA9");
    }
    bytes.resize(at + 1);
  }
}

}  // namespace

world::Task<void> strike(Cut fault, Exchange& x) {
  StreamWriter writer(x);
  const std::int64_t last = writer.events() - 1;  // the terminal event never goes out
  std::int64_t until = std::min(fault.after_events, last);
  if (fault.after_bytes) {
    until = last;
    writer.limit_body(*fault.after_bytes);
  } else if (fault.inside != CutInside::nothing) {
    const std::int64_t whole = std::min(fault.after_events, last - 1);
    until = whole + 1;
    StreamWriter::OnEvent change = [inside = fault.inside, whole](std::string& bytes, const Place&,
                                                                  std::int64_t number) {
      if (number == whole) cut_event(bytes, inside);
    };
    writer.on_event(std::move(change));
  }
  bool alive = co_await writer.write_until(until);
  if (!alive) co_return;
  if (fault.end == CutEnd::rst) {
    x.connection.reset();
  } else if (fault.end == CutEnd::fin) {
    x.connection.close_after();  // without the last chunk: the body has no end
  } else {
    alive = co_await writer.write_end();
    static_cast<void>(alive);  // the record says so
  }
}

}  // namespace fakes
