#include "harness/client/target_watch.hpp"

#include "harness/scenario/errors.hpp"

namespace harness {

using reports::Failure;
using reports::Operation;
using reports::Outcome;

namespace {

constexpr std::size_t kBodyShown = 300;

std::string quoted(const std::string& body) {
  return body.empty() ? "with an empty body" : "`" + excerpt(body, kBodyShown) + "`";
}

// A refusal of what was asked, and not of how much or when.
bool is_misunderstanding(int status) {
  if (status >= 300 && status < 400) return true;
  return status >= 400 && status < 500 && status != 408 && status != 409 && status != 425 &&
         status != 429;
}

bool is_event_stream(const Reply& reply) {
  return reply.content_type.starts_with("text/event-stream");
}

}  // namespace

TargetWatch::TargetWatch(const TargetDoor& door, const Target& target)
    : url_(to_text(door, door.path_or(path_of(target.dialect)))),
      dialect_(name_of(target.dialect)),
      is_https_(door.tls.has_value()) {}

void TargetWatch::saw(const Operation& op, const Reply& reply) {
  if (op.outcome == Outcome::ok) {
    ++ok_;
    return;
  }
  std::string sentence = told(op, reply);
  if (sentence.empty()) {
    ++other_;
    return;
  }
  if (strange_++ == 0) trouble_ = std::move(sentence);
}

std::string TargetWatch::of_status(int status, const Reply& reply) const {
  const std::string answered =
      url_ + " answered " + std::to_string(status) + " " + quoted(reply.error_body);
  if (status < 400) {
    return answered + "; redirects are not followed: give the address that it leads to";
  }
  if (status == 401 || status == 403) {
    return answered + "; give what it wants in `target.headers`, as `authorization: \"Bearer "
                      "${NAME}\"`";
  }
  if (status == 404 || status == 405) {
    return answered + "; are `target.path` and `target.dialect` right?";
  }
  return answered + "; are `target.dialect` (" + dialect_ + ") and `target.model` right?";
}

// Why the answer was not understood and what to try; empty: it was a failure that can be judged.
std::string TargetWatch::told(const Operation& op, const Reply& reply) const {
  switch (op.failure) {
    case Failure::connect_refused: return url_ + " refused the connection; does it still run?";
    case Failure::unresolved: return url_ + ": its name has no address; is it written right?";
    case Failure::tls:
      return url_ + ": no TLS connection: its certificate is not trusted, is for another name or "
                    "is over, or it does not speak https; give its authority in `target.ca`, or "
                    "try `target.insecure: true`";
    case Failure::http_status:
      return is_misunderstanding(op.http_status) ? of_status(op.http_status, reply) : "";
    case Failure::bad_response:
      if (reply.said_error) return {};
      if (!reply.trouble.empty()) return url_ + ": " + reply.trouble;
      if (op.http_status == 0) {
        return url_ + ": what came is not HTTP; " +
               (is_https_ ? "is the port right?" : "is it an https address?");
      }
      return url_ + " answered " + std::to_string(op.http_status) + " with what is no answer in " +
             "the dialect " + dialect_ + ": " + quoted(reply.error_body) +
             "; are `target.dialect` and `target.path` right?";
    case Failure::truncated_stream:
      if (!reply.trouble.empty()) return url_ + ": " + reply.trouble;
      if (is_event_stream(reply)) return {};
      return url_ + ": a stream was asked for, and it answered with content-type `" +
             excerpt(reply.content_type) + "`; ask for plain answers (`stream: false`), or make "
             "it stream";
    case Failure::empty_response:
      if (!reply.trouble.empty()) return url_ + ": " + reply.trouble;
      return url_ + " answered " + std::to_string(op.http_status) +
             " without any text; is `target.dialect` (" + dialect_ + ") right?";
    default: return {};
  }
}

}  // namespace harness
