// What fakes can be asked and told while they serve: faults that come and go, the journal, the
// metrics, a reset; and who is refused.
#include "fakes/control/control.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/fakes/fake_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

// Knows two lines; anything else is wrong.
fakes::Fault read_line(const std::string& line, const std::vector<fakes::Fault>& others) {
  fakes::Fault f = fault(fakes::Status{});
  f.on = {};
  f.id = "told" + std::to_string(others.size());
  if (line == "status") return f;
  if (line != "over") throw std::runtime_error("--fault:1:1: there is no fault " + line);
  f.to = world::at(1ns);
  return f;
}

template <class World>
struct ControlWorld {
  FakeWorld<World> fake;
  fakes::Control control;

  explicit ControlWorld(std::vector<fakes::Fault> faults = {},
                        fakes::Backend backend = steady_backend())
      : fake(std::move(faults), std::move(backend)),
        control(fake.world.clock, fake.server, read_line) {
    fake.server.set_aside([this](fakes::Established& e, const world::HttpRequest& request) {
      return control.answer(e, request);
    });
  }

  Body ask(const std::string& method, const std::string& path, const std::string& body = {},
           const std::string& further = {}) {
    const std::string request = method + " " + path + " HTTP/1.1\r\nhost: x\r\n" + further +
                                "connection: close\r\ncontent-length: " +
                                std::to_string(body.size()) + "\r\n\r\n" + body;
    return body_of(fake.talk(request, 2s).bytes);
  }

  int status_of_chat() {
    const Body body = body_of(fake.talk(post_chat(support::ask({1, 0, 0}, false, 3)), 1s).bytes);
    for (const auto& record : fake.records) control.note(record);
    fake.records.clear();
    return body.status;
  }
};

}  // namespace

TEMPLATE_TEST_CASE("faults come and go while the fakes serve", "[control]", InSim, Live) {
  ControlWorld<TestType> w;
  CHECK(w.status_of_chat() == 200);
  const Body added = w.ask("POST", "/_shakedown/faults", "status");
  CHECK(added.status == 201);
  CHECK(json::parse(added.text)["faults"][0]["id"] == "told0");
  CHECK(w.status_of_chat() == 503);
  const json listed = json::parse(w.ask("GET", "/_shakedown/faults").text);
  CHECK(listed["faults"][0]["fired"] == 1);
  CHECK(listed["faults"][0]["kind"] == "status");
  CHECK(listed["faults"][0]["ended"] == false);
  CHECK(w.ask("DELETE", "/_shakedown/faults/told0").status == 200);
  CHECK(w.ask("DELETE", "/_shakedown/faults/told0").status == 404);
  CHECK(w.status_of_chat() == 200);
  CHECK(w.ask("PUT", "/_shakedown/faults", R"({"faults":["status","status"]})").status == 200);
  CHECK(w.status_of_chat() == 503);
  CHECK(w.ask("DELETE", "/_shakedown/faults").status == 200);
  CHECK(w.status_of_chat() == 200);
}

TEST_CASE("what is wrong is said, and changes nothing", "[control]") {
  ControlWorld<InSim> w;
  struct Row {
    const char* method;
    const char* path;
    const char* body;
    int status;
    const char* says;
  };
  for (const Row& row : {Row{"POST", "/_shakedown/faults", "nonsense", 400, "no fault nonsense"},
                         Row{"POST", "/_shakedown/faults", "over", 400, "over already"},
                         Row{"POST", "/_shakedown/faults", "", 400, "fault"},
                         Row{"PUT", "/_shakedown/faults", "", 400, "fault"},
                         Row{"POST", "/_shakedown/faults", R"({"faults":[5]})", 400, "fault"},
                         Row{"PATCH", "/_shakedown/faults", "status", 405, "GET"},
                         Row{"GET", "/_shakedown/nothing", "", 404, "no such path"},
                         Row{"GET", "/_shakedown/journal?since=x", "", 400, "since"}}) {
    CAPTURE(row.method, row.path, row.body);
    const Body body = w.ask(row.method, row.path, row.body);
    CHECK(body.status == row.status);
    CHECK(json::parse(body.text)["error"].get<std::string>().find(row.says) != std::string::npos);
  }
  CHECK(json::parse(w.ask("GET", "/_shakedown/faults").text)["faults"].empty());
}

TEST_CASE("a web page may not steer the fakes", "[control]") {
  ControlWorld<InSim> w;
  for (const char* header : {"origin: http://evil.example\r\n", "sec-fetch-site: cross-site\r\n"}) {
    CHECK(w.ask("POST", "/_shakedown/faults", "status", header).status == 403);
    CHECK(w.ask("GET", "/metrics", "", header).status == 403);
  }
  CHECK(w.status_of_chat() == 200);
}

