#include "harness/oracles/leak_patterns.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace harness {
namespace {

using Hosts = std::span<const std::string>;

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;  // 0: nothing is there
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

// Up to kContextMax bytes behind a place.
std::string_view behind(std::string_view text, std::size_t at) {
  return at < text.size() ? text.substr(at, kContextMax) : std::string_view{};
}
std::string_view line_behind(std::string_view text, std::size_t at) {
  const std::string_view near = behind(text, at);
  return near.substr(0, near.find('\n'));
}

// How many characters of `text` are letters, digits or in `more`.
std::size_t word_bytes(std::string_view text, std::string_view more) {
  std::size_t n = 0;
  while (n < text.size() && (is_alnum(text[n]) || is_one_of(text[n], more))) ++n;
  return n;
}
std::size_t digits(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && is_digit(text[n])) ++n;
  return n;
}
bool has_digit(std::string_view text) { return std::any_of(text.begin(), text.end(), is_digit); }

bool starts_word(std::string_view text, std::size_t at, std::string_view more) {
  return at == 0 || !(is_alnum(text[at - 1]) || is_one_of(text[at - 1], more));
}

// --- stack traces ---

Span whole_line(std::string_view text, std::size_t at, Hosts) {
  return {at, at + line_behind(text, at).size()};
}

// File "core/pipeline.py", line 212
Span python_frame(std::string_view text, std::size_t at, Hosts) {
  const std::string_view line = line_behind(text, at);
  const std::size_t number = line.find("\", line ");
  if (number == std::string_view::npos) return {};
  const std::size_t n = digits(line.substr(number + 8));
  return n == 0 ? Span{} : Span{at, at + number + 8 + n};
}

// `pipeline.js:12:3`, `Pipeline.java:12`: the end of such a place, or 0.
std::size_t code_place(std::string_view text, bool with_column) {
  static constexpr std::array<std::string_view, 14> kEndings = {
      ".js:", ".ts:", ".mjs:", ".cjs:", ".jsx:", ".tsx:", ".java:",
      ".kt:", ".rb:", ".php:", ".py:",  ".cs:",  ".go:",  ".rs:"};
  for (const std::string_view ending : kEndings) {
    const std::size_t place = text.find(ending);
    if (place == std::string_view::npos) continue;
    std::size_t end = place + ending.size();
    std::size_t n = digits(text.substr(end));
    if (n == 0) continue;
    end += n;
    n = end < text.size() && text[end] == ':' ? digits(text.substr(end + 1)) : 0;
    if (n > 0) return end + 1 + n;
    if (!with_column) return end;
  }
  return 0;
}

// at Pipeline.run (core/pipeline.js:12:3), at com.acme.Core.run(Core.java:12), at x.js:12:3
Span called_frame(std::string_view text, std::size_t at, Hosts) {
  if (at > 0 && !is_one_of(text[at - 1], " \t\n")) return {};
  const std::string_view line = line_behind(text, at);
  std::string_view rest = line.substr(3);  // "at "
  for (const std::string_view word : {"async ", "new "}) {
    if (rest.starts_with(word)) rest.remove_prefix(word.size());
  }
  const std::size_t name = std::min(rest.find_first_of(" ("), rest.size());
  if (name == 0) return {};
  std::string_view place = rest.substr(name);
  if (place.starts_with(' ')) place.remove_prefix(1);
  if (!place.starts_with('(')) {
    const std::size_t end = code_place(rest.substr(0, name), true);
    return end == 0 ? Span{} : Span{at, at + line.size() - rest.size() + end};
  }
  place = place.substr(0, place.find(')'));
  if (place.find(' ') != std::string_view::npos || code_place(place, false) == 0) return {};
  const auto end = static_cast<std::size_t>(place.data() + place.size() - text.data());
  return {at, std::min(end + 1, text.size())};
}

// #0 0x7f3a..., #1  0x00005581... in run()
Span native_frame(std::string_view text, std::size_t at, Hosts) {
  if (!starts_word(text, at, "")) return {};
  const std::string_view line = line_behind(text, at);
  std::size_t n = 1 + digits(line.substr(1));
  if (n == 1 || n > 4) return {};
  const std::size_t spaces = line.substr(n).find_first_not_of(' ');
  if (spaces == 0 || spaces > 3 || !line.substr(n + spaces).starts_with("0x")) return {};
  n += spaces + 2;
  const std::size_t hex = word_bytes(line.substr(n), "");
  return hex < 4 ? Span{} : Span{at, at + line.size()};
}

