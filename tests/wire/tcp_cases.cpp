#include "tests/wire/wire.hpp"

namespace wire {
namespace {

using support::body_of;
using support::Talk;
using namespace std::chrono_literals;

bool nothing_then(const Talk& t, const char* end) { return t.bytes.empty() && t.end == end; }

bool whole(const Talk& t) { return body_of(t.bytes).whole; }

// So much later than usual, as whole as usual.
bool later(const Talk& t, const Talk& usual, world::Nanos by) {
  return whole(t) && t.first_byte - usual.first_byte >= by;
}

int answers(const Talk& t) { return support::count(t.bytes, "HTTP/1.1 200 OK"); }

// The loop may be late with the first byte, so that a part of the time is not seen.
bool lasts(const Talk& t, world::Nanos time) { return t.last_byte - t.first_byte >= time * 3 / 4; }

// More than any window takes in: the sender has to wait.
std::string giant_request() {
  const std::string further = R"(,"metadata":{"x":")" + std::string(8 << 20, 'x') + "\"}";
  return support::post_chat(support::ask({1, 0, 0}, false, 8, further));
}

}  // namespace

const std::vector<Case>& tcp_cases() {
  static const std::vector<Case> cases = {
      {"tcp.refuse", false, [](const Talk& t, const Talk&) { return t.end == "refused"; }},
      {"tcp.black_hole", false, [](const Talk& t, const Talk&) { return t.end == "no connection"; },
       500ms},
      // What is sent to a closed end meets a reset, sometimes before the end was read.
      {"tcp.accept_then_close", false,
       [](const Talk& t, const Talk&) {
         return nothing_then(t, "fin") || nothing_then(t, "reset");
       }},
      {"tcp.accept_then_reset", false,
       [](const Talk& t, const Talk&) { return nothing_then(t, "reset"); }},
      {"tcp.accept_then_silence", false,
       [](const Talk& t, const Talk&) { return nothing_then(t, "silence"); }},
      {"tcp.rst_before_headers", false,
       [](const Talk& t, const Talk&) { return nothing_then(t, "reset"); }},
      {"tcp.fin_before_headers", false,
       [](const Talk& t, const Talk&) { return nothing_then(t, "fin"); }},
      {"tcp.rst_at_byte", false,
       [](const Talk& t, const Talk&) { return t.end == "reset" && t.bytes.size() == 100; }},
      {"tcp.rst_at_byte", true,
       [](const Talk& t, const Talk&) { return t.end == "reset" && t.bytes.size() == 100; }},
      {"tcp.rst_at_time", true,
       [](const Talk& t, const Talk&) {
         const int events = support::count(t.bytes, "data: ");
         return t.end == "reset" && events >= 1 && events <= 5;
       }},
      {"tcp.rst_at_time", false,
       [](const Talk& t, const Talk&) { return nothing_then(t, "reset"); }},
      {"tcp.fin_early", true,
       [](const Talk& t, const Talk&) { return t.end == "fin" && t.bytes.size() == 300; }},
      {"tcp.stall_reading", false,
       [](const Talk& t, const Talk& usual) { return later(t, usual, 900ms); }, 3s, "openai-chat",
       giant_request()},
      {"tcp.stall_writing", true,
       [](const Talk& t, const Talk&) { return t.end == "silence" && t.bytes.size() == 400; }},
      {"tcp.stall_writing", false,
       [](const Talk& t, const Talk&) { return t.end == "silence" && t.bytes.size() == 400; }},
      {"tcp.latency", false,
       [](const Talk& t, const Talk& usual) { return later(t, usual, 280ms); }},
      {"tcp.latency", true,
       [](const Talk& t, const Talk& usual) { return later(t, usual, 280ms) && lasts(t, 70ms); }},
      {"tcp.jitter", true,
       [](const Talk& t, const Talk& usual) { return later(t, usual, 80ms) && lasts(t, 120ms); }},
      {"tcp.bandwidth", false,
       [](const Talk& t, const Talk&) { return whole(t) && lasts(t, 200ms); }},
      {"tcp.bandwidth", true,
       [](const Talk& t, const Talk&) { return whole(t) && lasts(t, 800ms); }, 4s},
      {"tcp.slicer", false,
       [](const Talk& t, const Talk&) {
         const auto bytes = static_cast<std::int64_t>(t.bytes.size());
         return whole(t) && lasts(t, 200us * bytes);
       }},
      {"tcp.slicer", true,
       [](const Talk& t, const Talk&) {
         const auto bytes = static_cast<std::int64_t>(t.bytes.size());
         return whole(t) && lasts(t, 200us * bytes);
       }},
      {"tcp.limit_data", true,
       [](const Talk& t, const Talk&) { return t.end == "fin" && t.bytes.size() == 400; }},
      {"tcp.limit_data", false,
       [](const Talk& t, const Talk&) { return t.end == "fin" && t.bytes.size() == 400; }},
      {"tcp.idle_kill_silent", false,
       [](const Talk& t, const Talk&) { return t.end == "silence" && answers(t) == 1; }, 1s,
       "openai-chat", {}, {}, 800ms},
      {"tcp.idle_kill_fin", false,
       [](const Talk& t, const Talk&) { return t.end == "fin" && answers(t) == 1; }, 1s,
       "openai-chat", {}, {}, 800ms},
      {"tcp.idle_kill_rst", false,
       [](const Talk& t, const Talk&) { return t.end == "reset" && answers(t) == 1; }, 1s,
       "openai-chat", {}, {}, 800ms},
      {"tcp.closed_on_reuse", false,
       [](const Talk& t, const Talk&) { return t.end == "fin" && answers(t) == 1; }, 1s,
       "openai-chat", {}, {}, 400ms},
      {"tcp.reset_on_reuse", false,
       [](const Talk& t, const Talk&) { return t.end == "reset" && answers(t) == 1; }, 1s,
       "openai-chat", {}, {}, 400ms},
      {"tcp.slow_close", false,
       [](const Talk& t, const Talk&) {
         return t.end == "fin" && t.bytes.find("content-length") == std::string::npos &&
                t.bytes.find("total_tokens") != std::string::npos;
       }},
      {"tcp.slow_close", true,
       [](const Talk& t, const Talk&) {
         return t.end == "fin" && t.bytes.find("chunked") == std::string::npos &&
                t.bytes.find("[DONE]\n\n") != std::string::npos;
       }},
  };
  return cases;
}

}  // namespace wire
