#include "tests/wire/wire.hpp"

namespace wire {
namespace {

using support::Talk;
using namespace std::chrono_literals;

bool unresolved(const Talk& t, const Talk&) { return t.end == "unresolved"; }

}  // namespace

const std::vector<Case>& dns_cases() {
  static const std::vector<Case> cases = {
      {"dns.nxdomain", false, unresolved},
      {"dns.servfail", false, unresolved},
      {"dns.timeout", false, [](const Talk& t, const Talk&) { return t.end == "no connection"; }},
      {"dns.timeout", false, unresolved, 11s},  // as glibc gives up
      {"dns.slow", false,
       [](const Talk& t, const Talk& usual) {
         return !t.bytes.empty() && t.first_byte - usual.first_byte >= 1s;
       }},
  };
  return cases;
}

}  // namespace wire
