// stream_client: many connections that ask and drain, from one epoll loop, and what that costs the
// server: its CPU time and its memory as /proc tells of them, over the events and requests that
// ended between two instants.
//   stream_client --port N --pid SERVER [--connections N] [--from S] [--until S] [--ramp S]
//                 [--stream] [--once] [--tokens N] [--drain-every MS] [--emission FILE]
// Each connection asks again when it was answered, or just once. They begin within the ramp, in
// even steps. An event is told by its blank line; a response ends by its length or its last chunk.
// With --drain-every it reads each of them every so often, in turn, and not when it has something:
// its own cost is then a read for many events. What it counts is measured no sooner than all of its
// connections are open and, of streams, have begun. With --emission it asks the server for
// /_shakedown/emission at both instants; FILE gets the two answers, a line each.
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
  double drain_every = 0;  // seconds; 0: reads whatever is ready
  std::string emission;
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
    start_ = seconds_now();
    double cpu_before = 0;
    double own_before = 0;
    double measured_from = 0;
    long rss_during = 0;
    bool measuring = false;
    for (;;) {
      const double t = seconds_now() - start_;
      open_up_to(t);
      if (!measuring && t >= o_.from && is_ready(t)) {
        measuring = true;
        note_emission();
        cpu_before = cpu_of(o_.pid);
        own_before = cpu_of(::getpid());
        rss_during = rss_kib(o_.pid);
        measured_from = seconds_now() - start_;
        drain_all();  // what has come by now belongs to the time before
        events_ = requests_ = reads_ = 0;
      }
      // Opening the last ones may have taken longer than it should have.
      if (measuring && t >= measured_from + (o_.until - o_.from)) {
        const double cpu = cpu_of(o_.pid) - cpu_before;
        const double own = cpu_of(::getpid()) - own_before;
        const double wall = seconds_now() - start_ - measured_from;
        drain_all();
        note_emission();
        const long rss_end = std::max(rss_during, rss_kib(o_.pid));
        report(cpu, own, wall, rss_end - rss_before);
        return;
      }
      read_some(t);
    }
  }

 private:
  // At most so many at a time, so that those that are open are read meanwhile.
  void open_up_to(double t) {
    constexpr int kAtOnce = 50;
    const int wanted =
        o_.ramp <= 0 ? o_.connections
                     : std::min(o_.connections, static_cast<int>(t / o_.ramp * o_.connections) + 1);
    for (int n = 0; opened_ < wanted && (o_.ramp <= 0 || n < kAtOnce); ++n) {
      open();
      if (++opened_ == o_.connections) all_open_ = seconds_now() - start_;
    }
  }

  bool is_ready(double t) {
    if (opened_ < o_.connections) return false;
    if (!o_.stream || !o_.once || begun_ >= o_.connections) {
      if (all_begun_ < 0) all_begun_ = t;
      return true;
    }
    return t >= all_open_ + kPatience;  // and then `begun` tells of those that it is about
  }

  void read_some(double t) {
    if (o_.drain_every > 0) {
      drain_in_turn(t);
      ::usleep(500);
      return;
    }
    epoll_event events[256];
    const int n = ::epoll_wait(poll_, events, 256, 1);
    for (int i = 0; i < n; ++i) read(events[i].data.fd);
  }

  // As many as it is time for, so that there is never a burst of work.
  void drain_in_turn(double t) {
    const double turns = (t - drained_at_) / o_.drain_every;
    const auto due = static_cast<std::size_t>(turns * static_cast<double>(open_fds_.size()));
    if (due == 0 && !open_fds_.empty()) return;
    drained_at_ = t;
    for (std::size_t n = std::min(due, open_fds_.size()); n > 0; --n) {
      if (next_drained_ >= open_fds_.size()) next_drained_ = 0;
      const int fd = open_fds_[next_drained_++];
      if (fd >= 0) read(fd);
    }
  }

  void drain_all() {
    if (o_.drain_every <= 0) return;
    for (const int fd : open_fds_) {
      if (fd >= 0) read(fd);
    }
  }

  // One request on a connection of its own, which waits for its answer.
  void note_emission() {
    if (o_.emission.empty()) return;
    std::ofstream file(o_.emission, std::ios::app);
    const int fd = connected();
    const std::string request =
        "GET /_shakedown/emission HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n";
    std::string answer;
    char bytes[16'384];
    if (::write(fd, request.data(), request.size()) < 0) std::exit(1);
    for (ssize_t got; (got = ::read(fd, bytes, sizeof bytes)) > 0;) {
      answer.append(bytes, static_cast<std::size_t>(got));
    }
    ::close(fd);
    const std::size_t head = answer.find("\r\n\r\n");
    if (head == std::string::npos) std::exit(1);
    std::string body = answer.substr(head + 4);
    std::replace(body.begin(), body.end(), '\n', ' ');
    file << body << '\n';
  }

  int connected() {
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
    return fd;
  }

  void open() {
    const int fd = connected();
    if (o_.drain_every > 0) {
      open_fds_.push_back(fd);
    } else {
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.fd = fd;
      ::epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event);
    }
    if (connections_.size() <= static_cast<std::size_t>(fd)) {
      connections_.resize(static_cast<std::size_t>(fd) + 1);
    }
    ++open_;
    ask(fd);
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
      std::replace(open_fds_.begin(), open_fds_.end(), fd, -1);
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
    ++begun_;
    std::transform(c.head.begin(), c.head.end(), c.head.begin(),
                   [](unsigned char ch) { return static_cast<char>(std::tolower(ch)); });
    if (c.head.find(" 200 ") == std::string::npos) ++failed_;
    c.chunked = c.head.find("transfer-encoding: chunked") != std::string::npos;
    const std::size_t length = c.head.find("content-length:");
    if (length != std::string::npos) c.body_left = std::atoll(&c.head[length + 15]);
    std::string().swap(c.head);
  }

  void report(double cpu, double own, double wall, long rss) const {
    const auto per = [&](long long n) {
      return n == 0 ? 0.0 : cpu * 1e6 / static_cast<double>(n);
    };
    std::printf("{\"requests\":%lld,\"events\":%lld,\"reads\":%lld,\"failed\":%lld,\"open\":%d,"
                "\"server_cpu_s\":%.2f,\"wall_s\":%.2f,\"us_per_request\":%.2f,"
                "\"us_per_event\":%.3f,\"rss_per_connection_kib\":%.2f,\"begun\":%d,"
                "\"all_open_s\":%.1f,\"all_begun_s\":%.1f,\"own_cpu_s\":%.2f}\n",
                requests_, events_, reads_, failed_, open_, cpu, wall, per(requests_),
                per(events_), static_cast<double>(rss) / o_.connections, begun_, all_open_,
                all_begun_, own);
  }

  static constexpr double kPatience = 30;  // seconds, for streams to begin

  Options o_;
  int poll_;
  double start_ = 0;
  double drained_at_ = 0;
  std::size_t next_drained_ = 0;
  double all_open_ = -1;   // seconds from the start; negative: never
  double all_begun_ = -1;
  int opened_ = 0;
  int begun_ = 0;             // answers
  std::vector<int> open_fds_;  // when all are drained
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
    if (key == "--drain-every") o.drain_every = std::atof(argv[i + 1]) / 1e3;
    if (key == "--emission") o.emission = argv[i + 1];
  }
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  ::signal(SIGPIPE, SIG_IGN);
  Client(o).run();
}
