#include "tests/wire/wire.hpp"

namespace wire {
namespace {

using support::body_of;
using support::Talk;
using namespace std::chrono_literals;

bool nothing_then(const Talk& t, const char* end) { return t.bytes.empty() && t.end == end; }

bool whole(const Talk& t) { return body_of(t.bytes).whole; }

// Nothing leaves before it is due, however late the machine is: lower bounds hold always.
bool begins_after(const Talk& t, world::Nanos time) {
  return whole(t) && t.first_byte >= world::at(time);
}
bool ends_after(const Talk& t, world::Nanos time) {
  return whole(t) && t.last_byte >= world::at(time);
}

int answers(const Talk& t) { return support::count(t.bytes, "HTTP/1.1 200 OK"); }

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
       [](const Talk& t, const Talk&) { return begins_after(t, 1s); }, 3s, "openai-chat",
       giant_request()},
      {"tcp.stall_writing", true,
       [](const Talk& t, const Talk&) { return t.end == "silence" && t.bytes.size() == 400; }},
      {"tcp.stall_writing", false,
       [](const Talk& t, const Talk&) { return t.end == "silence" && t.bytes.size() == 400; }},
      {"tcp.latency", false,
       [](const Talk& t, const Talk&) { return begins_after(t, 1110ms); }, 3s},
      {"tcp.latency", true,
       [](const Talk& t, const Talk&) { return begins_after(t, 1040ms) && ends_after(t, 1110ms); },
       3s},
      {"tcp.jitter", false,
       [](const Talk& t, const Talk&) { return begins_after(t, 610ms); }, 3s},
      {"tcp.jitter", true,
       [](const Talk& t, const Talk&) { return begins_after(t, 540ms) && ends_after(t, 610ms); },
       3s},
      {"tcp.bandwidth", false,
       [](const Talk& t, const Talk&) {
         return ends_after(t, 1ms * (static_cast<std::int64_t>(t.bytes.size()) - 200));
       },
       3s},
      {"tcp.bandwidth", true,
       [](const Talk& t, const Talk&) {
         return ends_after(t, 1ms * (static_cast<std::int64_t>(t.bytes.size()) - 200));
       },
       6s},
      {"tcp.slicer", false,
       [](const Talk& t, const Talk&) {
         return ends_after(t, 1ms * static_cast<std::int64_t>(t.bytes.size()));
       },
       3s},
      {"tcp.slicer", true,
       [](const Talk& t, const Talk&) {
         return ends_after(t, 1ms * static_cast<std::int64_t>(t.bytes.size()));
       },
       6s},
      {"tcp.limit_data", true,
       [](const Talk& t, const Talk&) { return t.end == "fin" && t.bytes.size() == 400; }},
      {"tcp.limit_data", false,
       [](const Talk& t, const Talk&) { return t.end == "fin" && t.bytes.size() == 400; }},
      {"tcp.idle_kill_silent", false,
       [](const Talk& t, const Talk&) { return t.end == "silence" && answers(t) == 1; }, 1s,
       "openai-chat", {}, {}, 1500ms},
      {"tcp.idle_kill_fin", false,
       [](const Talk& t, const Talk&) { return t.end == "fin" && answers(t) == 1; }, 1s,
       "openai-chat", {}, {}, 1500ms},
      {"tcp.idle_kill_rst", false,
       [](const Talk& t, const Talk&) { return t.end == "reset" && answers(t) == 1; }, 1s,
       "openai-chat", {}, {}, 1500ms},
      {"tcp.closed_on_reuse", false,
       [](const Talk& t, const Talk&) { return t.end == "fin" && answers(t) == 1; }, 1s,
       "openai-chat", {}, {}, 400ms},
      {"tcp.reset_on_reuse", false,
       [](const Talk& t, const Talk&) { return t.end == "reset" && answers(t) == 1; }, 1s,
       "openai-chat", {}, {}, 400ms},
      {"tcp.slow_close", false,
       [](const Talk& t, const Talk&) {
         return t.end == "fin" && t.bytes.find("content-length") == std::string::npos &&
                t.bytes.find("total_tokens") != std::string::npos &&
                t.ended >= world::at(710ms);  // the answer is due at 110 ms
       }},
      {"tcp.slow_close", true,
       [](const Talk& t, const Talk&) {
         return t.end == "fin" && t.bytes.find("chunked") == std::string::npos &&
                t.bytes.find("[DONE]\n\n") != std::string::npos &&
                t.ended >= world::at(710ms);
       }},
  };
  return cases;
}

}  // namespace wire
