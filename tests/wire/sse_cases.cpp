#include "tests/wire/wire.hpp"

namespace wire {
namespace {

using support::body_of;
using support::Talk;

}  // namespace

const std::vector<Case>& sse_cases() {
  static const std::vector<Case> cases = {
      {"sse.stall", true,
       [](const Talk& t, const Talk&) {
         return t.end == "silence" && support::count(body_of(t.bytes).text, "data: ") == 4;
       }},
      {"sse.cut", true,
       [](const Talk& t, const Talk&) {
         return t.end == "fin" && support::count(body_of(t.bytes).text, "data: ") == 4;
       }},
  };
  return cases;
}

}  // namespace wire
