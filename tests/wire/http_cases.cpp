#include "tests/wire/wire.hpp"

namespace wire {
namespace {

using support::body_of;
using support::Talk;

}  // namespace

const std::vector<Case>& http_cases() {
  static const std::vector<Case> cases = {
      {"http.status", false,
       [](const Talk& t, const Talk&) {
         return t.bytes.starts_with("HTTP/1.1 503 ") && body_of(t.bytes).text.starts_with("{\"err");
       }},
      {"http.gateway_html", true,
       [](const Talk& t, const Talk&) {
         return body_of(t.bytes).status == 502 &&
                body_of(t.bytes).headers.get("content-type") == "text/html";
       }},
      {"http.hang", false,
       [](const Talk& t, const Talk&) { return t.end == "silence" && t.bytes.empty(); }},
      {"http.reset_in_body", false,
       [](const Talk& t, const Talk&) {
         return t.end == "reset" && body_of(t.bytes).text.size() == 100;
       }},
  };
  return cases;
}

}  // namespace wire
