// Recording: exchanges with a provider as they happened, with their times: what `shakedown fake
// --record` writes, a line of JSON each, and what a backend with `replay` answers from. Of a
// request it keeps a fingerprint; of its headers nothing, of the response's no secrets and none of
// the connection's own. Plain data; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "world/http.hpp"
#include "world/units.hpp"

namespace fakes {

inline constexpr std::string_view kRecordingSchema = "shakedown/recording/1";

// Bounds of what is recorded, and so of what is read.
inline constexpr std::size_t kRecordingBytesMax = 64 << 20;        // of a file
inline constexpr std::size_t kRecordedExchangesMax = 100'000;      // in a file
inline constexpr std::size_t kRecordedBodyBytesMax = 16 << 20;     // of a response
inline constexpr std::size_t kRecordedChunksMax = 100'000;         // of a response
inline constexpr std::size_t kRecordedPathMax = 4'096;             // bytes
inline constexpr std::size_t kRecordedModelMax = 1'024;            // bytes
inline constexpr std::size_t kRecordedHeadersMax = 100;
inline constexpr world::Nanos kRecordedTimeMax = std::chrono::hours(24);  // an exchange takes

struct RecordedChunk {
  world::Nanos at{0};  // since the request was there
  std::string bytes;   // 1 or more

  friend bool operator==(const RecordedChunk&, const RecordedChunk&) = default;
};

enum class RecordedEnd : std::uint8_t {
  complete,
  reset,  // the response broke off
};

struct RecordedExchange {
  std::string method = "POST";
  std::string path;               // that the client asked for, without a query
  std::uint64_t fingerprint = 0;  // of the request's body
  std::string model;              // asked for; for readers
  bool stream = false;            // asked for; for readers
  int status = 200;
  world::HttpHeaders headers;
  world::Nanos head_at{0};  // since the request was there, as are the chunks and the end
  std::vector<RecordedChunk> chunks;
  world::Nanos ended_at{0};
  RecordedEnd end = RecordedEnd::complete;
};

// Of the bytes as they are: a request that differs in one space is another one.
std::uint64_t fingerprint_of(std::string_view body);

// Whether a header belongs to the connection and not to the message (RFC 9110, section 7.6.1).
bool is_hop_by_hop(std::string_view name);

// Whether a response's header may be recorded: it is the message's own, tells no secret, nobody's
// name, and is still true when it is replayed.
bool is_recorded(std::string_view name);

// Whether a header, or a parameter of a query, is of the kind whose value is a secret.
bool names_secret(std::string_view name);

// Appends one line, with its line break.
void write_recorded(std::string& out, const RecordedExchange& exchange);

struct RecordingProblem {
  int line = 0;  // from 1
  std::string sentence;
};

struct Recording {
  std::vector<RecordedExchange> exchanges;  // in the order of the file
  std::vector<RecordingProblem> problems;   // with any, the exchanges are not to be used

  static constexpr std::size_t kProblemsMax = 20;  // further ones are not looked for
};

// Reads a whole file. Empty lines count, but say nothing; members that it does not know are passed
// over.
Recording read_recording(std::string_view text);

}  // namespace fakes
