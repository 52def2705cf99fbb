#include "harness/run/ledger_reader.hpp"

#include <algorithm>

#include "agent/ledger_json.hpp"

namespace harness {

void LedgerReader::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    if (line_.size() + part.size() > agent::kLedgerLineBytesMax) too_long_ = true;
    if (!too_long_) line_ += part;
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
    read_line();
  }
}

void LedgerReader::cut() {
  line_.clear();
  too_long_ = false;
}

void LedgerReader::read_line() {
  auto line = too_long_ ? std::nullopt : agent::from_line(line_);
  line_.clear();
  too_long_ = false;
  if (!line) {
    ++malformed_;
    return;
  }
  ++entries_;
  const std::int64_t wall = std::max<std::int64_t>(0, line->at_ns - origin_);
  line->entry.at = world::at(
      world::Nanos(static_cast<std::int64_t>(static_cast<double>(wall) * time_scale_)));
  sink_(line->entry);
}

}  // namespace harness
