#include "harness/plan/trace.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

#include "harness/scenario/errors.hpp"
#include "harness/scenario/yaml_document.hpp"

namespace harness {
namespace {

constexpr std::string_view kAzureHeader = "TIMESTAMP,ContextTokens,GeneratedTokens";

// One line of a CSV without quotes, read field by field; knows the column of a fault.
class Row {
 public:
  Row(std::string_view text, int line, const std::string& file)
      : text_(text), line_(line), file_(file) {}

  std::string_view field(std::string_view what) {
    if (at_ > text_.size()) refuse(text_.size(), "the row ends before its " + std::string(what));
    start_ = at_;
    const std::size_t comma = std::min(text_.find(',', at_), text_.size());
    at_ = comma + 1;
    return text_.substr(start_, comma - start_);
  }

  std::uint32_t tokens(std::string_view what) {
    const std::string_view text = field(what);
    std::uint32_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || stop != text.data() + text.size() || value > kTraceTokensMax) {
      refuse(start_, std::string(what) + " must be a number from 0 to " +
                         std::to_string(kTraceTokensMax) + ", not `" + std::string(text) + "`");
    }
    return value;
  }

  void end() {
    if (at_ <= text_.size()) refuse(at_ - 1, "the row has more fields than its header");
  }

  [[noreturn]] void refuse(std::size_t offset, std::string sentence) const {
    throw ScenarioErrors(
        {{Place{file_, line_, static_cast<int>(offset) + 1}, std::move(sentence)}});
  }
  std::size_t field_start() const { return start_; }

 private:
  std::string_view text_;
  int line_;
  const std::string& file_;
  std::size_t at_ = 0, start_ = 0;
};

// Exactly n digits at an offset.
std::optional<int> digits(std::string_view text, std::size_t offset, std::size_t n) {
  int value = 0;
  for (std::size_t i = offset; i < offset + n; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

// `2023-11-16 18:17:03.9799600` as nanoseconds since 1970 of a clock without zone.
std::optional<world::Nanos> timestamp(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view kForm = "dddd-dd-dd dd:dd:dd.ddddddd";
  if (text.size() != kForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    if (kForm[i] != 'd' && kForm[i] != text[i]) return std::nullopt;
  }
  const auto y = digits(text, 0, 4), mo = digits(text, 5, 2), d = digits(text, 8, 2);
  const auto h = digits(text, 11, 2), mi = digits(text, 14, 2), s = digits(text, 17, 2);
  const auto fraction = digits(text, 20, 7);
  if (!y || !mo || !d || !h || !mi || !s || !fraction) return std::nullopt;
  const year_month_day date{year(*y), month(static_cast<unsigned>(*mo)),
                            day(static_cast<unsigned>(*d))};
  if (!date.ok() || *h > 23 || *mi > 59 || *s > 59 || *y < 1970 || *y > 2200) return std::nullopt;
  return sys_days(date).time_since_epoch() + hours(*h) + minutes(*mi) + seconds(*s) +
         nanoseconds(std::int64_t{*fraction} * 100);
}

// Calls row(text, line number) for every line; CRLF or LF; the last may have no end.
template <class Visit>
void for_each_line(std::string_view text, Visit&& visit) {
  int line = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view row = text.substr(0, end);
    if (row.ends_with('\r')) row.remove_suffix(1);
    visit(row, ++line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::vector<TraceRow> parse_azure(std::string_view text, const std::string& file) {
  std::vector<TraceRow> rows;
  std::optional<world::Nanos> first;
  world::Nanos last{};
  bool has_header = false;
  for_each_line(text, [&](std::string_view line, int number) {
    Row row(line, number, file);
    if (number == 1) {
      if (line != kAzureHeader) {
        row.refuse(0, "the header must be `" + std::string(kAzureHeader) + "`");
      }
      has_header = true;
      return;
    }
    if (rows.size() == kTraceRowsMax) {
      row.refuse(0, "the trace has more than " + std::to_string(kTraceRowsMax) + " rows");
    }
    const std::string_view stamp = row.field("TIMESTAMP");
    const auto at = timestamp(stamp);
    if (!at) {
      row.refuse(row.field_start(), "TIMESTAMP must be written as `2023-11-16 18:17:03.9799600`, "
                                    "not `" + std::string(stamp) + "`");
    }
    if (first && *at < last) {
      row.refuse(row.field_start(), "this row is earlier than the row before it");
    }
    if (!first) first = at;
    last = *at;
    const std::uint32_t prompt = row.tokens("ContextTokens");
    const std::uint32_t output = row.tokens("GeneratedTokens");
    row.end();
    rows.push_back({*at - *first, prompt, output});
  });
  if (!has_header || rows.empty()) {
    throw ScenarioErrors({{Place{file, 0, 0}, "the trace has no rows"}});
  }
  return rows;
}

}  // namespace

std::vector<TraceRow> parse_trace(std::string_view text, TraceFormat format,
                                  const std::string& file) {
  switch (format) {
    case TraceFormat::azure_llm: return parse_azure(text, file);
  }
  return {};
}

std::vector<TraceRow> read_trace(const std::string& path, TraceFormat format) {
  return parse_trace(read_bounded(path, kTraceBytesMax, "a trace"), format, path);
}

}  // namespace harness
