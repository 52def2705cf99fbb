// trivial_server: answers every HTTP request on loopback with the same bytes, from one epoll loop.
//   trivial_server [--body BYTES] [--pause-at S --pause-for S]
// Prints its port. With a pause it reads and answers nothing for that long, once: a server that
// stops. Requests are told apart by content-length only, which is what its clients send. Ends on
// SIGTERM.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <unordered_map>

namespace {

double seconds_now() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

// The bytes of the first whole request in `data`; 0: it is not complete.
std::size_t request_bytes(const std::string& data) {
  const std::size_t head = data.find("\r\n\r\n");
  if (head == std::string::npos) return 0;
  std::size_t body = 0;
  const std::size_t at = data.find("ontent-length:");
  if (at == std::string::npos || at > head) {
    const std::size_t other = data.find("ontent-Length:");
    if (other != std::string::npos && other < head) {
      body = std::strtoul(&data[other + 14], nullptr, 10);
    }
  } else {
    body = std::strtoul(&data[at + 14], nullptr, 10);
  }
  return data.size() >= head + 4 + body ? head + 4 + body : 0;
}

}  // namespace

int main(int argc, char** argv) {
  double pause_at = -1;
  double pause_for = 0;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--pause-at") == 0) pause_at = std::atof(argv[i + 1]);
    if (std::strcmp(argv[i], "--pause-for") == 0) pause_for = std::atof(argv[i + 1]);
  }
  const std::string body =
      R"({"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[)"
      R"({"index":0,"message":{"role":"assistant","content":"ok then"},"finish_reason":"stop"}],)"
      R"("usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}})";
  const std::string response =
      "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;

  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 4'096) != 0) {
    std::perror("trivial_server");
    return 1;
  }
  socklen_t size = sizeof address;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);

  const int poll = ::epoll_create1(0);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = listener;
  ::epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  std::unordered_map<int, std::string> unread;
  double first_request = 0;
  epoll_event events[256];
  for (;;) {
    const int n = ::epoll_wait(poll, events, 256, -1);
    if (pause_at >= 0 && first_request > 0 && seconds_now() >= first_request + pause_at) {
      pause_at = -1;
      ::usleep(static_cast<useconds_t>(pause_for * 1e6));
    }
    for (int i = 0; i < n; ++i) {
      const int fd = events[i].data.fd;
      if (fd == listener) {
        for (int peer; (peer = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
          const int one = 1;
          ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
          event.data.fd = peer;
          ::epoll_ctl(poll, EPOLL_CTL_ADD, peer, &event);
        }
        continue;
      }
      char bytes[65'536];
      const ssize_t got = ::read(fd, bytes, sizeof bytes);
      if (got == 0 || (got < 0 && errno != EAGAIN)) {
        unread.erase(fd);
        ::close(fd);
        continue;
      }
      if (got < 0) continue;
      if (first_request == 0) first_request = seconds_now();
      std::string& data = unread[fd];
      data.append(bytes, static_cast<std::size_t>(got));
      for (std::size_t used; (used = request_bytes(data)) > 0;) {
        data.erase(0, used);
        if (::write(fd, response.data(), response.size()) < 0) break;
      }
    }
  }
}
