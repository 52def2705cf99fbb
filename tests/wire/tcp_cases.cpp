#include "tests/wire/wire.hpp"

namespace wire {
namespace {

using support::Talk;

}  // namespace

const std::vector<Case>& tcp_cases() {
  static const std::vector<Case> cases = {
      {"tcp.refuse", false, [](const Talk& t, const Talk&) { return t.end == "refused"; }},
      {"tcp.black_hole", false, [](const Talk& t, const Talk&) { return t.end == "no connection"; },
       std::chrono::milliseconds(500)},
  };
  return cases;
}

}  // namespace wire
