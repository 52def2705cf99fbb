#include "world/http_parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <cstring>
#include <optional>

#include "world/ensure.hpp"

namespace world {

namespace http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

namespace {

struct Message {
  HttpRequest request;
  HttpResponse response;
  HttpHeaders* headers = nullptr;
  std::string body;
  std::size_t headers_max = 0;
  std::size_t fields = 0;  // of the head and of the trailers
  int version = 11;
  bool head_done = false;
  bool has_chunks = false;
  std::uint64_t chunk_left = 0;  // bytes of the present chunk that have not come yet
  std::uint64_t chunk_lines = 0;  // bytes that were spent on saying how the body is cut
  bool done = false;
  bool expects_continue = false;
};

// Beast's parser calls these as the message unfolds.
template <bool isRequest>
class Codec final : public http::basic_parser<isRequest> {
 public:
  explicit Codec(Message& message) : m_(message) {}

 private:
  void on_request_impl(http::verb, string_view method, string_view target, int version,
                       error_code&) override {
    m_.version = version;
    m_.request.method.assign(method.data(), method.size());
    m_.request.target.assign(target.data(), target.size());
  }
  void on_response_impl(int code, string_view, int, error_code&) override {
    m_.response.status = code;
  }
  void on_field_impl(http::field field, string_view name, string_view value,
                     error_code& error) override {
    if (++m_.fields > m_.headers_max) {
      error = http::error::header_limit;
      return;
    }
    if (m_.head_done) return;  // a trailer: it comes too late to say who asks, and for what
    if (field == http::field::expect && same_name({value.data(), value.size()}, "100-continue")) {
      m_.expects_continue = true;
    }
    m_.headers->add({name.data(), name.size()}, {value.data(), value.size()});
  }
  // Where a request's body ends must be beyond doubt: whoever else reads these bytes may otherwise
  // see other requests in them (RFC 9112, 6.1). Both framings at once are Beast's to refuse.
  void on_header_impl(error_code& error) override {
    m_.head_done = true;
    if constexpr (isRequest) {
      for (const auto& [name, value] : *m_.headers) {
        if (!same_name(name, "transfer-encoding")) continue;
        const bool known = same_name(value, "chunked") && m_.version == 11;
        if (!known) error = http::error::bad_transfer_encoding;
      }
    }
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    constexpr std::uint64_t kReserveMax = 1 << 20;  // a header alone must not make us allocate much
    if (length) m_.body.reserve(std::min(*length, kReserveMax));
  }
  std::size_t on_body_impl(string_view body, error_code&) override {
    m_.body.append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t size, string_view, error_code&) override {
    m_.has_chunks = true;
    m_.chunk_left = size;
  }
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    m_.body.append(body.data(), body.size());
    m_.chunk_left -= body.size();
    return body.size();
  }
  void on_finish_impl(error_code&) override { m_.done = true; }

  Message& m_;
};

constexpr std::size_t kInputKept = 4'096;  // behind a whole request
constexpr int kInterimsMax = 16;  // interim responses before the real one
constexpr std::size_t kChunkLineMax = 16'384;  // bytes of a chunk's line; of all trailers
// Of all lines of a message together, beyond 16 bytes and twice the chunk's own for each.
constexpr std::uint64_t kChunkLinesMax = 16'384;

Failure failure_of(const error_code& error) {
  if (error == http::error::body_limit || error == http::error::header_limit ||
      error == http::error::buffer_overflow) {
    return Failure::too_large;
  }
  if (error == http::error::partial_message || error == http::error::end_of_stream) {
    return Failure::closed;
  }
  return Failure::malformed;
}

}  // namespace

struct HttpParser::State {
  State(Role r, HttpLimits l) : role(r), limits(l) { begin(); }

  void begin() {
    message = Message{};
    searched = trailers_searched = 0;
    message.headers_max = limits.headers_max;
    message.headers = role == Role::request ? &message.request.headers : &message.response.headers;
    if (role == Role::request) {
      set_up(request_codec.emplace(message));
    } else {
      set_up(response_codec.emplace(message));
      response_codec->skip(no_body);
    }
  }

  // "100 Continue" and its like announce a response; they are none.
  bool is_interim() const {
    const int status = message.response.status;
    return role == Role::response && message.done && status >= 100 && status < 200 &&
           status != 101;
  }

  template <class Codec>
  void set_up(Codec& codec) {
    codec.eager(true);
    codec.header_limit(limits.header_bytes_max);
    codec.body_limit(limits.body_bytes_max);
  }

