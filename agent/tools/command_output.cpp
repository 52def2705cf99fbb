#include "agent/tools/command_output.hpp"

#include <algorithm>

namespace agent {
namespace {

constexpr std::string_view kLineEnds = "\r\n";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

int percent_in(std::string_view line) {
  for (std::size_t sign = line.rfind('%'); sign != std::string_view::npos && sign > 0;
       sign = line.rfind('%', sign - 1)) {
    std::size_t from = sign;
    while (from > 0 && (is_digit(line[from - 1]) || line[from - 1] == '.')) --from;
    std::string_view digits = line.substr(from, sign - from);
    digits = digits.substr(0, digits.find('.'));  // 99.9% is not 100%
    if (digits.empty() || digits.size() > 3) continue;
    int value = 0;
    for (const char c : digits) value = value * 10 + (c - '0');
    if (value <= 100) return value;
  }
  return -1;
}

CommandOutput::CommandOutput(std::size_t bytes_max)
    : head_max_(bytes_max / 2), tail_(bytes_max - bytes_max / 2) {}

void CommandOutput::add(std::string_view bytes) {
  bytes_ += static_cast<std::int64_t>(bytes.size());
  const std::size_t ends = bytes.find_last_of(kLineEnds);
  if (ends == std::string_view::npos) {
    extend_line(bytes);
  } else {
    // Of many lines at once only the last one is looked at: it says how far the command has come.
    std::string_view whole = bytes.substr(0, ends);
    whole = whole.substr(0, whole.find_last_not_of(kLineEnds) + 1);
    const std::size_t before = whole.find_last_of(kLineEnds);
    if (before != std::string_view::npos) end_line();
    extend_line(before == std::string_view::npos ? whole : whole.substr(before + 1));
    end_line();
    extend_line(bytes.substr(ends + 1));
  }
  const std::size_t room = std::min(head_max_ - head_.size(), bytes.size());
  head_ += bytes.substr(0, room);
  if (room < bytes.size()) tail_.add(bytes.substr(room));
}

void CommandOutput::extend_line(std::string_view more) {
  line_ += more.substr(0, kLineBytesMax - std::min(kLineBytesMax, line_.size()));
  percent_ = std::max(percent_, percent_in(line_));
}

void CommandOutput::end_line() {
  if (line_.empty()) return;
  last_line_ = std::move(line_);
  line_.clear();
}

bool CommandOutput::truncated() const {
  return static_cast<std::size_t>(bytes_) > head_.size() + tail_.view().size();
}

std::string CommandOutput::text() const {
  std::string text = head_;
  const std::string_view tail = tail_.view();
  const std::size_t kept = head_.size() + tail.size();
  if (truncated()) {
    text += "\n[... " + std::to_string(static_cast<std::size_t>(bytes_) - kept) +
            " bytes left out ...]\n";
  }
  text += tail;
  return text;
}

}  // namespace agent
