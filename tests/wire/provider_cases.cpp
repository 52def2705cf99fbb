#include "tests/wire/wire.hpp"

namespace wire {
namespace {

using support::body_of;
using support::Talk;

}  // namespace

const std::vector<Case>& provider_cases() {
  static const std::vector<Case> cases = {
      {"provider.rate_limit", false,
       [](const Talk& t, const Talk&) {
         return body_of(t.bytes).status == 429 &&
                body_of(t.bytes).headers.get("retry-after") == "20";
       }},
  };
  return cases;
}

}  // namespace wire
