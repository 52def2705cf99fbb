// Reading recordings. Files are written by others and edited by hand: all that is replayed is
// checked here, so that a replay cannot break the connection's framing.
#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "fakes/recording.hpp"
#include "world/base64.hpp"
#include "world/json_reader.hpp"

namespace fakes {
namespace {

using world::JsonReader;
using world::JsonType;
using world::JsonValue;
using world::member_of;
using world::Nanos;

// Letters, digits and what else RFC 9110 allows in names of methods and headers.
bool is_token(std::string_view text) {
  constexpr std::string_view kFurther = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kFurther.find(c) != std::string_view::npos;
  });
}

bool is_one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto code = static_cast<unsigned char>(c);
    return (code < 0x20 && c != '\t') || code == 0x7f;
  });
}

std::optional<std::uint64_t> number_in(std::string_view digits, int base) {
  std::uint64_t value = 0;
  const auto end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, value, base);
  if (digits.empty() || parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  return value;
}

// "350.02", exact; no exponent, at most six decimals.
std::optional<Nanos> time_in(const JsonValue& value) {
  if (value.type != JsonType::number) return std::nullopt;
  const std::size_t point = value.raw.find('.');
  const auto ms = number_in(value.raw.substr(0, point), 10);
  if (!ms || *ms > static_cast<std::uint64_t>(kRecordedTimeMax / std::chrono::milliseconds(1))) {
    return std::nullopt;
  }
  std::uint64_t rest = 0;
  if (point != std::string_view::npos) {
    std::string decimals(value.raw.substr(point + 1));
    if (decimals.empty() || decimals.size() > 6) return std::nullopt;
    decimals.resize(6, '0');
    const auto nanos = number_in(decimals, 10);
    if (!nanos) return std::nullopt;
    rest = *nanos;
  }
  return Nanos(static_cast<std::int64_t>(*ms * 1'000'000 + rest));
}

// One line. The first thing that is wrong with it stays in `problem`.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : line_(line) {}

  RecordedExchange read();
  const std::string& problem() const { return problem_; }

 private:
  void read_members();
  void read_member(std::string_view key, const JsonValue& value);
  void read_status(const JsonValue& value);
  void read_fingerprint(const JsonValue& value);
  void read_time(const JsonValue& value, const char* name, Nanos& time);
  void read_headers(const JsonValue& value);
  void read_chunks(const JsonValue& value);
  void read_chunk(const JsonValue& value);
  void check();
  void check_length();
  void refuse(std::string sentence) {
    if (problem_.empty()) problem_ = std::move(sentence);
  }

  std::string_view line_;
  RecordedExchange exchange_;
  std::string problem_;
  std::string schema_;
  std::string end_;
  std::size_t bytes_ = 0;
  bool has_fingerprint_ = false;
  bool has_status_ = false;
  bool has_chunks_ = false;
};

RecordedExchange LineReader::read() {
  read_members();
  if (problem_.empty()) check();
  return std::move(exchange_);
}

void LineReader::read_members() {
  if (!member_of(line_, "schema")) return refuse("is not an exchange: a JSON object on one line, "
                                                 "with the member `schema`");
  schema_ = member_of(line_, "schema").text();
  if (schema_ != kRecordingSchema) {
    return refuse("has another schema; this version reads `" + std::string(kRecordingSchema) + "`");
  }
  exchange_.method.clear();
  JsonReader reader(line_);
  if (!reader.enter_object()) return refuse("is not a JSON object");
  std::string_view key;
  while (reader.next_key(key)) {
    const std::string name(key);
    const JsonValue value = reader.take();
    if (!value) break;
    read_member(name, value);
  }
  if (!reader.finished()) problem_ = "is not valid JSON";
}

void LineReader::read_member(std::string_view key, const JsonValue& value) {
  if (key == "method") exchange_.method = value.text();
  if (key == "path") exchange_.path = value.text();
  if (key == "fingerprint") read_fingerprint(value);
  if (key == "model") exchange_.model = value.text();
  if (key == "stream") exchange_.stream = value.is_true();
  if (key == "status") read_status(value);
  if (key == "headers") read_headers(value);
  if (key == "head_ms") read_time(value, "head_ms", exchange_.head_at);
  if (key == "chunks") read_chunks(value);
  if (key == "end_ms") read_time(value, "end_ms", exchange_.ended_at);
  if (key == "end") end_ = value.text();
}

void LineReader::read_status(const JsonValue& value) {
  const std::int64_t status = value.integer().value_or(0);
  has_status_ = status >= 200 && status <= 599;
  if (!has_status_) return refuse("`status` is a number from 200 to 599");
  exchange_.status = static_cast<int>(status);
}

void LineReader::read_fingerprint(const JsonValue& value) {
  const std::string digits = value.text();
  const auto number = number_in(digits, 16);
  has_fingerprint_ = digits.size() == 16 && number.has_value();
  if (!has_fingerprint_) return refuse("`fingerprint` is 16 hex digits");
  exchange_.fingerprint = *number;
}

void LineReader::read_time(const JsonValue& value, const char* name, Nanos& time) {
  const std::optional<Nanos> found = time_in(value);
  if (!found) {
    return refuse("`" + std::string(name) +
                  "` is a number of milliseconds with at most six decimals, and at most a day");
  }
  time = *found;
}

