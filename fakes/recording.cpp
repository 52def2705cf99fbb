#include "fakes/recording.hpp"

#include <algorithm>
#include <array>

#include "world/base64.hpp"
#include "world/json_text.hpp"
#include "world/random.hpp"

namespace fakes {
namespace {

constexpr std::array<std::string_view, 10> kHopByHop = {
    "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization",
    "te",         "trailer",    "transfer-encoding", "upgrade",           "http2-settings"};

// Untrue by the time they are replayed, or about the way that the response came.
constexpr std::array<std::string_view, 7> kOfTheDay = {
    "date", "alt-svc", "via", "cf-ray", "nel", "report-to", "strict-transport-security"};

// Parts of the names of headers that say who has asked.
constexpr std::array<std::string_view, 3> kNaming = {"organization", "project", "account"};

constexpr std::array<std::string_view, 8> kSecret = {
    "cookie", "auth", "secret", "key", "token", "session", "password", "signature"};

std::string lower(std::string_view name) {
  std::string text(name);
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return text;
}

template <class Names>
bool is_one_of(const Names& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view known) { return world::same_name(known, name); });
}

template <class Parts>
bool has_one_of(const Parts& parts, const std::string& name) {
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
    return name.find(part) != std::string::npos;
  });
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = world::utf8_length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

// Milliseconds, exact to the nanosecond: 350.02
void append_ms(std::string& out, world::Nanos time) {
  constexpr std::int64_t kNanosPerMs = 1'000'000;
  world::append_integer(out, time.count() / kNanosPerMs);
  std::string rest = std::to_string(kNanosPerMs + time.count() % kNanosPerMs);
  rest.erase(rest.find_last_not_of('0') + 1);
  if (rest.size() <= 1) return;
  rest.front() = '.';
  out += rest;
}

void append_text(std::string& out, std::string_view name, std::string_view text) {
  out += ",\"";
  out += name;
  out += "\":";
  world::append_json_string(out, text);
}

void append_headers(std::string& out, const world::HttpHeaders& headers) {
  out += ",\"headers\":[";
  std::string_view comma;
  for (const auto& [name, value] : headers) {
    out += comma;
    out += '[';
    world::append_json_string(out, name);
    out += ',';
    world::append_json_string(out, value);
    out += ']';
    comma = ",";
  }
  out += ']';
}

void append_chunks(std::string& out, const std::vector<RecordedChunk>& chunks) {
  out += ",\"chunks\":[";
  std::string_view comma;
  for (const RecordedChunk& chunk : chunks) {
    out += comma;
    out += "{\"at_ms\":";
    append_ms(out, chunk.at);
    if (is_utf8(chunk.bytes)) {
      append_text(out, "text", chunk.bytes);
    } else {
      append_text(out, "base64", world::base64_of(chunk.bytes));
    }
    out += '}';
    comma = ",";
  }
  out += ']';
}

}  // namespace

std::uint64_t fingerprint_of(std::string_view body) { return world::entity_of(body); }

bool is_hop_by_hop(std::string_view name) { return is_one_of(kHopByHop, name); }

bool names_secret(std::string_view name) { return has_one_of(kSecret, lower(name)); }

bool is_recorded(std::string_view name) {
  if (is_hop_by_hop(name) || is_one_of(kOfTheDay, name)) return false;
  const std::string text = lower(name);
  if (has_one_of(kNaming, text)) return false;
  // "x-ratelimit-remaining-tokens" counts tokens.
  return text.find("ratelimit") != std::string::npos || !has_one_of(kSecret, text);
}

void write_recorded(std::string& out, const RecordedExchange& exchange) {
  out += "{\"schema\":";
  world::append_json_string(out, kRecordingSchema);
  append_text(out, "method", exchange.method);
  append_text(out, "path", exchange.path);
  out += ",\"fingerprint\":\"";
  world::append_hex(out, exchange.fingerprint);
  out += '"';
  append_text(out, "model", exchange.model);
  out += exchange.stream ? ",\"stream\":true" : ",\"stream\":false";
  out += ",\"status\":";
  world::append_integer(out, exchange.status);
  append_headers(out, exchange.headers);
  out += ",\"head_ms\":";
  append_ms(out, exchange.head_at);
  append_chunks(out, exchange.chunks);
  out += ",\"end_ms\":";
  append_ms(out, exchange.ended_at);
  append_text(out, "end", exchange.end == RecordedEnd::complete ? "complete" : "reset");
  out += "}\n";
}

}  // namespace fakes