// thread 'main' panicked at src/main.rs:2:5, and not: he panicked at the sight
Span rust_panic(std::string_view text, std::size_t at, Hosts) {
  const std::size_t n = std::min<std::size_t>(at, 64);
  const bool of_thread = text.substr(at - n, n).find("thread '") != std::string_view::npos;
  const std::string_view near = behind(text, at);
  const std::size_t place = near.find(".rs:");
  const bool in_rust = place != std::string_view::npos && digits(near.substr(place + 4)) > 0;
  return of_thread || in_rust ? whole_line(text, at, {}) : Span{};
}

// goroutine 1 [running]:
Span goroutine(std::string_view text, std::size_t at, Hosts) {
  const std::string_view line = line_behind(text, at);
  const std::size_t n = digits(line.substr(10));
  const std::string_view state = line.substr(10 + n);
  const std::size_t end = state.find("]:");
  if (n == 0 || !state.starts_with(" [") || end == std::string_view::npos) return {};
  return {at, at + 10 + n + end + 2};
}

// --- paths ---

constexpr std::string_view kPathMarks = "._-/+@";

Span path(std::string_view text, std::size_t at, Hosts) {
  if (!starts_word(text, at, "/._-~")) return {};  // as in https://example.com/home/
  const std::string_view near = behind(text, at);
  const std::size_t root = near.find('/', 1) + 1;
  const std::size_t n = word_bytes(near.substr(root), kPathMarks);
  return n == 0 ? Span{} : Span{at, at + root + n};
}

// C:\Users, found by its colon
Span windows_path(std::string_view text, std::size_t at, Hosts) {
  if (at == 0 || !is_alnum(text[at - 1]) || is_digit(text[at - 1])) return {};
  if (!starts_word(text, at - 1, "")) return {};
  const std::size_t n = word_bytes(behind(text, at + 2), "._-\\ ");
  return n == 0 ? Span{} : Span{at - 1, at + 2 + n};
}

// --- keys ---

Span secret_key(std::string_view text, std::size_t at, Hosts) {
  if (!starts_word(text, at, "_-")) return {};
  const std::string_view word = behind(text, at).substr(0, word_bytes(behind(text, at), "_-"));
  constexpr std::string_view kPlanted = "sk-canary-";
  const bool planted = word.starts_with(kPlanted) && word.size() > kPlanted.size();
  if (!planted && (word.size() < 19 || !has_digit(word))) return {};
  return {at, at + word.size()};
}

// AKIA..., ghp_...: letters and digits, at least 20 of them in all
Span token(std::string_view text, std::size_t at, Hosts) {
  if (!starts_word(text, at, "_-")) return {};
  const std::size_t n = word_bytes(behind(text, at), "_");
  return n < 20 || !has_digit(behind(text, at).substr(0, n)) ? Span{} : Span{at, at + n};
}

Span bearer(std::string_view text, std::size_t at, Hosts) {
  const std::string_view near = behind(text, at + 7);  // "Bearer "
  const std::size_t n = word_bytes(near, "._~+/=-");
  return n < 16 || !has_digit(near.substr(0, n)) ? Span{} : Span{at, at + 7 + n};
}

Span private_key(std::string_view text, std::size_t at, Hosts) {
  const bool is_private =
      line_behind(text, at).substr(0, 64).find("PRIVATE KEY") != std::string_view::npos;
  return is_private ? whole_line(text, at, {}) : Span{};
}

// --- addresses ---

// Loopback, any, and the private networks of RFC 1918; the text is digits and dots.
bool is_inside(std::string_view quad) {
  std::array<int, 4> parts{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t n = digits(quad);
    if (n == 0 || n > 3) return false;
    for (const char c : quad.substr(0, n)) parts[i] = parts[i] * 10 + (c - '0');
    quad.remove_prefix(n);
    if (i < 3 && !quad.starts_with('.')) return false;
    if (i < 3) quad.remove_prefix(1);
  }
  if (!quad.empty()) return false;
  return parts[0] == 127 || parts[0] == 10 || parts == std::array<int, 4>{0, 0, 0, 0} ||
         (parts[0] == 192 && parts[1] == 168) ||
         (parts[0] == 172 && parts[1] >= 16 && parts[1] < 32);
}

// 127.0.0.1:8080, localhost:80, [::1]:80, primary:443; found by the colon before the port
Span address(std::string_view text, std::size_t at, Hosts hosts) {
  constexpr std::size_t kHostMax = 64;
  const std::size_t port = digits(behind(text, at + 1).substr(0, 6));
  if (port < 2 || port > 5 || at == 0) return {};
  std::size_t begin = at;
  while (begin > 0 && at - begin < kHostMax &&
         (is_alnum(text[begin - 1]) || is_one_of(text[begin - 1], ".-_"))) {
    --begin;
  }
  const std::string_view host = text.substr(begin, at - begin);
  const bool loopback6 = at >= 5 && text.substr(at - 5, 5) == "[::1]";
  if (loopback6) begin = at - 5;
  const bool inside = loopback6 || host == "localhost" || is_inside(host) ||
                      std::find(hosts.begin(), hosts.end(), host) != hosts.end();
  return inside ? Span{begin, at + 1 + port} : Span{};
}