  template <class F>
  auto with_codec(F f) {
    return role == Role::request ? f(*request_codec) : f(*response_codec);
  }

  Result<void> parse() {
    while (begin_unparsed < end && !message.done) {
      std::size_t size = end - begin_unparsed;
      const bool is_head = !message.head_done;
      const bool is_chunk_line = !is_head && message.chunk_left == 0 && is_chunked();
      if (is_head || is_chunk_line) {
        const Result<std::size_t> whole = is_head ? head_bytes() : chunk_line_bytes();
        if (!whole) return whole.error();
        if (*whole == 0) return {};
        size = *whole;
        searched = 0;
      } else if (message.chunk_left > 0) {
        size = static_cast<std::size_t>(std::min<std::uint64_t>(size, message.chunk_left));
      }
      error_code error;
      const boost::asio::const_buffer bytes(input.data() + begin_unparsed, size);
      const std::size_t n = with_codec([&](auto& codec) { return codec.put(bytes, error); });
      begin_unparsed += n;
      if (error == http::error::need_more) {
        if (is_head || is_chunk_line) return Failure::malformed;  // a whole one that is none
        return {};
      }
      if (error) return failure_of(error);
      if (is_chunk_line && spends_too_much(n)) return Failure::too_large;
      if (is_interim()) {
        if (++interims > kInterimsMax) return Failure::malformed;
        begin();
        continue;
      }
      if (n == 0) break;
    }
    return {};
  }

  // The room of a large request is not kept while its answer takes its time.
  void give_back_room() {
    if (role != Role::request || !message.done || begin_unparsed < end) return;
    if (input.capacity() <= kInputKept) return;
    std::string().swap(input);
    begin_unparsed = end = 0;
  }

  // The size of the head at the front of the input, 0 when it has not all come. Beast gets a head
  // only whole: on parts of one, its errors depend on where the parts were cut.
  Result<std::size_t> head_bytes() {
    constexpr std::string_view kEnd = "\r\n\r\n";
    const std::string_view all(input.data() + begin_unparsed, end - begin_unparsed);
    const std::string_view bytes = all.substr(0, limits.header_bytes_max);
    if (!may_begin_with(bytes)) return Failure::malformed;
    const std::size_t found = bytes.find(kEnd, searched < kEnd.size() ? 0 : searched - kEnd.size());
    if (found != std::string_view::npos) return found + kEnd.size();
    searched = bytes.size();
    if (bytes.size() == limits.header_bytes_max) return Failure::too_large;
    return std::size_t{0};
  }

  bool is_chunked() {
    return with_codec([](auto& codec) { return codec.chunked(); });
  }

  // The size of the chunk line at the front of the input, with the CRLF of the chunk before it, and
  // of a last chunk with its trailers; 0 when it has not all come. Beast gets these whole, too: it
  // searches parts of one from their beginning again, and has no bound for them; it looks for the
  // end of a quoted extension in all the bytes that it has (nobody sends them: they are refused);
  // and it asserts that parts of a last chunk are of 5 bytes or more.
  Result<std::size_t> chunk_line_bytes() {
    const std::string_view all(input.data() + begin_unparsed, end - begin_unparsed);
    const std::size_t before = message.has_chunks ? 2 : 0;
    constexpr std::string_view kLineEnd = "\r\n";
    if (all.substr(0, before) != kLineEnd.substr(0, std::min(before, all.size()))) {
      return Failure::malformed;
    }
    if (all.size() <= before) return std::size_t{0};
    const std::string_view text = all.substr(before, kChunkLineMax);
    const std::size_t line = text.find('\r', searched);
    if (line == std::string_view::npos || line + 1 == text.size()) {
      searched = line == std::string_view::npos ? text.size() : line;
      if (text.size() == kChunkLineMax) return Failure::too_large;
      return std::size_t{0};
    }
    searched = line;  // it is found again at once when the trailers have not all come
    if (text[line + 1] != '\n') return Failure::malformed;
    if (text.substr(0, line).find('"') != text.npos) return Failure::malformed;
    if (!is_last_chunk(text.substr(0, line))) return before + line + kLineEnd.size();
    return last_chunk_bytes(all, before + line);
  }

  // `line_end` is where the CRLF of the last chunk's line stands.
  Result<std::size_t> last_chunk_bytes(std::string_view all, std::size_t line_end) {
    constexpr std::string_view kEnd = "\r\n\r\n";
    const std::string_view trailers = all.substr(line_end, kChunkLineMax);
    const std::size_t seen = std::min(trailers_searched, trailers.size());
    const std::size_t found = trailers.find(kEnd, seen < kEnd.size() ? 0 : seen - kEnd.size());
    trailers_searched = trailers.size();
    if (found != std::string_view::npos) return line_end + found + kEnd.size();
    if (trailers.size() == kChunkLineMax) return Failure::too_large;
    return std::size_t{0};
  }

