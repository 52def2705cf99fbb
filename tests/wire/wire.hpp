// The wire tests: each row of the fault catalogue, run as its own example says, in virtual time and
// on real sockets, and looked for in the raw bytes of a connection. A case stands in the file of
// its layer and is one row here: what is asked, how long one listens, and what must be seen.
#pragma once

#include <functional>

#include "fakes/faults/catalogue.hpp"
#include "tests/fakes/fake_world.hpp"

namespace wire {

struct Case {
  std::string_view name;  // of the catalogue's row
  bool stream = false;    // what the request asks for
  // Whether the fault is to be seen in what came; `usual` is the same request without the fault.
  std::function<bool(const support::Talk& talk, const support::Talk& usual)> seen;
  world::Nanos patience = std::chrono::milliseconds(1'500);
  std::string dialect = "openai-chat";
  std::string request = {};  // empty: the dialect's usual one
  std::string further = {};  // YAML of further backend keys, as "tls: true"
  world::Nanos again = {};   // after so long the request is sent once more on the connection
  int polls = 0;             // or the answer's id is asked for so often, each time after so long
  // A client that leaves when it has read this; what must be seen is then in the fake's record.
  std::string until = {};
  std::function<bool(const fakes::PromptRecord& record)> noted = {};
  // Sent on a further connection when the first is over; what comes stands behind the rest.
  std::string afterwards = {};
};

const std::vector<Case>& dns_cases();
const std::vector<Case>& tcp_cases();
const std::vector<Case>& tls_cases();
const std::vector<Case>& http_cases();
const std::vector<Case>& sse_cases();
const std::vector<Case>& json_cases();
const std::vector<Case>& provider_cases();
const std::vector<Case>& tools_cases();

}  // namespace wire
