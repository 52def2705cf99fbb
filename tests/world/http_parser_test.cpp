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

std::string repeated(int times, const std::string& text) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
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
  const std::string post = "POST / HTTP/1.1\r\n";
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
      {kResponse, chunked + "3;a=b\r\nabc\r\n0;c\r\nx: y\r\n\r\n", "done: abc"},
      {kResponse, chunked + "3;a=\"b\"\r\nabc\r\n", "malformed"},
      {kResponse, chunked + "3\rabc", "malformed"},
      {kResponse, chunked + "\r\n\r\n", "malformed"},
      {kResponse, chunked + "000\r\n\r\n", "done: "},
      {kResponse, chunked + "0x\r\n\r\n", "malformed"},
      {kResponse, chunked + "0\r\na: 1\r\nb: 2\r\nc: 3\r\nd: 4\r\n\r\n", "too_large"},
      {kResponse, chunked + repeated(90, "1\r\na\r\n") + "0\r\n\r\n",
       "done: " + std::string(90, 'a')},
      // Bounds of what is no body.
      {kResponse, chunked + "1;" + std::string(10'000, 'x') + "\r\na\r\n0\r\n\r\n", "done: a"},
      {kResponse, chunked + "1;" + std::string(20'000, 'x'), "too_large"},
      {kResponse, chunked + "1;" + std::string(20'000, 'x') + "\r\na\r\n", "too_large"},
      {kResponse, chunked + "1\r\na\r\n0;" + std::string(20'000, 'x'), "too_large"},
      {kResponse, chunked + std::string(20'000, '0'), "too_large"},
      {kResponse, chunked + "0\r\nx: " + std::string(20'000, 'y'), "too_large"},
      {kResponse, chunked + "0\r\nx: " + std::string(20'000, 'y') + "\r\n\r\n", "too_large"},
      {kResponse, chunked + repeated(50, "1;" + std::string(400, 'x') + "\r\na\r\n"),
       "too_large"},
      {kRequest, post + "transfer-encoding: chunked\r\n\r\n1;" + std::string(20'000, 'x'),
       "too_large"},
      // Where a request ends is beyond doubt, or it is refused.
      {kRequest, post + "transfer-encoding: Chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", "done: a"},
      {kRequest, post + "transfer-encoding: xchunked\r\n\r\n", "malformed"},
      {kRequest, post + "transfer-encoding: chunked, identity\r\n\r\n", "malformed"},
      {kRequest, post + "transfer-encoding: gzip, chunked\r\n\r\n", "malformed"},
      {kRequest, post + "transfer-encoding: \r\n\r\n", "malformed"},
      {kRequest, post + "transfer-encoding: x\r\ntransfer-encoding: chunked\r\n\r\n",
       "malformed"},
      {kRequest, post + "transfer-encoding: chunked\r\ncontent-length: 1\r\n\r\n", "malformed"},
      {kRequest, post + "content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n", "malformed"},
      {kRequest, post + "content-length: 1\r\ntransfer-encoding: xchunked\r\n\r\n", "malformed"},
      {kRequest, "POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n", "malformed"},
  };
  for (const Row& row : rows) {
    for (const std::size_t piece : {1, 2, 3, 5, 7, 1'000}) {
      INFO(row.bytes.substr(0, 200) << " in pieces of " << piece);
      CHECK(outcome(row.role, row.bytes, piece) == row.expected);
    }
  }
}

TEST_CASE("http parser: a trailer is no header, and what comes behind it is the next request") {
  const std::string bytes =
      "POST /1 HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
      "authorization: Bearer other\r\n\r\nGET /2 HTTP/1.1\r\n\r\n";
  HttpParser parser(HttpParser::Role::request, HttpLimits());
  const auto room = parser.prepare(bytes.size());
  std::memcpy(room.first, bytes.data(), bytes.size());
  REQUIRE(parser.commit(bytes.size()).has_value());
  REQUIRE(parser.message_done());
  CHECK(parser.request().target == "/1");
  CHECK_FALSE(parser.request().headers.contains("authorization"));
  REQUIRE(parser.next_message().has_value());
  REQUIRE(parser.message_done());
  CHECK(parser.request().target == "/2");
}
