// The file of a recording: what is written is read again, what is broken is refused with its line,
// and no secret gets into it.
#include <catch2/catch.hpp>

#include "tests/fakes/record_world.hpp"

using namespace support;
using namespace std::chrono_literals;

namespace {

const std::string kGood =
    R"({"schema":"shakedown/recording/1","method":"POST","path":"/v1/x",)"
    R"("fingerprint":"00000000000000ff","model":"m","stream":true,"status":200,)"
    R"("headers":[["content-type","text/plain"]],"head_ms":1,)"
    R"("chunks":[{"at_ms":1.5,"text":"one"},{"at_ms":2,"base64":"/w=="}],"end_ms":2.000001,)"
    R"("end":"complete"})";

std::string with(const std::string& what, const std::string& by) {
  std::string line = kGood;
  const auto at = line.find(what);
  REQUIRE(at != std::string::npos);
  return line.replace(at, what.size(), by);
}

std::string problem_of(const std::string& line) {
  const fakes::Recording read = fakes::read_recording(kGood + "\n\n" + line + "\n" + kGood);
  if (read.problems.empty()) return "";
  CHECK(read.problems[0].line == 3);
  return read.problems[0].sentence;
}

}  // namespace

TEST_CASE("recording: times and bytes are read as they were written", "[recording]") {
  const fakes::Recording read = fakes::read_recording(kGood);
  REQUIRE(read.exchanges.size() == 1);
  const fakes::RecordedExchange& e = read.exchanges[0];
  CHECK(e.fingerprint == 255);
  CHECK(e.chunks == std::vector<fakes::RecordedChunk>{{1500us, "one"}, {2ms, "\xff"}});
  CHECK(e.ended_at == 2'000'001ns);
  std::string line;
  fakes::write_recorded(line, e);
  CHECK(line == kGood + "\n");
}

TEST_CASE("recording: broken lines are refused with their number", "[recording]") {
  const std::pair<std::string, std::string> table[] = {
      {kGood, ""},
      {"nonsense", "JSON object"},
      {kGood.substr(0, kGood.size() - 1), "JSON"},
      {with("recording/1", "recording/2"), "schema"},
      {with("POST", "PO ST"), "method"},
      {with("POST", "HEAD"), "method"},
      {with("/v1/x", "v1"), "path"},
      {with("00ff", "00fg"), "fingerprint"},
      {with("00000000000000ff", "ff"), "fingerprint"},
      {with(":200", ":99"), "status"},
      {with("\"status\":200,", ""), "status"},
      {with("text/plain", "a\\r\\nx: y"), "headers"},
      {with("content-type", "transfer-encoding"), "connection's own"},
      {with("\"content-type\",\"text/plain\"", "\"content-length\",\"5\""), "content-length"},
      {with("[[\"content-type\",\"text/plain\"]]", "[[\"a\"]]"), "headers"},
      {with("1.5", "-1"), "at_ms"},
      {with("1.5", "1e1"), "at_ms"},
      {with("1.5", "86400001"), "at_ms"},
      {with("1.5", "3"), "back in time"},
      {with("2.000001", "1"), "back in time"},
      {with("2.000001", "2.0000001"), "end_ms"},
      {with("one", ""), "text"},
      {with("/w==", "/w="), "base64"},
      {with("/w==", "/=w="), "base64"},
      {with("\"text\":\"one\"", "\"text\":\"one\",\"base64\":\"/w==\""), "either"},
      {with("complete", "ok"), "end"},
      {with(":200", ":204"), "body"},
  };
  for (const auto& [line, sentence] : table) {
    INFO(line);
    const std::string found = problem_of(line);
    CHECK(found.empty() == sentence.empty());
    CHECK_THAT(found, Catch::Contains(sentence));
  }
}

TEST_CASE("recording: the number of problems is bounded", "[recording]") {
  std::string file;
  for (int i = 0; i < 100; ++i) file += "x\n";
  CHECK(fakes::read_recording(file).problems.size() == fakes::Recording::kProblemsMax);
}

namespace {

// A provider that repeats what it should not: the key in a header, in a cookie, and in its body
// across two chunks.
world::Task<void> tell_all(world::HttpServerConnection& connection, world::HttpRequest request) {
  const std::string key(request.headers.get("authorization"));
  world::HttpResponse head;
  head.headers.add("x-echo", key);
  head.headers.add("set-cookie", "sid=canary-of-the-server");
  head.headers.add("openai-organization", "canary-of-the-server");
  head.headers.add("x-ratelimit-remaining-tokens", "7");
  const auto begun = co_await connection.begin_stream(std::move(head));
  static_cast<void>(begun);
  const std::size_t half = key.size() - 5;
  std::string chunk = "no such key: " + key.substr(0, half);
  const auto first = co_await connection.send_chunk(std::move(chunk));
  static_cast<void>(first);
  co_await connection.clock().sleep(50ms);
  chunk = key.substr(half) + request.target;
  const auto second = co_await connection.send_chunk(std::move(chunk));
  static_cast<void>(second);
  const auto ended = co_await connection.end_stream();
  static_cast<void>(ended);
}

}  // namespace

TEMPLATE_TEST_CASE("record: no secret gets into the file, and all of them to the provider",
                   "[record]", InSim, Live) {
  TestType world;
  auto listener = *world.network.listen({"127.0.0.1", 0});
  Proxy<TestType> proxy(world, fakes::Upstream{listener->endpoint(), "/up", {}});
  const world::HttpHandler handler = tell_all;
  std::vector<Talk> talks;
  const std::string request =
      post_once("/v1/x?key=canary-of-the-query&a=1", "{\"model\":\"m\"}",
                "authorization: Bearer sk-canary-0123456789\r\nx-api-key: canary-of-the-client\r\n"
                "cookie: a=canary-of-the-client\r\n");
  world.clock.run(serve_during(world.clock, world::serve_http(world.clock, *listener, handler, {}),
                               proxy.ask({request}, talks)));
  const Body body = body_of(talks.at(0).bytes);
  CHECK(body.text ==
        "no such key: Bearer sk-canary-0123456789/up/v1/x?key=canary-of-the-query&a=1");
  CHECK(body.headers.get("set-cookie") == "sid=canary-of-the-server");
  const fakes::Recording read = fakes::read_recording(proxy.file);
  REQUIRE(read.exchanges.size() == 1);
  std::string all = proxy.file;
  for (const fakes::RecordedChunk& chunk : read.exchanges[0].chunks) all += chunk.bytes;
  CHECK(all.find("canary") == std::string::npos);
  CHECK(read.exchanges[0].path == "/v1/x");
  CHECK(read.exchanges[0].headers.get("x-ratelimit-remaining-tokens") == "7");
  std::string text;
  for (const fakes::RecordedChunk& chunk : read.exchanges[0].chunks) text += chunk.bytes;
  CHECK(text.size() == body.text.size());
  CHECK(text.find("6789") == std::string::npos);
}
