// The live view through the binary: what a browser and somebody who is none get from it.
#include <array>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "process.hpp"
#include "scenarios.hpp"

using namespace end_to_end;
using nlohmann::json;

namespace {

// One request to the live view, over a connection of its own.
class Browser {
 public:
  explicit Browser(const std::string& url) {
    const std::size_t colon = url.rfind(':');
    port_ = url.substr(colon + 1, url.size() - colon - 2);
  }

  // Everything that comes until `upto` is there or the other side has ended.
  std::string ask(const std::string& line, const std::string& headers = "",
                  const std::string& upto = "") const {
    boost::asio::io_context context;
    boost::asio::ip::tcp::socket socket(context);
    boost::asio::ip::tcp::resolver resolver(context);
    boost::asio::connect(socket, resolver.resolve("127.0.0.1", port_));
    const bool has_host = headers.find("Host:") != std::string::npos;
    const std::string request = line + " HTTP/1.1\r\n" +
                                (has_host ? "" : "Host: 127.0.0.1:" + port_ + "\r\n") + headers +
                                "Connection: close\r\n\r\n";
    boost::asio::write(socket, boost::asio::buffer(request));
    std::string answer;
    boost::system::error_code error;
    while (!error && (upto.empty() || answer.find(upto) == std::string::npos)) {
      std::array<char, 4'096> part{};
      const std::size_t count = socket.read_some(boost::asio::buffer(part), error);
      answer.append(part.data(), count);
    }
    return answer;
  }

 private:
  std::string port_;
};

int status_of(const std::string& answer) {
  REQUIRE(answer.size() > 12);
  return std::stoi(answer.substr(9, 3));
}

std::string token_in(const std::string& page) {
  const std::string before = R"(name="shakedown-token" content=")";
  const std::size_t at = page.find(before);
  REQUIRE(at != std::string::npos);
  return page.substr(at + before.size(), 32);
}

// A run of ten minutes, which somebody ends before.
Words slow_run(const TempFolder& folder) {
  return shakedown_argv({"run", bundled("steady"), "--mode", "live", "--no-calibration", "--ui",
                         "127.0.0.1:0", "--out", folder.path("out")});
}

}  // namespace

TEST_CASE("the live view shows a run, and ends it for whoever has its page", "[live]") {
  const TempFolder folder;
  Running running(slow_run(folder));
  const Browser browser(running.wait_for_line("live view: "));

  const std::string page = browser.ask("GET /");
  CHECK(status_of(page) == 200);
  CHECK(page.find(R"({"kind":"live"})") != std::string::npos);
  CHECK(page.find("x-frame-options: DENY") != std::string::npos);
  CHECK(page.find("access-control") == std::string::npos);

  // Nobody else may end it or read it.
  CHECK(status_of(browser.ask("GET /", "Host: rebound.example\r\n")) == 403);
  CHECK(status_of(browser.ask("GET /events", "Host: rebound.example\r\n")) == 403);
  CHECK(status_of(browser.ask("POST /stop")) == 403);
  CHECK(status_of(browser.ask("POST /stop", "X-Shakedown-Token: 0000\r\n")) == 403);
  CHECK(status_of(browser.ask("GET /stop")) == 405);
  CHECK(status_of(browser.ask("GET /other")) == 404);

  const std::string events = browser.ask("GET /events", "", R"("p95_ms":)");
  CHECK(status_of(events) == 200);
  CHECK(events.find("content-type: text/event-stream") != std::string::npos);
  CHECK(events.find("event: begin\ndata: {\"index\":0,\"of\":1,\"scenario\":\"steady\"") !=
        std::string::npos);
  CHECK(events.find("event: tick\n") != std::string::npos);

  const std::string token = token_in(page);
  CHECK(status_of(browser.ask("POST /stop", "X-Shakedown-Token: " + token + "\r\n")) == 202);
  const RunResult ran = running.wait();
  INFO(ran.out << ran.err);
  CHECK(ran.code == 130);
  const json result = result_of(folder.path("out/steady"));
  CHECK(result.at("interrupted") == true);
  check_conservation(result);
}

TEST_CASE("the live view tells the end, with the whole report", "[live]") {
  const TempFolder folder;
  // No faster than a slow build keeps up with: this judges the view, not the machine.
  Running running(shakedown_argv({"run", folder.file("sound.yaml", kSound), "--mode", "live",
                                  "--time-scale", "5", "--ui", "127.0.0.1:0", "--out",
                                  folder.path("out")}));
  const Browser browser(running.wait_for_line("live view: "));
  const std::string events = browser.ask("GET /events");
  const RunResult ran = running.wait();
  INFO(ran.out << ran.err);
  CHECK(ran.code == 0);
  const std::string before = "event: end\ndata: ";
  REQUIRE(events.find(before) != std::string::npos);
  CHECK(events.find("event: suite_end\ndata: {\"exit_code\":0,\"interrupted\":false}") !=
        std::string::npos);
  CHECK(events.find(R"("kind":"run","result":{"schema":"shakedown/result/1")") !=
        std::string::npos);
}

TEST_CASE("the live view says where it cannot listen") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  const RunResult ran = shakedown({"run", file, "--ui", "203.0.113.7:80", "--out",
                                   folder.path("out")});
  CHECK(ran.code == 3);
  CHECK(ran.err.find("--ui 203.0.113.7:80: cannot listen there") != std::string::npos);
  const RunResult both = shakedown({"run", file, "--ui", "127.0.0.1:0", "--jobs", "2"});
  CHECK(both.code == 3);
  CHECK(both.err.find("--ui --jobs") != std::string::npos);
}
