// stream_client: many connections that ask and drain, from one epoll loop, and what that costs the
// server: its CPU time and its memory as /proc tells of them, over the events and requests that
// ended between two instants.
//   stream_client --port N --pid SERVER [--connections N] [--from S] [--until S] [--ramp S]
//                 [--stream] [--once] [--tokens N]
// Each connection asks again when it was answered, or just once. They begin within the ramp, in
// even steps. An event is told by its blank line; a response ends by its length or its last chunk.
// Prints one line of JSON.
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
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Options {
  int port = 0;
  int pid = 0;
  int connections = 50;
  double from = 1;
  double until = 4;
  double ramp = 0;
  bool stream = false;
  bool once = false;
  int tokens = 0;
};

double seconds_now() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

// User and system time of a process, all its threads.
double cpu_of(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  unsigned long user = 0;
  unsigned long system = 0;
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::sscanf(&line[name_end + 1], " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
              &system);
  return static_cast<double>(user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

long rss_kib(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
  long size = 0;
  long resident = 0;
  file >> size >> resident;
  return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

struct Connection {
  std::string head;         // as far as it has come
  std::string tail;         // the last bytes seen, for ends that two reads share
  bool in_body = false;
  bool chunked = false;
  long long body_left = 0;  // of a body with a length
  bool begun = false;
};

class Client {
 public:
  explicit Client(const Options& options) : o_(options), poll_(::epoll_create1(0)) {
    std::string body = R"({"model":"fake-1","messages":[{"role":"user","content":"hello there"}])";
    if (o_.tokens > 0) body += ",\"max_tokens\":" + std::to_string(o_.tokens);
    if (o_.stream) body += R"(,"stream":true)";
    body += "}";
    request_ = "POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\n"
               "authorization: Bearer sk-test\r\n"
               "content-type: application/json\r\ncontent-length: " +
               std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  void run() {
    const long rss_before = rss_kib(o_.pid);
    const double start = seconds_now();
    double cpu_before = 0;
    double measured_from = 0;
    long rss_during = 0;
    bool measuring = false;
    int opened = 0;
    epoll_event events[256];
    for (;;) {
      const double t = seconds_now() - start;
      const int wanted = o_.ramp <= 0 ? o_.connections
                                      : std::min<int>(o_.connections,
                                                      static_cast<int>(t / o_.ramp *
                                                                       o_.connections) + 1);
      while (opened < wanted && open()) ++opened;
      if (!measuring && t >= o_.from) {
        measuring = true;
        cpu_before = cpu_of(o_.pid);
        rss_during = rss_kib(o_.pid);
        measured_from = t;
        events_ = requests_ = reads_ = 0;
      }
      // Opening the last ones may have taken longer than it should have.
      if (measuring && t >= measured_from + (o_.until - o_.from)) {
        const double cpu = cpu_of(o_.pid) - cpu_before;
        const long rss_end = std::max(rss_during, rss_kib(o_.pid));
        report(cpu, t - measured_from, rss_end - rss_before);
        return;
      }
      const int n = ::epoll_wait(poll_, events, 256, 1);
      for (int i = 0; i < n; ++i) read(events[i].data.fd);
    }
  }

 private:
  bool open() {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(o_.port));
    if (fd < 0 || ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      std::perror("stream_client");
      std::exit(1);
    }
    const int one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event);
    if (connections_.size() <= static_cast<std::size_t>(fd)) {
      connections_.resize(static_cast<std::size_t>(fd) + 1);
    }
    ++open_;
    ask(fd);
    return true;
  }

  void ask(int fd) {
    connections_[static_cast<std::size_t>(fd)] = Connection{};
    if (::write(fd, request_.data(), request_.size()) < 0) ++failed_;
  }

  void read(int fd) {
    char bytes[65'536];
    const ssize_t got = ::recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    ++reads_;
    if (got <= 0) {
      ++failed_;
      --open_;
      ::close(fd);
      return;
    }
    if (take(connections_[static_cast<std::size_t>(fd)],
             std::string_view(bytes, static_cast<std::size_t>(got)))) {
      ++requests_;
      if (o_.once) --open_;
      else ask(fd);
    }
  }

  // True: the response is whole.
  bool take(Connection& c, std::string_view bytes) {
    if (!c.in_body) {
      c.head += bytes;
      const std::size_t end = c.head.find("\r\n\r\n");
      if (end == std::string::npos) return false;
      const std::string body = c.head.substr(end + 4);
      c.head.resize(end + 2);
      begin_body(c);
      if (body.empty()) return !c.chunked && c.body_left == 0;
      return take(c, body);
    }
    if (!c.chunked) return (c.body_left -= static_cast<long long>(bytes.size())) <= 0;
    std::size_t at = 0;
    if (!c.tail.empty() && c.tail.back() == '\n' && bytes.front() == '\n') ++events_;
    while ((at = bytes.find("\n\n", at)) != std::string_view::npos) {
      ++events_;
      at += 2;
    }
    constexpr std::string_view kEnd = "0\r\n\r\n";
    c.tail.append(bytes.substr(bytes.size() - std::min(bytes.size(), kEnd.size())));
    if (c.tail.size() > kEnd.size()) c.tail.erase(0, c.tail.size() - kEnd.size());
    return c.tail == kEnd;
  }

  void begin_body(Connection& c) {
    c.in_body = true;
    std::transform(c.head.begin(), c.head.end(), c.head.begin(),
                   [](unsigned char ch) { return static_cast<char>(std::tolower(ch)); });
    if (c.head.find(" 200 ") == std::string::npos) ++failed_;
    c.chunked = c.head.find("transfer-encoding: chunked") != std::string::npos;
    const std::size_t length = c.head.find("content-length:");
    if (length != std::string::npos) c.body_left = std::atoll(&c.head[length + 15]);
    std::string().swap(c.head);
  }

  void report(double cpu, double wall, long rss) const {
    const auto per = [&](long long n) {
      return n == 0 ? 0.0 : cpu * 1e6 / static_cast<double>(n);
    };
    std::printf("{\"requests\":%lld,\"events\":%lld,\"reads\":%lld,\"failed\":%lld,\"open\":%d,"
                "\"server_cpu_s\":%.2f,\"wall_s\":%.2f,\"us_per_request\":%.2f,"
                "\"us_per_event\":%.3f,\"rss_per_connection_kib\":%.2f}\n",
                requests_, events_, reads_, failed_, open_, cpu, wall, per(requests_),
                per(events_), static_cast<double>(rss) / o_.connections);
  }

  Options o_;
  int poll_;
  std::string request_;
  std::vector<Connection> connections_;  // by descriptor
  long long requests_ = 0;
  long long events_ = 0;
  long long reads_ = 0;
  long long failed_ = 0;
  int open_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Options o;
  for (int i = 1; i < argc; ++i) {
    const std::string_view key = argv[i];
    if (key == "--stream") o.stream = true;
    if (key == "--once") o.once = true;
    if (i + 1 == argc) break;
    if (key == "--port") o.port = std::atoi(argv[i + 1]);
    if (key == "--pid") o.pid = std::atoi(argv[i + 1]);
    if (key == "--connections") o.connections = std::atoi(argv[i + 1]);
    if (key == "--from") o.from = std::atof(argv[i + 1]);
    if (key == "--until") o.until = std::atof(argv[i + 1]);
    if (key == "--ramp") o.ramp = std::atof(argv[i + 1]);
    if (key == "--tokens") o.tokens = std::atoi(argv[i + 1]);
  }
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  ::signal(SIGPIPE, SIG_IGN);
  Client(o).run();
}