  static bool is_last_chunk(std::string_view line) {
    const std::size_t digits = line.find_first_not_of("0123456789abcdefABCDEF");
    const std::string_view size = line.substr(0, digits);
    return !size.empty() && size.find_first_not_of('0') == size.npos;
  }

  // Lines that are much longer than their chunks are no way to send a body.
  bool spends_too_much(std::size_t line_bytes) {
    const std::uint64_t free = 16 + 2 * std::min<std::uint64_t>(message.chunk_left, 1 << 30);
    message.chunk_lines += line_bytes;
    message.chunk_lines -= std::min(message.chunk_lines, free);
    return message.chunk_lines > kChunkLinesMax;
  }

  // What can be no HTTP at all (a TLS handshake, a page) is refused at its first bytes.
  bool may_begin_with(std::string_view bytes) const {
    constexpr std::string_view kVersion = "HTTP/1.";
    constexpr std::size_t kMethodBytes = 32;  // looked at
    if (role == Role::response) {
      return bytes.substr(0, kVersion.size()) == kVersion.substr(0, bytes.size());
    }
    const std::string_view method = bytes.substr(0, std::min(bytes.find(' '), kMethodBytes));
    if (method.empty()) return bytes.empty();
    return std::all_of(method.begin(), method.end(), [](char c) { return c > ' ' && c < 0x7f; });
  }

  Role role;
  HttpLimits limits;
  Message message;
  std::optional<Codec<true>> request_codec;
  std::optional<Codec<false>> response_codec;
  bool no_body = false;
  int interims = 0;   // before this message
  std::string input;  // bytes [begin_unparsed, end) wait to be parsed
  std::size_t begin_unparsed = 0;
  std::size_t end = 0;
  std::size_t searched = 0;  // of a head or a chunk line that waits, for its end
  std::size_t trailers_searched = 0;
};

HttpParser::HttpParser(Role role, HttpLimits limits)
    : state_(std::make_unique<State>(role, limits)) {}
HttpParser::~HttpParser() = default;

std::pair<char*, std::size_t> HttpParser::prepare(std::size_t room) {
  State& s = *state_;
  if (s.begin_unparsed == s.end) {
    s.begin_unparsed = s.end = 0;
  } else if (s.begin_unparsed > 0) {
    std::memmove(s.input.data(), s.input.data() + s.begin_unparsed, s.end - s.begin_unparsed);
    s.end -= s.begin_unparsed;
    s.begin_unparsed = 0;
  }
  if (s.input.size() < s.end + room) s.input.resize(s.end + room);
  return {s.input.data() + s.end, s.input.size() - s.end};
}

Result<void> HttpParser::commit(std::size_t size) {
  state_->end += size;
  const Result<void> parsed = state_->parse();
  state_->give_back_room();
  return parsed;
}

Result<void> HttpParser::commit_end() {
  State& s = *state_;
  if (!started()) return {};
  if (!s.message.head_done) return Failure::closed;
  error_code error;
  s.with_codec([&](auto& codec) {
    codec.put_eof(error);
    return 0;
  });
  if (error) return failure_of(error);
  return {};
}

bool HttpParser::started() const {
  State& s = *state_;
  return s.begin_unparsed < s.end ||
         s.with_codec([](auto& codec) { return codec.got_some(); });
}
bool HttpParser::head_done() const { return state_->message.head_done; }
bool HttpParser::message_done() const { return state_->message.done; }
bool HttpParser::keep_alive() const {
  return state_->with_codec([](auto& codec) { return codec.keep_alive() && !codec.need_eof(); });
}
bool HttpParser::expects_continue() const {
  return state_->message.expects_continue && !state_->message.done;
}
HttpRequest& HttpParser::request() { return state_->message.request; }
HttpResponse& HttpParser::response() { return state_->message.response; }
std::string& HttpParser::body() { return state_->message.body; }

void HttpParser::expect_no_body() {
  ENSURE(state_->role == Role::response, "only responses to HEAD lack their body");
  state_->no_body = true;
  state_->response_codec->skip(true);
}

Result<void> HttpParser::next_message() {
  state_->no_body = false;
  state_->interims = 0;
  state_->begin();
  return state_->parse();
}

}  // namespace world
