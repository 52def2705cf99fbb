#include "reports/history_jsonl.hpp"

#include <fmt/format.h>

#include <iterator>

#include "reports/json_text.hpp"

namespace reports {

// Written by hand rather than through a JSON tree: a run has millions of these lines.
void append_history_line(std::string& out, const Operation& op, const Layout& layout) {
  const auto to = std::back_inserter(out);
  fmt::format_to(to, R"({{"id":{},"user":"u{}","session":"u{}.s{}","turn":"u{}.s{}.t{}")", op.id,
                 op.user, op.user, op.session, op.user, op.session, op.turn);
  out += R"(,"phase":)";
  append_json_string(out, layout.phases[op.phase].name);
  out += R"(,"class":)";
  append_json_string(out, layout.classes[op.cls]);
  const auto instant = [&](std::string_view key, Instant t) {
    fmt::format_to(to, R"(,"{}":)", key);
    append_seconds(out, t);
  };
  instant("planned_s", op.planned);
  instant("sent_s", op.sent);
  instant("first_event_s", op.first_event);
  instant("last_event_s", op.last_event);
  fmt::format_to(to, R"(,"stall_ms":{},"streamed":{},"outcome":"{}","failure":"{}")",
                 milliseconds_exact(op.stall), op.streamed, name_of(op.outcome),
                 name_of(op.failure));
  fmt::format_to(to, R"(,"http_status":{},"provider":)", op.http_status);
  append_json_string(out, op.provider);
  fmt::format_to(to, R"(,"attempts":{},"output_tokens":{})", op.attempts, op.output_tokens);
  fmt::format_to(to, R"(,"request_bytes":{},"response_bytes":{}}})", op.request_bytes,
                 op.response_bytes);
  out += '\n';
}

}  // namespace reports