// db-7.internal.example, redis.internal:6379, core.team.svc.cluster.local
Span internal_name(std::string_view text, std::size_t at, Hosts) {
  std::size_t begin = at;
  while (begin > 0 && at - begin < 64 &&
         (is_alnum(text[begin - 1]) || is_one_of(text[begin - 1], ".-"))) {
    --begin;
  }
  const std::size_t n = word_bytes(behind(text, at), ".-");
  const std::string_view name = text.substr(begin, at + n - begin);
  const std::string_view host = text.substr(begin, at - begin);
  if (host.empty()) return {};
  const std::size_t after = at + std::string_view(".internal").size();
  const char next = text.substr(at).starts_with(".internal") && after < text.size() ? text[after]
                                                                                     : ' ';
  if (is_alnum(next) || is_one_of(next, "_-")) return {};
  // Packages have such names too, as in com.sun.internal.misc.
  if (next == '.' && after + 1 < text.size() && is_alnum(text[after + 1]) && !has_digit(host) &&
      host.find('-') == std::string_view::npos) {
    return {};
  }
  return {begin, begin + name.size()};
}

struct Pattern {
  std::string_view what;
  std::string_view literal;
  Span (*look)(std::string_view text, std::size_t at, Hosts hosts);
};

constexpr std::string_view kTrace = "a stack trace";
constexpr std::string_view kPath = "a path of a file";
constexpr std::string_view kKey = "a key";
constexpr std::string_view kAddress = "an internal address";

constexpr std::array kPatterns{
    Pattern{kTrace, "Traceback (most recent call last)", whole_line},
    Pattern{kTrace, "File \"", python_frame},
    Pattern{kTrace, "at ", called_frame},
    Pattern{kTrace, "#", native_frame},
    Pattern{kTrace, "panicked at ", rust_panic},
    Pattern{kTrace, "stack backtrace:", whole_line},
    Pattern{kTrace, "goroutine ", goroutine},
    Pattern{kTrace, "Exception in thread \"", whole_line},
    Pattern{kPath, "/home/", path},
    Pattern{kPath, "/usr/", path},
    Pattern{kPath, "/app/", path},
    Pattern{kPath, "/var/", path},
    Pattern{kPath, "/srv/", path},
    Pattern{kPath, "/opt/", path},
    Pattern{kPath, "/etc/", path},
    Pattern{kPath, "/root/", path},
    Pattern{kPath, ":\\", windows_path},
    Pattern{kKey, "sk-", secret_key},
    Pattern{kKey, "Bearer ", bearer},
    Pattern{kKey, "AKIA", token},
    Pattern{kKey, "ghp_", token},
    Pattern{kKey, "-----BEGIN ", private_key},
    Pattern{kAddress, ":", address},
    Pattern{kAddress, ".internal", internal_name},
    Pattern{kAddress, ".svc.cluster.local", internal_name},
};
static_assert(kPatterns.size() <= 32);

// Which patterns begin with a byte: one bit each.
constexpr std::array<std::uint32_t, 256> by_first_byte() {
  std::array<std::uint32_t, 256> sets{};
  for (std::size_t i = 0; i < kPatterns.size(); ++i) {
    sets[static_cast<unsigned char>(kPatterns[i].literal.front())] |= std::uint32_t{1} << i;
  }
  return sets;
}
constexpr auto kByFirstByte = by_first_byte();

}  // namespace

std::optional<Leak> next_leak(std::string_view text, Hosts hosts, std::size_t& from) {
  for (std::size_t at = from; at < text.size(); ++at) {
    const std::uint32_t candidates = kByFirstByte[static_cast<unsigned char>(text[at])];
    if (candidates == 0) continue;
    for (std::size_t i = 0; i < kPatterns.size(); ++i) {
      if ((candidates >> i & 1) == 0) continue;
      const Pattern& pattern = kPatterns[i];
      if (text.compare(at, pattern.literal.size(), pattern.literal) != 0) continue;
      const Span found = pattern.look(text, at, hosts);
      if (found.end == 0) continue;
      from = std::max(found.end, at + 1);
      return Leak{pattern.what, text.substr(found.begin, found.end - found.begin)};
    }
  }
  from = text.size();
  return std::nullopt;
}

}  // namespace harness
