// HttpParser: an incremental parser of one HTTP/1.1 message after another on one connection, fed
// with whatever bytes arrive. Beast does the parsing; see HttpLimits for the bounds.
#pragma once

#include <memory>

#include "world/failure.hpp"
#include "world/http.hpp"

namespace world {

class HttpParser {
 public:
  enum class Role { request, response };

  HttpParser(Role role, HttpLimits limits);
  ~HttpParser();

  // Where the next bytes go: at least `room` bytes of space. Say with commit how many came.
  std::pair<char*, std::size_t> prepare(std::size_t room);
  Result<void> commit(std::size_t size);

  // The connection ended. Completes a response whose body is framed by it; otherwise `closed` in
  // the middle of a message, success between messages.
  Result<void> commit_end();

  bool started() const;    // some bytes of the message have arrived
  bool head_done() const;
  bool message_done() const;
  bool keep_alive() const;  // after head_done
  bool expects_continue() const;  // the request waits for "100 Continue"

  // The head; move from them when done. The body collects in `body` until it is taken.
  HttpRequest& request();
  HttpResponse& response();
  std::string& body();

  // A response to HEAD has no body whatever its head says. Set before the response arrives.
  void expect_no_body();

  // Forgets the message; bytes that came behind it are parsed as the next one.
  Result<void> next_message();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace world
