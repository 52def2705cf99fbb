#include "world/sse.hpp"

namespace world {

namespace {
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
}

Result<void> SseReader::feed(std::string_view bytes, std::vector<SseEvent>& events) {
  while (!bytes.empty()) {
    if (last_was_cr_) {
      last_was_cr_ = false;
      if (bytes.front() == '\n') bytes.remove_prefix(1);
      continue;
    }
    const std::size_t end = bytes.find_first_of("\r\n");
    const std::string_view part = bytes.substr(0, end);
    if (line_.size() + part.size() + pending_.data.size() > event_bytes_max_) {
      return Failure::too_large;
    }
    line_ += part;
    if (end == std::string_view::npos) return {};
    last_was_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    const Result<void> taken = take_line(events);
    if (!taken) return taken;
  }
  return {};
}

Result<void> SseReader::take_line(std::vector<SseEvent>& events) {
  std::string_view line = line_;
  if (at_start_ && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  at_start_ = false;
  if (line.empty()) {
    if (has_data_) events.push_back(std::move(pending_));
    pending_ = SseEvent{};
    has_data_ = false;
  } else if (line.front() == ':') {
    ++comments_;
  } else {
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (name == "data") {
      if (has_data_) pending_.data += '\n';
      pending_.data += value;
      has_data_ = true;
    } else if (name == "event") {
      pending_.type = value;
    } else if (name == "id") {
      pending_.id = value;
    }
  }
  line_.clear();
  return {};
}

void write_sse(std::string& out, std::string_view type, std::string_view data) {
  if (!type.empty()) {
    out += "event: ";
    out += type;
    out += '\n';
  }
  for (;;) {
    const std::size_t end = data.find('\n');
    out += "data: ";
    out += data.substr(0, end);
    out += '\n';
    if (end == std::string_view::npos) break;
    data.remove_prefix(end + 1);
  }
  out += '\n';
}

}  // namespace world
