// `shakedown fake` in front of clients that mean no good: bodies without an end, and thousands of
// connections on which nothing more is said.
#include <signal.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <list>

#include "process.hpp"

using namespace end_to_end;

namespace {

using boost::asio::ip::tcp;

constexpr std::size_t kGigabyte = std::size_t{1} << 30;
const std::string kHead = "POST /v1/chat/completions HTTP/1.1\r\nHost: fake\r\n";
const std::string kChat =
    R"({"model":"gpt-4o","messages":[{"role":"user","content":"Is anybody there?"}]})";

// A fake, and connections to it.
class Crowd {
 public:
  // `descriptors`: how many it may have open; 0: as many as we.
  explicit Crowd(int descriptors = 0) : fake_(argv(descriptors)) {
    const std::string url = fake_.wait_for_line("openai: OPENAI_BASE_URL=http://127.0.0.1:");
    server_ = tcp::endpoint(boost::asio::ip::address_v4::loopback(),
                            static_cast<std::uint16_t>(std::stoi(url)));
    fake_.wait_for_line("control: ");
  }

  tcp::socket connect() {
    tcp::socket socket(io_);
    socket.connect(server_);
    return socket;
  }

  // So many that have said this much, and stay.
  void fill(std::size_t count, const std::string& said) {
    for (std::size_t i = 0; i < count; ++i) {
      silent_.push_back(connect());
      boost::asio::write(silent_.back(), boost::asio::buffer(said));
    }
  }

  // What the server says to this, up to the end of the connection.
  std::string ask(const std::string& request) {
    tcp::socket socket = connect();
    boost::asio::write(socket, boost::asio::buffer(request));
    return read_all(socket);
  }

  static std::string read_all(tcp::socket& socket) {
    std::string answer;
    boost::system::error_code error;
    while (!error) {
      std::array<char, 4'096> part{};
      answer.append(part.data(), socket.read_some(boost::asio::buffer(part), error));
    }
    return answer;
  }

  bool serves() {
    const std::string answer = ask(
        kHead + "Connection: close\r\nContent-Type: application/json\r\nContent-Length: " +
        std::to_string(kChat.size()) + "\r\n\r\n" + kChat);
    return answer.starts_with("HTTP/1.1 200 ") && answer.find("choices") != std::string::npos;
  }

  int end() {
    silent_.clear();
    fake_.signal(SIGINT);
    return fake_.wait().code;
  }

 private:
  static Words argv(int descriptors) {
    Words words = shakedown_argv({"fake", "--listen", "127.0.0.1:0"});
    if (descriptors == 0) return words;
    const std::string limited = "ulimit -n " + std::to_string(descriptors) + "; exec \"$@\"";
    words.insert(words.begin(), {"/bin/sh", "-c", limited, "sh"});
    return words;
  }

  Running fake_;
  boost::asio::io_context io_;
  tcp::endpoint server_;
  std::list<tcp::socket> silent_;
};

}  // namespace

TEST_CASE("fake: a body of a gigabyte is cut off at the limit with 413", "[fake]") {
  Crowd crowd;
  const std::string part(1 << 16, 'x');
  struct Row {
    std::string framing, before_part, after_part;
  };
  for (const Row& row : {Row{"Content-Length: " + std::to_string(kGigabyte), "", ""},
                         Row{"Transfer-Encoding: chunked", "10000\r\n", "\r\n"}}) {
    INFO(row.framing);
    tcp::socket socket = crowd.connect();
    boost::asio::write(socket, boost::asio::buffer(kHead + row.framing + "\r\n\r\n"));
    const std::string piece = row.before_part + part + row.after_part;
    std::size_t taken = 0;
    boost::system::error_code error;
    while (!error && taken < kGigabyte && socket.available(error) == 0) {
      taken += boost::asio::write(socket, boost::asio::buffer(piece), error);
    }
    CHECK(taken < kGigabyte / 8);
    CHECK(Crowd::read_all(socket).starts_with("HTTP/1.1 413 "));
    CHECK(crowd.serves());
  }
  CHECK(crowd.end() == 0);
}

TEST_CASE("fake: ten thousand connections that say half a head do not stop the others",
          "[fake]") {
  Crowd crowd;
  crowd.fill(10'000, "POST /v1/chat/compl");
  CHECK(crowd.serves());
  CHECK(crowd.end() == 0);
}

TEST_CASE("fake: without descriptors for all, the oldest silent connections make room",
          "[fake]") {
  Crowd crowd(200);
  crowd.fill(400, "POST /v1/chat/compl");
  CHECK(crowd.serves());
  CHECK(crowd.end() == 0);
}
