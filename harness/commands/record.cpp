#include "harness/commands/record.hpp"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "harness/commands/serve.hpp"
#include "harness/run/target_url.hpp"
#include "harness/verdict/verdict.hpp"
#include "world/real_files.hpp"
#include "world/real_network.hpp"

namespace harness {

namespace {

// The file that grows, a line for each exchange. A line that cannot be written is told of once.
class RecordingFile {
 public:
  explicit RecordingFile(const std::string& path) : path_(path) {
    const auto there = world::run_inline(files_.read(path, fakes::kRecordingBytesMax));
    if (there) check(*there);
    if (!there && there.error() != world::FileFailure::not_found) fail(there.error());
    auto opened = world::run_inline(files_.open_append(path));
    if (!opened) fail(opened.error());
    file_ = std::move(*opened);
  }

  bool append(std::string line) {
    if (!file_) return false;
    const bool full = line.size() > fakes::kRecordingBytesMax - bytes_ ||
                      exchanges_ == fakes::kRecordedExchangesMax;
    if (full) return stop("it has reached the most that a recording may have");
    const std::size_t size = line.size();
    const world::FileResult<void> written = world::run_inline(file_->append(std::move(line)));
    if (!written) return stop(std::string(world::name_of(written.error())));
    bytes_ += size;
    ++exchanges_;
    return true;
  }

  bool whole() const { return file_ != nullptr; }

 private:
  void check(const std::string& text) {
    const fakes::Recording there = fakes::read_recording(text);
    if (!there.problems.empty()) {
      const fakes::RecordingProblem& first = there.problems.front();
      throw std::runtime_error("--record " + path_ + ": is there and is no recording: line " +
                               std::to_string(first.line) + " " + first.sentence);
    }
    if (!text.empty() && text.back() != '\n') {
      throw std::runtime_error("--record " + path_ + ": its last line has no end");
    }
    bytes_ = text.size();
    exchanges_ = there.exchanges.size();
  }

  bool stop(const std::string& why) {
    file_.reset();
    std::fprintf(stderr,
                 "shakedown: --record %s: cannot be written (%s); nothing more goes there\n",
                 path_.c_str(), why.c_str());
    return false;
  }

  [[noreturn]] void fail(world::FileFailure why) const {
    throw std::runtime_error("--record " + path_ + ": cannot be written (" +
                             std::string(world::name_of(why)) + ")");
  }

  std::string path_;
  world::RealFiles files_;
  std::unique_ptr<world::File> file_;  // null: nothing more can be written
  std::size_t bytes_ = 0;
  std::size_t exchanges_ = 0;
};

[[noreturn]] void refuse_upstream(std::string_view url, const char* why) {
  throw std::runtime_error("--upstream " + std::string(url) + ": " + why);
}

}  // namespace

fakes::Upstream parse_upstream(std::string_view url) {
  constexpr std::string_view kPlain = "http://";
  constexpr std::string_view kTls = "https://";
  fakes::Upstream upstream;
  const bool tls = url.starts_with(kTls);
  if (tls) upstream.tls.emplace();
  if (!tls && !url.starts_with(kPlain)) {
    refuse_upstream(url, "is not a URL; write https://host or http://host:port");
  }
  std::string_view rest = url.substr(tls ? kTls.size() : kPlain.size());
  const bool odd = std::any_of(rest.begin(), rest.end(), [](char c) {
    return c <= ' ' || c == 0x7f || c == '?' || c == '#' || c == '@';
  });
  if (odd) refuse_upstream(url, "has no query, no user and no spaces; keys come from the client");
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  upstream.prefix = rest.substr(slash);
  while (upstream.prefix.ends_with('/')) upstream.prefix.pop_back();
  rest = rest.substr(0, slash);
  if (rest.empty() || rest.front() == ':') refuse_upstream(url, "names no host");
  if (rest.find(':') == std::string_view::npos) {
    upstream.endpoint.host = rest;
    upstream.endpoint.port = tls ? 443 : 80;
  } else {
    upstream.endpoint = parse_address(rest);
  }
  return upstream;
}

int record_upstream(const RecordOptions& options) {
  const fakes::Upstream upstream = parse_upstream(options.upstream);
  RecordingFile file(options.file);
  world::RealClock clock;
  world::RealNetwork network(clock);
  world::raise_descriptor_limit();
  auto listener = network.listen(parse_address(options.listen));
  if (!listener) {
    throw std::runtime_error("--listen " + options.listen + ": cannot listen there (" +
                             std::string(world::name_of(listener.error())) +
                             "); give another port");
  }
  fakes::Recorder recorder(clock, network, upstream,
                           [&file](std::string line) { return file.append(std::move(line)); });
  std::printf("recording %s at http://%s, into %s\n", options.upstream.c_str(),
              world::to_string((*listener)->endpoint()).c_str(), options.file.c_str());
  std::fflush(stdout);
  serve_until_interrupted(clock, recorder.serve(**listener));
  std::printf("%llu exchanges recorded, %llu not\n",
              static_cast<unsigned long long>(recorder.recorded()),
              static_cast<unsigned long long>(recorder.not_recorded()));
  return file.whole() ? exit_code::kPass : exit_code::kInvalid;
}

}  // namespace harness
