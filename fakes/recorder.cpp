#include "fakes/recorder.hpp"

#include <algorithm>
#include <array>

#include "world/json_reader.hpp"

namespace fakes {

using world::HttpExchange;
using world::HttpRequest;
using world::HttpServerConnection;
using world::Result;
using world::Task;

namespace {

world::HttpClientOptions options_of(const Upstream& upstream) {
  world::HttpClientOptions options;
  options.tls = upstream.tls;
  options.idle_for = std::chrono::seconds(4);  // less than providers keep theirs
  return options;
}

// Headers that the proxy answers for itself. Without accept-encoding answers come as they are read.
constexpr std::array<std::string_view, 4> kOwn = {"host", "content-length", "expect",
                                                  "accept-encoding"};

bool is_own(std::string_view name) {
  return std::any_of(kOwn.begin(), kOwn.end(),
                     [&](std::string_view own) { return world::same_name(own, name); });
}

void add_secret(std::vector<std::string>& secrets, std::string_view value) {
  if (value.size() >= Recorder::kSecretBytesMin) secrets.emplace_back(value);
}

// What proves who asks: in headers ("Bearer sk-..."), and in the query.
std::vector<std::string> secrets_in(const HttpRequest& request) {
  std::vector<std::string> secrets;
  for (const auto& [name, value] : request.headers) {
    if (!names_secret(name)) continue;
    add_secret(secrets, value);
    const std::size_t space = value.rfind(' ');
    if (space != std::string::npos) add_secret(secrets, std::string_view(value).substr(space + 1));
  }
  std::string_view query = std::string_view(request.target).substr(request.path().size());
  while (!query.empty()) {
    query.remove_prefix(1);
    const std::string_view pair = query.substr(0, query.find('&'));
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && names_secret(pair.substr(0, equals))) {
      add_secret(secrets, pair.substr(equals + 1));
    }
    query.remove_prefix(pair.size());
  }
  return secrets;
}

// Of the same length, so that the framing stays true.
void blot_out(std::string& text, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
      text.replace(at, secret.size(), secret.size(), '*');
    }
  }
}

// Also where a secret goes from one chunk to the next.
void blot_out(std::vector<RecordedChunk>& chunks, const std::vector<std::string>& secrets) {
  std::string all;
  for (const RecordedChunk& chunk : chunks) all += chunk.bytes;
  blot_out(all, secrets);
  std::size_t from = 0;
  for (RecordedChunk& chunk : chunks) {
    chunk.bytes = all.substr(from, chunk.bytes.size());
    from += chunk.bytes.size();
  }
}

bool is_bodiless(int status) { return status == 204 || status == 304; }

Task<void> answer_unreachable(HttpServerConnection& client, world::Failure failure) {
  world::HttpResponse response;
  response.status = 502;
  response.headers.add("content-type", "application/json");
  response.body = R"({"error":{"message":"The upstream of the recording proxy gave no answer: )";
  response.body += world::name_of(failure);
  response.body += R"(.","type":"api_error","code":"upstream_unreachable"}})";
  const Result<void> sent = co_await client.respond(std::move(response));
  static_cast<void>(sent);  // a client that has gone misses nothing
}

}  // namespace

Recorder::Recorder(world::Clock& clock, world::Network& network, Upstream upstream, Sink sink)
    : clock_(clock),
      upstream_(std::move(upstream)),
      sink_(std::move(sink)),
      client_(clock, network, options_of(upstream_)) {}

Task<void> Recorder::serve(world::Listener& listener) {
  const world::HttpHandler handler = [this](HttpServerConnection& client, HttpRequest request) {
    return pass(client, std::move(request));
  };
  world::HttpServerOptions options;
  options.limits.body_bytes_max = kRequestBytesMax;
  options.connections_max = kConnectionsMax;
  co_await world::serve_http(clock_, listener, handler, options);
}

Task<void> Recorder::pass(HttpServerConnection& client, HttpRequest request) {
  Passing passing(client, clock_.now());
  RecordedExchange& noted = passing.noted;
  noted.method = request.method;
  noted.path = request.path();
  noted.fingerprint = fingerprint_of(request.body);
  noted.model = world::member_of(request.body, "model").text();
  noted.stream = world::member_of(request.body, "stream").is_true();
  passing.worth_noting = noted.method != "HEAD" && noted.path.size() <= kRecordedPathMax &&
                         noted.path.starts_with('/') && noted.model.size() <= kRecordedModelMax;
  passing.secrets = secrets_in(request);
  Task<Result<HttpExchange>> asking = ask(std::move(request));
  Result<HttpExchange> answer = co_await asking;
  if (!answer) {
    ++not_recorded_;
    co_await answer_unreachable(client, answer.error());
    co_return;
  }
  co_await pass_answer(passing, *answer);
}

