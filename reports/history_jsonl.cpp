#include "reports/history_jsonl.hpp"

#include <charconv>

#include "reports/json_text.hpp"
#include "world/json_text.hpp"

namespace reports {

namespace {

// Text and numbers, one after the other. By hand: a run has millions of these lines.
void append(std::string& out, std::string_view text) { out += text; }
void append(std::string& out, std::uint64_t number) {
  char digits[24];
  const char* end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(static_cast<const char*>(digits), end);
}
template <class... Parts>
void append_all(std::string& out, const Parts&... parts) {
  (append(out, parts), ...);
}

void append_instant(std::string& out, std::string_view key, Instant t) {
  out += key;
  append_seconds(out, t);
}

}  // namespace

void append_history_line(std::string& out, const Operation& op, const Layout& layout) {
  append_all(out, R"({"id":)", op.id, R"(,"user":"u)", op.user);
  append_all(out, R"(","session":"u)", op.user, ".s", op.session);
  append_all(out, R"(","turn":"u)", op.user, ".s", op.session, ".t", op.turn);
  out += R"(","phase":)";
  world::append_json_string(out, layout.phases[op.phase].name);
  out += R"(,"class":)";
  world::append_json_string(out, layout.classes[op.cls]);
  append_instant(out, R"(,"planned_s":)", op.planned);
  append_instant(out, R"(,"sent_s":)", op.sent);
  append_instant(out, R"(,"first_event_s":)", op.first_event);
  append_instant(out, R"(,"last_event_s":)", op.last_event);
  out += R"(,"stall_ms":)";
  append_milliseconds(out, op.stall);
  append_all(out, R"(,"streamed":)", op.streamed ? "true" : "false");
  append_all(out, R"(,"outcome":")", name_of(op.outcome), R"(","failure":")", name_of(op.failure));
  append_all(out, R"(","http_status":)", op.http_status);
  out += R"(,"provider":)";
  world::append_json_string(out, op.provider);
  append_all(out, R"(,"attempts":)", op.attempts, R"(,"output_tokens":)", op.output_tokens);
  append_all(out, R"(,"request_bytes":)", op.request_bytes, R"(,"response_bytes":)",
             op.response_bytes, "}\n");
}

}  // namespace reports
