// HTTP/1.1 messages as plain values, and the bounds that every parser here obeys. Beast parses; it
// stays behind http_parser.cpp, so that nothing else pays for compiling it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace world {

struct HttpLimits {
  std::uint32_t header_bytes_max = 65'536;
  std::uint64_t body_bytes_max = 64ULL * 1024 * 1024;
  std::size_t headers_max = 128;
};

// Fields in the order in which they came. Names compare without case.
class HttpHeaders {
 public:
  void add(std::string_view name, std::string_view value) { fields_.emplace_back(name, value); }
  void set(std::string_view name, std::string_view value);
  const std::string* find(std::string_view name) const;
  std::string_view get(std::string_view name) const;  // empty when absent
  bool contains(std::string_view name) const { return find(name) != nullptr; }

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  std::size_t size() const { return fields_.size(); }
  void clear() { fields_.clear(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct HttpRequest {
  std::string method = "GET";
  std::string target = "/";
  HttpHeaders headers;
  std::string body;

  std::string_view path() const;  // the target up to '?'
};

struct HttpResponse {
  int status = 200;
  HttpHeaders headers;
  std::string body;
};

std::string_view reason_phrase(int status);
bool same_name(std::string_view a, std::string_view b);  // ASCII, without case

// Appends the head of a message to `out`, up to and with the empty line. The body's framing
// (content-length, transfer-encoding) is the caller's to add: faults need to lie about it.
void write_request_head(std::string& out, const HttpRequest& request, std::string_view host,
                        std::string_view framing);
void write_response_head(std::string& out, int status, const HttpHeaders& headers,
                         std::string_view framing);
void write_chunk(std::string& out, std::string_view data);  // data must not be empty
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace world