Task<Result<HttpExchange>> Recorder::ask(HttpRequest request) {
  HttpRequest onward;
  onward.method = std::move(request.method);
  onward.target = upstream_.prefix + request.target;
  for (const auto& [name, value] : request.headers) {
    if (!is_own(name) && !is_hop_by_hop(name)) onward.headers.add(name, value);
  }
  onward.headers.add("accept-encoding", "identity");
  onward.body = std::move(request.body);
  return client_.send(upstream_.endpoint, std::move(onward));
}

Task<void> Recorder::pass_answer(Passing& passing, HttpExchange& answer) {
  RecordedExchange& noted = passing.noted;
  noted.head_at = clock_.now() - passing.begun;
  noted.status = answer.status();
  world::HttpResponse head;
  head.status = answer.status();
  for (const auto& [name, value] : answer.headers()) {
    if (is_hop_by_hop(name)) continue;
    head.headers.add(name, value);
    if (is_recorded(name)) noted.headers.add(name, value);
  }
  passing.worth_noting = passing.worth_noting && noted.headers.size() <= kRecordedHeadersMax;
  const bool sized = head.headers.contains("content-length");
  const bool chunked = !sized && !is_bodiless(head.status) && noted.method != "HEAD";
  Task<Result<void>> beginning = chunked ? passing.client.begin_stream(std::move(head))
                                         : passing.client.begin_body(std::move(head));
  const Result<void> begun = co_await beginning;
  bool whole = false;
  if (begun) whole = co_await pass_body(passing, answer, chunked);
  if (whole) {
    note(passing);
    co_return;
  }
  ++not_recorded_;
  passing.client.reset();
}

// False: the client has gone, and with it the reason to go on.
Task<bool> Recorder::pass_body(Passing& passing, HttpExchange& answer, bool chunked) {
  HttpServerConnection& client = passing.client;
  for (;;) {
    const Result<std::string_view> bytes = co_await answer.read_some();
    passing.noted.ended_at = clock_.now() - passing.begun;
    if (!bytes) {
      passing.noted.end = RecordedEnd::reset;
      client.reset();
      co_return true;
    }
    if (bytes->empty()) break;
    note_chunk(passing, *bytes);
    if (chunked) {
      std::string chunk(*bytes);
      const Result<void> sent = co_await client.send_chunk(std::move(chunk));
      if (!sent) co_return false;
    } else {
      const Result<void> sent = co_await client.stream().write_all(*bytes);
      if (!sent) co_return false;
    }
  }
  if (!chunked) co_return true;
  const Result<void> ended = co_await client.end_stream();
  static_cast<void>(ended);  // the answer is whole, also for one that left at its last event
  co_return true;
}

void Recorder::note_chunk(Passing& passing, std::string_view bytes) const {
  std::vector<RecordedChunk>& chunks = passing.noted.chunks;
  const bool fits = chunks.size() < kRecordedChunksMax &&
                    bytes.size() <= kRecordedBodyBytesMax - passing.body_bytes;
  passing.worth_noting = passing.worth_noting && fits;
  if (!passing.worth_noting) {
    chunks.clear();
    return;
  }
  RecordedChunk chunk;
  chunk.at = clock_.now() - passing.begun;
  chunk.bytes = bytes;
  chunks.push_back(std::move(chunk));
  passing.body_bytes += bytes.size();
}

void Recorder::note(Passing& passing) {
  RecordedExchange& noted = passing.noted;
  bool kept = passing.worth_noting && noted.ended_at <= kRecordedTimeMax;
  if (kept) {
    blot_out(noted.path, passing.secrets);
    blot_out(noted.model, passing.secrets);
    world::HttpHeaders headers;
    for (const auto& [name, value] : noted.headers) {
      std::string blotted = value;
      blot_out(blotted, passing.secrets);
      headers.add(name, blotted);
    }
    noted.headers = std::move(headers);
    blot_out(noted.chunks, passing.secrets);
    std::string line;
    write_recorded(line, noted);
    kept = sink_(std::move(line));
  }
  ++(kept ? recorded_ : not_recorded_);
}

}  // namespace fakes
