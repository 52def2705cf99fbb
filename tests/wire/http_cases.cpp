#include <zlib.h>

#include <regex>

#include "tests/wire/wire.hpp"

namespace wire {
namespace {

using support::body_of;
using support::Talk;
using Seen = decltype(Case::seen);

Seen status(int code, std::string body) {
  return [code, body](const Talk& t, const Talk&) {
    const support::Body got = body_of(t.bytes);
    return got.status == code && got.whole && got.text.starts_with(body);
  };
}

// A 429 with this header and value, which is a pattern.
Seen limited(std::string name, std::string pattern) {
  return [name, pattern](const Talk& t, const Talk&) {
    const support::Body got = body_of(t.bytes);
    const std::string value(got.headers.get(name));
    return got.status == 429 && got.whole && std::regex_match(value, std::regex(pattern));
  };
}

std::string date_pattern() {
  return "[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT";
}

bool has_answer(const std::string& text) { return text.find("[end 8 ") != std::string::npos; }

bool has_header(const Talk& t, std::string_view name, std::string_view value) {
  return body_of(t.bytes).headers.get(name) == value;
}

// What the client unpacks; empty when it cannot.
std::string unzipped(std::string bytes) {
  z_stream z{};
  if (inflateInit2(&z, 15 + 16) != Z_OK) return {};
  std::string out(1 << 20, '\0');
  z.next_in = reinterpret_cast<Bytef*>(bytes.data());
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  const int ended = inflate(&z, Z_FINISH);
  out.resize(out.size() - z.avail_out);
  inflateEnd(&z);
  return ended == Z_STREAM_END ? out : std::string();
}

bool is_zipped(const Talk& t) {
  return has_header(t, "content-encoding", "gzip") && body_of(t.bytes).whole;
}

// Without the body, as clients do that wait to be told to send it.
std::string expecting_head() {
  const std::string request = support::post_chat(support::ask({1, 0, 0}, false, 8));
  std::string head = request.substr(0, request.find("\r\n\r\n"));
  return head + "\r\nexpect: 100-continue\r\n\r\n";
}

}  // namespace

const std::vector<Case>& http_cases() {
  static const std::vector<Case> cases = {
      {"http.status", false,
       [](const Talk& t, const Talk&) {
         return t.bytes.starts_with("HTTP/1.1 503 ") && body_of(t.bytes).text.starts_with("{\"err");
       }},
      {"http.gateway_html", true,
       [](const Talk& t, const Talk&) {
         return body_of(t.bytes).status == 502 &&
                body_of(t.bytes).headers.get("content-type") == "text/html";
       }},
      {"http.hang", false,
       [](const Talk& t, const Talk&) { return t.end == "silence" && t.bytes.empty(); }},
      {"http.reset_in_body", false,
       [](const Talk& t, const Talk&) {
         return t.end == "reset" && body_of(t.bytes).text.size() == 100;
       }},
      {"http.bad_request", false, status(400, R"({"error":{)")},
      {"http.key_rotated", true, status(401, R"({"error":{)")},
      {"http.forbidden", false, status(403, R"({"error":{)")},
      {"http.model_retired", true, status(404, R"({"error":{)")},
      {"http.request_timeout", false, status(408, R"({"error":{)")},
      {"http.conflict", true, status(409, R"({"error":{)")},
      {"http.too_large", false, status(413, R"({"error":{)")},
      {"http.unprocessable", true, status(422, R"({"error":{)")},
      {"http.too_early", false, status(425, R"({"error":{)")},
      {"http.invalid_token", true, status(498, R"({"error":{)")},
      {"http.client_closed", false, status(499, R"({"error":{)")},
      {"http.server_error", true, status(500, R"({"error":{)")},
      {"http.overloaded", false, status(529, R"({"error":{)")},
      {"http.unavailable_html", false, status(503, "<html>")},
      {"http.gateway_timeout_html", true, status(504, "<html>")},
      {"http.cloudflare_520_html", false, status(520, "<html>")},
      {"http.cloudflare_530_html", true, status(530, "<html>")},
      {"http.gateway_json", false,
       status(502, R"({"error":{"code":502,"message":"Bad gateway.","type":"cf_bad_gateway"}})")},
      {"http.retry_after_seconds", false, limited("retry-after", "20")},
      {"http.retry_after_date", false, limited("retry-after", date_pattern())},
      {"http.retry_after_past", true, limited("retry-after", date_pattern())},
      {"http.retry_after_zero", false, limited("retry-after", "0")},
      {"http.retry_after_huge", true, limited("retry-after", "277403")},
      {"http.retry_after_missing", false, limited("retry-after", "")},
      {"http.retry_after_negative", false, limited("retry-after", "-20")},
      {"http.retry_after_garbage", false, limited("retry-after", "soon")},
      {"http.retry_after_ms", false, limited("retry-after-ms", "1500")},
      {"http.should_retry_no", false, limited("x-should-retry", "false")},
      {"http.should_retry_yes", false,
       [](const Talk& t, const Talk&) {
         return has_header(t, "x-should-retry", "true") && body_of(t.bytes).status == 400;
       }},
      {"http.slow_headers", false,
       [](const Talk& t, const Talk&) {
         return t.last_byte >= world::at(std::chrono::seconds(1)) &&
                has_answer(body_of(t.bytes).text);
       },
       std::chrono::seconds(3)},
      {"http.slow_headers", true,
       [](const Talk& t, const Talk&) {
         return t.last_byte >= world::at(std::chrono::seconds(1)) &&
                has_answer(body_of(t.bytes).text);
       },
       std::chrono::seconds(3)},
      {"http.headers_then_hang", false,
       [](const Talk& t, const Talk&) {
         return t.end == "silence" && t.bytes.ends_with("\r\n\r\n") &&
                t.bytes.find("content-length: ") != std::string::npos;
       }},
      {"http.headers_then_hang", true,
       [](const Talk& t, const Talk&) {
         return t.end == "silence" && t.bytes.ends_with("\r\n\r\n") &&
                t.bytes.find("chunked") != std::string::npos && body_of(t.bytes).text.empty();
       }},
      {"http.content_length_too_large", false,
       [](const Talk& t, const Talk&) {
         const support::Body got = body_of(t.bytes);
         return t.end == "fin" && !got.whole && has_answer(got.text) &&
                got.headers.get("content-length") == std::to_string(got.text.size() + 10);
       }},
      {"http.content_length_too_small", false,
       [](const Talk& t, const Talk&) {
         const support::Body got = body_of(t.bytes);
         const std::size_t head = t.bytes.find("\r\n\r\n") + 4;
         return got.whole && t.bytes.size() == head + got.text.size() + 10;
       }},
      {"http.chunk_bad_size", false,
       [](const Talk& t, const Talk&) { return t.bytes.find("\r\nxyz\r\n") != t.bytes.npos; }},
      {"http.chunk_bad_size", true,
       [](const Talk& t, const Talk&) { return t.bytes.find("\r\nxyz\r\n") != t.bytes.npos; }},
      {"http.chunk_no_end", false,
       [](const Talk& t, const Talk&) {
         const support::Body got = body_of(t.bytes);
         return t.end == "fin" && !got.whole && got.text.find("total_tokens") != got.text.npos;
       }},
      {"http.chunk_no_end", true,
       [](const Talk& t, const Talk&) {
         const support::Body got = body_of(t.bytes);
         return t.end == "fin" && !got.whole && got.text.ends_with("data: [DONE]\n\n");
       }},
      {"http.login_page", false,
       [](const Talk& t, const Talk&) {
         return body_of(t.bytes).status == 200 && has_header(t, "content-type", "text/html") &&
                body_of(t.bytes).text.find("Log in") != std::string::npos;
       }},
      {"http.wrong_content_type", true,
       [](const Talk& t, const Talk&) {
         return has_header(t, "content-type", "text/plain") && has_answer(body_of(t.bytes).text);
       }},
      {"http.wrong_content_type", false,
       [](const Talk& t, const Talk&) {
         return has_header(t, "content-type", "text/plain") && has_answer(body_of(t.bytes).text);
       }},
      {"http.error_in_200", false, status(200, R"({"error":{)")},
      {"http.error_in_200", true, status(200, R"({"error":{)")},
      {"http.redirect_loop", false,
       [](const Talk& t, const Talk&) {
         return body_of(t.bytes).status == 307 &&
                has_header(t, "location", "/v1/chat/completions");
       }},
      {"http.redirect_cross_host", true,
       [](const Talk& t, const Talk&) {
         return body_of(t.bytes).status == 308 &&
                has_header(t, "location", "http://elsewhere.invalid/v1/chat/completions");
       }},
      {"http.connection_close", false,
       [](const Talk& t, const Talk&) {
         return t.end == "fin" && has_header(t, "connection", "close") &&
                has_answer(body_of(t.bytes).text);
       }},
      {"http.connection_close", true,
       [](const Talk& t, const Talk&) {
         return t.end == "fin" && has_header(t, "connection", "close") && body_of(t.bytes).whole;
       }},
      {"http.no_continue", false,
       [](const Talk& t, const Talk& usual) {
         return t.bytes.empty() && t.end == "silence" &&
                usual.bytes == "HTTP/1.1 100 Continue\r\n\r\n";
       },
       std::chrono::milliseconds(500), "openai-chat", expecting_head()},
      {"http.gzip", false,
       [](const Talk& t, const Talk&) {
         return is_zipped(t) && has_answer(unzipped(body_of(t.bytes).text));
       }},
      {"http.gzip", true,
       [](const Talk& t, const Talk&) {
         return is_zipped(t) && unzipped(body_of(t.bytes).text).ends_with("data: [DONE]\n\n");
       }},
      {"http.gzip_corrupt", false,
       [](const Talk& t, const Talk&) {
         return is_zipped(t) && unzipped(body_of(t.bytes).text).empty();
       }},
      {"http.gzip_corrupt", true,
       [](const Talk& t, const Talk&) {
         return is_zipped(t) && unzipped(body_of(t.bytes).text).empty();
       }},
      {"http.duplicate_headers", false,
       [](const Talk& t, const Talk&) {
         return support::count(t.bytes, "content-type: ") == 2 &&
                t.bytes.find("content-type: text/html\r\n") != t.bytes.npos;
       }},
      {"http.oversized_headers", false,
       [](const Talk& t, const Talk&) {
         return t.bytes.find("x-filler: ") != t.bytes.npos &&
                t.bytes.find("\r\n\r\n") > 100 * 1024 && has_answer(t.bytes);
       }},
      {"http.huge_body", false,
       [](const Talk& t, const Talk&) {
         return body_of(t.bytes).whole && body_of(t.bytes).text.size() > 10 << 20;
       },
       std::chrono::seconds(10)},
  };
  return cases;
}

}  // namespace wire