TEST_CASE("the journal tells of the last requests, and no secret", "[control]") {
  ControlWorld<InSim> w;
  const std::string chat = support::ask({7, 1, 2}, true, 3);
  const std::string request = "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: "
                              "Bearer sk-canary-1234567890\r\ncontent-length: " +
                              std::to_string(chat.size()) + "\r\n\r\n" + chat;
  w.fake.talk(request, 2s);
  for (const auto& record : w.fake.records) w.control.note(record);
  const Body body = w.ask("GET", "/_shakedown/journal?since=0");
  CHECK(body.headers.get("content-type") == "application/x-ndjson");
  CHECK(body.text.find("sk-canary") == std::string::npos);
  const json line = json::parse(body.text);
  CHECK(line["number"] == 0);
  CHECK(line["turn"] == "u7.s1.t2");
  CHECK(line["tokens"] == 3);
  CHECK(line["end"] == "completed");
  CHECK(line["first_write_s"].get<double>() > line["at_s"].get<double>());
  CHECK(w.ask("GET", "/_shakedown/journal?since=1").text.empty());
}

TEST_CASE("metrics count requests, tokens and faults", "[control]") {
  ControlWorld<InSim> w;
  w.status_of_chat();
  w.ask("POST", "/_shakedown/faults", "status");
  w.status_of_chat();
  const Body body = w.ask("GET", "/metrics");
  CHECK(body.headers.get("content-type").find("version=0.0.4") != std::string::npos);
  for (const char* line :
       {R"(shakedown_fake_requests_total{backend="primary",end="completed",status="200"} 1)",
        R"(shakedown_fake_requests_total{backend="primary",end="faulted",status="503"} 1)",
        R"(shakedown_fake_tokens_total{backend="primary"} 3)",
        R"(shakedown_fake_fault_fired{id="told0",kind="status"} 1)"}) {
    CAPTURE(line, body.text);
    CHECK(body.text.find(line) != std::string::npos);
  }
}

TEST_CASE("how late the writes were can be asked while they serve", "[control]") {
  fakes::Backend backend = steady_backend();
  backend.coalesce = 1s;
  ControlWorld<InSim> w({}, backend);
  w.fake.talk(post_chat(support::ask({1, 0, 0}, true, 9)), 9s, "[DONE]");
  const json told = json::parse(w.ask("GET", "/_shakedown/emission").text);
  const json& primary = told["backends"]["primary"];
  CHECK(primary["writes"] == 2);
  CHECK(primary["stream_events"] == 12);
  CHECK(primary["stream_writes"] == 2);
  CHECK(primary["events_per_write"] == 6.0);
  CHECK(primary["late_ms"]["p99"] == 0.0);
  CHECK(primary["late_ms_up_to"].size() == 1);
  CHECK(primary["late_ms_up_to"][0][1] == 2);
  const Body body = w.ask("GET", "/metrics");
  for (const char* line :
       {R"(shakedown_fake_stream_events_total{backend="primary"} 12)",
        R"(shakedown_fake_stream_writes_total{backend="primary"} 2)",
        R"(shakedown_fake_emission_lateness_seconds_count{backend="primary"} 2)",
        R"(shakedown_fake_emission_lateness_seconds_bucket{backend="primary",le="0.02"} 2)",
        R"(shakedown_fake_emission_lateness_seconds_bucket{backend="primary",le="+Inf"} 2)"}) {
    CAPTURE(line, body.text);
    CHECK(body.text.find(line) != std::string::npos);
  }
}

TEST_CASE("a reset brings back the faults of the start, again and again", "[control]") {
  ControlWorld<InSim> w({fault(fakes::Status{429, "", {}})});
  for (int n = 0; n < 3; ++n) {
    CHECK(w.status_of_chat() == 429);
    CHECK(w.ask("PUT", "/_shakedown/faults", "status").status == 200);
    CHECK(w.status_of_chat() == 503);
    CHECK(w.ask("POST", "/_shakedown/reset").status == 200);
    CHECK(w.ask("GET", "/_shakedown/journal").text.empty());
  }
  // A reset without a change before it takes no further rows.
  const auto rows = [&] {
    return json::parse(w.ask("GET", "/_shakedown/faults").text)["faults"].size();
  };
  const std::size_t before = rows();
  w.ask("POST", "/_shakedown/reset");
  w.ask("POST", "/_shakedown/reset");
  CHECK(rows() == before);
}

TEST_CASE("HEAD is answered without a body, and names have a bound", "[control]") {
  FakeWorld<InSim> fake;
  const Talk head = fake.talk("HEAD /v1/models HTTP/1.1\r\nhost: x\r\n\r\n", 1s);
  CHECK(head.bytes.starts_with("HTTP/1.1 405 "));
  CHECK(head.bytes.ends_with("\r\n\r\n"));
  const std::string body = R"({"model":")" + std::string(300, 'm') + R"(","user":")" +
                           std::string(5'000, 'u') +
                           R"(","messages":[{"role":"user","content":"x"}]})";
  CHECK(body_of(fake.talk(post_chat(body), 1s).bytes).status == 404);
  REQUIRE(fake.records.size() == 1);
  CHECK(fake.records[0].user.size() == 256);
}
