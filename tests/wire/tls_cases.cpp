#include <algorithm>
#include <ctime>

#include "tests/wire/wire.hpp"

namespace wire {
namespace {

using support::Talk;

// A client that speaks TLS 1.2 and no later, so that the server's certificate is to be read in its
// flight. The simulated server takes it as well: it looks at the record alone.
std::string client_hello() {
  const auto two = [](std::size_t n) {
    return std::string{static_cast<char>(n / 256), static_cast<char>(n % 256)};
  };
  using namespace std::string_literals;
  const std::string extensions =
      "\x00\x0a\x00\x04\x00\x02\x00\x17"s   // groups: P-256
      "\x00\x0b\x00\x02\x01\x00"s           // points as they are
      "\x00\x0d\x00\x04\x00\x02\x04\x03"s;  // signatures: ECDSA with SHA-256
  const std::string body = "\x03\x03"s + std::string(32, 'r') + "\x00"s +  // random, no session
                           "\x00\x02\xc0\x2b"s +  // ECDHE-ECDSA-AES128-GCM-SHA256
                           "\x01\x00"s + two(extensions.size()) + extensions;
  const std::string message = "\x01\x00"s + two(body.size()) + body;
  return "\x16\x03\x01"s + two(message.size()) + message;
}

bool has(const Talk& t, std::string_view words) {
  return t.bytes.find(words) != std::string::npos;
}

bool answered(const Talk& t) { return t.bytes.starts_with("\x16\x03\x03"); }
bool in_sim(const Talk& t) { return has(t, "certificate "); }

// The ends of validity in the certificates of a flight: times in DER, each the second of two.
bool expired(const Talk& t) {
  char now[16];
  const std::time_t seconds = std::time(nullptr);
  std::strftime(now, sizeof now, "%y%m%d%H%M%S", std::gmtime(&seconds));
  const std::string_view utc_time("\x17\x0d", 2);
  const std::size_t begin = t.bytes.find(utc_time);
  const std::size_t end = begin == std::string::npos ? begin : t.bytes.find(utc_time, begin + 15);
  return end != std::string::npos && t.bytes.substr(end + 2, 12) < now;
}

Case shown(std::string_view name, std::function<bool(const Talk&)> seen_live,
           std::string seen_sim) {
  Case c;
  c.name = name;
  c.seen = [seen_live, seen_sim](const Talk& t, const Talk&) {
    return answered(t) && (in_sim(t) ? has(t, seen_sim) : seen_live(t));
  };
  return c;
}

}  // namespace

const std::vector<Case>& tls_cases() {
  static const std::vector<Case> cases = [] {
    std::vector<Case> all = {
        {"tls.handshake_stall", false,
         [](const Talk& t, const Talk&) { return t.end == "silence" && t.bytes.empty(); }},
        {"tls.handshake_reset", false,
         [](const Talk& t, const Talk&) { return t.end == "reset" && t.bytes.empty(); }},
        shown("tls.expired", expired, "certificate expired"),
        shown("tls.wrong_host",
              [](const Talk& t) { return has(t, "another-host.invalid") && !has(t, "localhost"); },
              "for another-host.invalid,"),
        shown("tls.self_signed",
              [](const Talk& t) { return has(t, "localhost") && !has(t, "authority"); },
              "certificate self_signed"),
        shown("tls.unknown_ca", [](const Talk& t) { return has(t, "nobody trusts"); },
              "certificate unknown_ca"),
    };
    for (Case& c : all) {
      c.request = client_hello();
      c.further = "tls: true";
    }
    return all;
  }();
  return cases;
}

}  // namespace wire
