// However the bytes are cut, the parser says the same. The fuzzers look for more; these are found.
#include "world/http_parser.hpp"

#include <catch2/catch.hpp>
#include <cstring>

using namespace world;

namespace {

std::string outcome(HttpParser::Role role, std::string_view bytes, std::size_t piece_bytes) {
  HttpParser parser(role, HttpLimits{200, 100, 4});
  std::string told;
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, piece_bytes);
    bytes.remove_prefix(piece.size());
    const auto room = parser.prepare(piece.size());
    std::memcpy(room.first, piece.data(), piece.size());
    const Result<void> parsed = parser.commit(piece.size());
    if (!parsed) return std::string(name_of(parsed.error()));
    if (parser.message_done()) return "done: " + parser.body();
  }
  const Result<void> ended = parser.commit_end();
  if (!ended) return std::string(name_of(ended.error()));
  return parser.message_done() ? "done: " + parser.body() : "nothing";
}

struct Row {
  HttpParser::Role role;
  std::string bytes;
  std::string expected;
};

}  // namespace

TEST_CASE("http parser: the pieces in which bytes come change nothing") {
  constexpr auto kRequest = HttpParser::Role::request;
  constexpr auto kResponse = HttpParser::Role::response;
  const std::string chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
  const std::vector<Row> rows = {
      {kResponse, chunked + "3\r\nabc\r\n0\r\n\r\n", "done: abc"},
      {kResponse, chunked + "0\r\n\r\n", "done: "},
      {kResponse, chunked + "1\r\nabcde", "malformed"},
      {kResponse, chunked + "0\r\nX", "closed"},
      {kResponse, chunked + "65\r\n", "too_large"},
      {kResponse, "HTTP/1.1 200 OK\r\n\r\nto the end", "done: to the end"},
      {kResponse, "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nab", "closed"},
      {kResponse, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
       "done: ok"},
      {kResponse, "<html>", "malformed"},
      {kRequest, "\x16\x03\x01", "malformed"},
      {kRequest, "GET / HT", "closed"},
      {kRequest, "1 . ##\r\n\r\n", "malformed"},
      {kRequest, "GET / HTTP/1.1\r\nx: " + std::string(300, 'y'), "too_large"},
      {kRequest, "GET / HTTP/1.1\r\na: 1\r\nb: 2\r\nc: 3\r\nd: 4\r\ne: 5\r\n\r\n", "too_large"},
      {kRequest, "POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc", "done: abc"},
      {kRequest, "", "nothing"},
  };
  for (const Row& row : rows) {
    for (const std::size_t piece : {1, 2, 3, 5, 7, 1'000}) {
      INFO(row.bytes << " in pieces of " << piece);
      CHECK(outcome(row.role, row.bytes, piece) == row.expected);
    }
  }
}
