#include "world/processes.hpp"

#include "world/scope.hpp"

namespace world {

std::string to_string(const Exit& exit) {
  return exit.signal != 0 ? "signal " + std::to_string(exit.signal)
                          : "exit " + std::to_string(exit.code);
}

namespace {
Task<void> drain(Child& child, OutputOf of) {
  for (;;) {
    const std::string more = co_await child.read_output(of);
    if (more.empty()) co_return;
  }
}
}  // namespace

// Both at once: a child that writes much to the stream that is not read would wait for ever.
Task<Exit> run_to_end(Clock& clock, Child& child) {
  Scope readers(clock);
  readers.spawn(drain(child, OutputOf::out));
  readers.spawn(drain(child, OutputOf::err));
  co_await readers.join();
  co_return co_await child.wait();
}

std::string cannot_run_line(std::string_view what, int code) {
  std::string line = "shakedown: cannot run '";
  line += what;
  line += code == kNotFound ? "': not found\n" : "': not executable\n";
  return line;
}

void Tail::add(std::string_view bytes) {
  if (bytes.size() >= bytes_max_) {
    bytes_.assign(bytes.substr(bytes.size() - bytes_max_));
    return;
  }
  bytes_ += bytes;
  if (bytes_.size() > 2 * bytes_max_) bytes_.erase(0, bytes_.size() - bytes_max_);
}

}  // namespace world