void LineReader::read_headers(const JsonValue& value) {
  if (value.type != JsonType::array) return refuse("`headers` is a list of [name, value]");
  exchange_.headers.clear();
  JsonReader reader(value.raw);
  if (!reader.enter_array()) return;
  while (reader.next_item()) {
    const JsonValue pair = reader.take();
    JsonReader inner(pair.raw);
    std::array<std::string, 2> parts;
    std::size_t count = 0;
    bool good = pair.type == JsonType::array && inner.enter_array();
    while (good && inner.next_item()) {
      const JsonValue part = inner.take();
      good = part.type == JsonType::string && count < parts.size();
      if (good) parts[count++] = part.text();
    }
    if (!good || count != parts.size() || !is_token(parts[0]) || !is_one_line(parts[1])) {
      return refuse("`headers` is a list of [name, value], both as HTTP allows them");
    }
    if (is_hop_by_hop(parts[0])) {
      return refuse("`headers` has `" + parts[0] + "`, which is the connection's own");
    }
    if (exchange_.headers.size() == kRecordedHeadersMax) {
      return refuse("has more than " + std::to_string(kRecordedHeadersMax) + " headers");
    }
    exchange_.headers.add(parts[0], parts[1]);
  }
}

void LineReader::read_chunks(const JsonValue& value) {
  has_chunks_ = value.type == JsonType::array;
  if (!has_chunks_) return refuse("`chunks` is a list of {at_ms, text}");
  exchange_.chunks.clear();
  bytes_ = 0;
  JsonReader reader(value.raw);
  if (!reader.enter_array()) return;
  while (problem_.empty() && reader.next_item()) read_chunk(reader.take());
}

void LineReader::read_chunk(const JsonValue& value) {
  RecordedChunk chunk;
  const std::string which = "chunk " + std::to_string(exchange_.chunks.size() + 1);
  const std::optional<Nanos> at = time_in(member_of(value.raw, "at_ms"));
  if (!at) return refuse(which + " has no `at_ms` in milliseconds, or one beyond a day");
  chunk.at = *at;
  const JsonValue text = member_of(value.raw, "text");
  const JsonValue base64 = member_of(value.raw, "base64");
  if (text.type == JsonType::string && !base64) chunk.bytes = text.text();
  if (base64.type == JsonType::string && !text) {
    chunk.bytes = world::bytes_of_base64(base64.text()).value_or(std::string());
  }
  if (chunk.bytes.empty()) return refuse(which + " has either `text` or `base64`, and not empty");
  bytes_ += chunk.bytes.size();
  if (bytes_ > kRecordedBodyBytesMax || exchange_.chunks.size() == kRecordedChunksMax) {
    return refuse("has a response of more than " + std::to_string(kRecordedBodyBytesMax) +
                  " bytes or " + std::to_string(kRecordedChunksMax) + " chunks");
  }
  exchange_.chunks.push_back(std::move(chunk));
}

void LineReader::check() {
  if (!is_token(exchange_.method) || exchange_.method == "HEAD") {
    return refuse("needs the member `method`, not HEAD");
  }
  const std::string& path = exchange_.path;
  if (!path.starts_with('/') || path.size() > kRecordedPathMax) {
    return refuse("needs the member `path`, which begins with `/` and has at most " +
                  std::to_string(kRecordedPathMax) + " bytes");
  }
  if (exchange_.model.size() > kRecordedModelMax) return refuse("has a `model` that is too long");
  if (!has_fingerprint_) return refuse("needs the member `fingerprint`");
  if (!has_status_) return refuse("needs the member `status`");
  if (!has_chunks_) return refuse("needs the member `chunks`");
  if (end_ != "complete" && end_ != "reset") return refuse("`end` is `complete` or `reset`");
  exchange_.end = end_ == "complete" ? RecordedEnd::complete : RecordedEnd::reset;
  Nanos last = exchange_.head_at;
  for (const RecordedChunk& chunk : exchange_.chunks) {
    if (chunk.at < last) return refuse("goes back in time: a chunk comes before what precedes it");
    last = chunk.at;
  }
  if (exchange_.ended_at < last) return refuse("goes back in time: `end_ms` before the last chunk");
  check_length();
}

void LineReader::check_length() {
  const bool bodiless = exchange_.status == 204 || exchange_.status == 304;
  if (bodiless && bytes_ > 0) return refuse("has a body, which its status does not allow");
  std::size_t lengths = 0;
  for (const auto& [name, value] : exchange_.headers) {
    if (!world::same_name(name, "content-length")) continue;
    const auto length = number_in(value, 10);
    const bool whole = exchange_.end == RecordedEnd::complete && !bodiless;
    const bool fits = length && (whole ? *length == bytes_ : *length >= bytes_);
    if (!fits || ++lengths > 1) {
      return refuse("`content-length` is not that of the " + std::to_string(bytes_) +
                    " bytes in `chunks`");
    }
  }
}

}  // namespace

Recording read_recording(std::string_view text) {
  Recording recording;
  int number = 0;
  while (!text.empty() && recording.problems.size() < Recording::kProblemsMax) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (recording.exchanges.size() == kRecordedExchangesMax) {
      recording.problems.push_back(
          {number, "there are more than " + std::to_string(kRecordedExchangesMax) + " exchanges"});
      break;
    }
    LineReader reader(line);
    RecordedExchange exchange = reader.read();
    if (reader.problem().empty()) {
      recording.exchanges.push_back(std::move(exchange));
    } else {
      recording.problems.push_back({number, reader.problem()});
    }
  }
  return recording;
}

}  // namespace fakes
