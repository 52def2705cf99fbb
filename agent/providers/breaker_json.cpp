// Breakers as users of the API see them, and the words for one that is open.
#include "agent/providers/breaker.hpp"
#include "world/json_text.hpp"

namespace agent {

using world::append_integer;
using world::append_json_string;
using world::Nanos;

namespace {

void append(std::string& out, std::string_view name, std::int64_t value) {
  out += ",\"";
  out += name;
  out += "\":";
  append_integer(out, value);
}

void append(std::string& out, std::string_view name, bool value) {
  out += ",\"";
  out += name;
  out += value ? "\":true" : "\":false";
}

std::int64_t millis(Nanos time) { return (time.count() + 999'999) / 1'000'000; }

}  // namespace

std::string open_text(const std::string& key, Nanos retry_after) {
  const std::int64_t seconds = (retry_after.count() + 999'999'999) / 1'000'000'000;
  return "Circuit breaker open for " + key + ". Retry after " + std::to_string(seconds) + "s";
}

std::string to_json(const BreakerView& view) {
  std::string out = R"({"key":)";
  append_json_string(out, view.key);
  out += R"(,"state":)";
  append_json_string(out, view.state);
  append(out, "degraded", view.degraded);
  append(out, "isolated", view.isolated);
  append(out, "calls", view.calls);
  append(out, "failures", view.failures);
  append(out, "slow_calls", view.slow);
  append(out, "consecutive_failures", view.in_a_row);
  append(out, "openings", view.openings);
  append(out, "since_ms", view.since.count() / 1'000'000);
  append(out, "retry_after_ms", millis(view.retry_after));
  append(out, "typical_ms", millis(view.typical));
  out += R"(,"reason":)";
  append_json_string(out, view.reason);
  out += '}';
  return out;
}

std::string breakers_json(const std::vector<BreakerView>& views) {
  std::string out = R"({"object":"list","data":[)";
  for (std::size_t i = 0; i < views.size(); ++i) {
    if (i > 0) out += ',';
    out += to_json(views[i]);
  }
  out += "]}";
  return out;
}

}  // namespace agent
