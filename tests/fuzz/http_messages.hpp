// Every message that a parser finds in some bytes, as text, and how it ended. Fed whole or in
// pieces the answer must be the same.
#pragma once

#include <cstring>
#include <string>

#include "input.hpp"
#include "world/http_parser.hpp"

namespace fuzz {

class Messages {
 public:
  explicit Messages(world::HttpParser::Role role)
      : role_(role), parser_(role, world::HttpLimits{400, 2'000, 8}) {}

  void feed(std::string_view piece) {
    if (failed_) return;
    const auto room = parser_.prepare(piece.size());
    ENSURE(room.second >= piece.size(), "the parser gave less room than was asked for");
    std::memcpy(room.first, piece.data(), piece.size());
    take(parser_.commit(piece.size()));
  }

  std::string end() {
    if (!failed_) {
      note(parser_.commit_end());
      if (parser_.message_done()) write_message();
    }
    return std::move(text_);
  }

 private:
  void take(world::Result<void> parsed) {
    for (;;) {
      note(parsed);
      if (failed_ || !parser_.message_done()) return;
      write_message();
      if (!parser_.keep_alive()) {
        failed_ = true;  // nobody reads on
        return;
      }
      parsed = parser_.next_message();
    }
  }

  void note(const world::Result<void>& parsed) {
    if (parsed) return;
    failed_ = true;
    text_ += "failed: ";
    text_ += name_of(parsed.error());
  }

  void write_message() {
    const bool is_request = role_ == world::HttpParser::Role::request;
    const world::HttpHeaders& headers =
        is_request ? parser_.request().headers : parser_.response().headers;
    text_ += is_request ? parser_.request().method + " " + parser_.request().target
                        : std::to_string(parser_.response().status);
    ENSURE(headers.size() <= 8, "more headers than the bound");
    for (const auto& [name, value] : headers) text_ += "\n" + name + "=" + value;
    text_ += parser_.keep_alive() ? "\nkeep\n" : "\nclose\n";
    ENSURE(parser_.body().size() <= 2'000, "a body beyond the bound");
    text_ += parser_.body() + "\n";
  }

  world::HttpParser::Role role_;
  world::HttpParser parser_;
  std::string text_;
  bool failed_ = false;
};

inline int check_split(world::HttpParser::Role role, const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes = text_of(data, size).substr(1);
  Messages whole(role);
  if (!bytes.empty()) whole.feed(bytes);
  Messages pieces(role);
  Cutter cutter(data[0]);
  for (std::string_view rest = bytes; !rest.empty();) pieces.feed(cutter.next(rest));
  ENSURE(whole.end() == pieces.end(), "splitting the bytes changed the messages");
  return 0;
}

}  // namespace fuzz
