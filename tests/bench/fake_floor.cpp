// fake_floor: the least that a server of streams can cost, from one epoll loop. It renders nothing:
// every request gets the same bytes.
//   fake_floor [--events N [--gap-us US]]
// Without events it answers plainly. With them, and no gap, all in one write; with a gap, each in a
// write of its own at its own instant. Prints its port, and on SIGTERM how late its writes were.
// Requests end with their head and content-length; what its clients send fits one read.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

namespace {

volatile sig_atomic_t ended = 0;

std::int64_t now_ns() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

std::string chunk(const std::string& bytes) {
  char size[16];
  std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
  return size + bytes + "\r\n";
}

const std::string kDelta =
    chunk(R"(data: {"id":"chatcmpl-0123456789abcdef","object":"chat.completion.chunk","created":1,)"
          R"("model":"fake-1","choices":[{"index":0,"delta":{"content":"word "},)"
          R"("finish_reason":null}]})"
          "\n\n");
const std::string kLast = chunk("data: [DONE]\n\n") + "0\r\n\r\n";
const std::string kStreamHead =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

std::string plain_answer() {
  const std::string body =
      R"({"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[)"
      R"({"index":0,"message":{"role":"assistant","content":"one two three four five six seven"},)"
      R"("finish_reason":"stop"}],)"
      R"("usage":{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12}})";
  return "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

// A stream that goes on. All gaps are alike, so the streams take turns: no heap is needed.
struct Open {
  int fd = -1;
  std::int64_t due = 0;
  std::int64_t left = 0;
};

class Floor {
 public:
  Floor(std::int64_t events, std::int64_t gap_ns) : events_(events), gap_ns_(gap_ns) {
    answer_ = plain_answer();
    if (events == 0) return;
    answer_ = kStreamHead;
    if (gap_ns > 0) return;
    for (std::int64_t i = 1; i < events; ++i) answer_ += kDelta;
    answer_ += kLast;
  }

  int listen() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_, 4'096) != 0) {
      std::perror("fake_floor");
      std::exit(1);
    }
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    poll_ = ::epoll_create1(0);
    watch(listener_);
    return ntohs(address.sin_port);
  }

  void run() {
    epoll_event events[256];
    while (ended == 0) {
      int wait_ms = -1;
      if (!open_.empty()) {
        const std::int64_t ahead = open_.front().due - now_ns();
        wait_ms = ahead <= 0 ? 0 : static_cast<int>((ahead + 999'999) / 1'000'000);
      }
      const int n = ::epoll_wait(poll_, events, 256, wait_ms);
      for (int i = 0; i < n; ++i) {
        if (events[i].data.fd == listener_) accept_all();
        else answer(events[i].data.fd);
      }
      write_due();
    }
  }

  void tell_lateness() {
    if (late_us_.empty()) return;
    std::sort(late_us_.begin(), late_us_.end());
    const auto at = [this](double q) {
      return late_us_[static_cast<std::size_t>(q * static_cast<double>(late_us_.size() - 1))];
    };
    std::printf("late_us p50 %d p99 %d max %d of %zu\n", at(0.5), at(0.99), at(1),
                late_us_.size());
  }

 private:
  void watch(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event);
  }

  void accept_all() {
    for (int peer; (peer = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
      const int one = 1;
      ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      watch(peer);
    }
  }

  void answer(int fd) {
    char bytes[16'384];
    const ssize_t got = ::read(fd, bytes, sizeof bytes);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      ::close(fd);
      return;
    }
    if (::write(fd, answer_.data(), answer_.size()) < 0) return;
    if (gap_ns_ > 0) open_.push_back({fd, now_ns() + gap_ns_, events_});
  }

  void write_due() {
    for (int n = 0; n < 256 && !open_.empty(); ++n) {
      Open next = open_.front();
      const std::int64_t late = now_ns() - next.due;
      if (late < 0) return;
      open_.pop_front();
      if (late_us_.size() < kLateMax) late_us_.push_back(static_cast<int>(late / 1'000));
      const std::string& bytes = --next.left > 0 ? kDelta : kLast;
      if (::write(next.fd, bytes.data(), bytes.size()) < 0 || next.left == 0) continue;
      next.due += gap_ns_;
      open_.push_back(next);
    }
  }

  static constexpr std::size_t kLateMax = 20'000'000;
  std::int64_t events_;
  std::int64_t gap_ns_;
  std::string answer_;
  int listener_ = -1;
  int poll_ = -1;
  std::deque<Open> open_;  // in order of their instants
  std::vector<int> late_us_;
};

}  // namespace

int main(int argc, char** argv) {
  std::int64_t events = 0;
  std::int64_t gap_us = 0;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--events") == 0) events = std::atoll(argv[i + 1]);
    if (std::strcmp(argv[i], "--gap-us") == 0) gap_us = std::atoll(argv[i + 1]);
  }
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  struct sigaction end {};
  end.sa_handler = [](int) { ended = 1; };
  ::sigaction(SIGTERM, &end, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  Floor floor(events, gap_us * 1'000);
  std::printf("%d\n", floor.listen());
  std::fflush(stdout);
  floor.run();
  floor.tell_lateness();
}
