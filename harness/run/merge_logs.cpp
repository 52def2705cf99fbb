#include "harness/run/merge_logs.hpp"

#include <array>
#include <cstdint>
#include <fstream>
#include <memory>
#include <optional>

namespace harness {

namespace {

// A number of seconds in decimal, with at most 9 digits behind the point, as nanoseconds.
std::optional<std::int64_t> nanos_of(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  std::int64_t value = 0;
  int decimals = -1;
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == '.' && decimals < 0) {
      decimals = 0;
    } else if (c >= '0' && c <= '9') {
      if (++digits > 18 || decimals == 9) return std::nullopt;
      value = value * 10 + (c - '0');
      if (decimals >= 0) ++decimals;
    } else {
      break;
    }
  }
  if (digits == 0) return std::nullopt;
  for (int i = std::max(decimals, 0); i < 9; ++i) {
    if (value > INT64_MAX / 10) return std::nullopt;
    value *= 10;
  }
  return negative ? -value : value;
}

class Log {
 public:
  Log(std::string path, std::string key)
      : path_(std::move(path)), key_("\"" + key + "\":"), in_(path_, std::ios::binary) {
    if (!in_) throw LogError(path_ + ": is not there; merging needs the whole folder of a segment");
    advance();
  }

  bool has_line() const { return has_line_; }
  std::int64_t at() const { return at_; }
  const std::string& line() const { return line_; }

  void advance() {
    ++number_;
    line_.clear();
    has_line_ = false;
    char c = 0;
    while (line_.size() < kLogLineMax && in_.get(c)) {
      line_ += c;
      if (c == '\n') break;
    }
    if (line_.empty() && in_.eof()) return;
    if (line_.empty() || line_.back() != '\n') refuse("is truncated, or not a log");
    const std::size_t found = line_.find(key_);
    const auto at = found == std::string::npos
                        ? std::nullopt
                        : nanos_of(std::string_view(line_).substr(found + key_.size()));
    if (!at) refuse("has no instant " + key_);
    at_ = std::max(at_, *at);
    has_line_ = true;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw LogError(path_ + ":" + std::to_string(number_) + ": " + what);
  }

  std::string path_;
  std::string key_;
  std::ifstream in_;
  std::string line_;
  std::size_t number_ = 0;
  std::int64_t at_ = INT64_MIN;
  bool has_line_ = false;
};

std::string excerpt_of(const std::string& line) {
  constexpr std::size_t kShown = 120;
  return line.size() <= kShown ? line : line.substr(0, kShown) + "...";
}

}  // namespace

void merge_logs(const std::vector<std::string>& files, const std::string& key,
                const reports::Sink& sink) {
  std::vector<std::unique_ptr<Log>> logs;
  for (const std::string& file : files) logs.push_back(std::make_unique<Log>(file, key));
  for (;;) {
    Log* next = nullptr;
    for (const auto& log : logs) {
      if (log->has_line() && (next == nullptr || log->at() < next->at())) next = log.get();
    }
    if (next == nullptr) return;
    sink(next->line());
    next->advance();
  }
}

std::string first_difference_of_files(const std::string& one, const std::string& other) {
  std::ifstream a(one, std::ios::binary);
  std::ifstream b(other, std::ios::binary);
  if (!a) throw LogError(one + ": cannot be read");
  if (!b) throw LogError(other + ": cannot be read");
  return first_difference_of(a, b);
}

std::string first_difference_of(std::istream& a, std::istream& b) {
  std::uint64_t byte = 0;
  for (std::size_t number = 1;; ++number) {
    std::string x, y;
    const bool more_a = static_cast<bool>(std::getline(a, x));
    const bool more_b = static_cast<bool>(std::getline(b, y));
    if (!more_a && !more_b) return {};
    if (more_a && more_b && x == y && a.eof() == b.eof()) {
      byte += x.size() + 1;
      continue;
    }
    std::size_t same = 0;
    while (same < x.size() && same < y.size() && x[same] == y[same]) ++same;
    const auto shown = [](bool more, const std::string& line) {
      return more ? "`" + excerpt_of(line) + "`" : std::string("the end of the file");
    };
    return "line " + std::to_string(number) + ", byte " + std::to_string(byte + same) + ": " +
           shown(more_a, x) + " against " + shown(more_b, y);
  }
}

}  // namespace harness
