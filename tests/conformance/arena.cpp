#include "arena.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

#include "processes_installed.hpp"
#include "world/real_files.hpp"
#include "world/real_network.hpp"
#include "world/real_processes.hpp"
#include "world/sim_files.hpp"
#include "world/sim_network.hpp"
#include "world/sim_processes.hpp"

namespace conformance {

namespace {

constexpr Nanos kHung = 30s;  // a behaviour that takes longer has failed

Task<bool> whole(Arena& arena, Body body) {
  co_await body(arena);
  co_return true;
}

Task<void> guarded(Arena& arena, Body body) {
  const Instant hung = arena.clock().now() + kHung;
  const auto done = co_await with_deadline(arena.clock(), hung, whole(arena, body));
  if (!done) arena.note("!", "hung");
}

Lines flat(const Arena& arena) {
  Lines lines;
  for (const auto& [actor, noted] : arena.notes) {
    for (const std::string& line : noted) lines.push_back(actor + ": " + line);
  }
  return lines;
}

struct ScratchDirectory {
  ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "shakedown-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~ScratchDirectory() { std::filesystem::remove_all(path); }
  std::string path;
};

}  // namespace

Lines run_simulated(Body body) {
  SimClock clock;
  SimNetwork network(clock);
  SimFiles files(clock);
  REQUIRE(run_inline(files.make_directories("/scratch")).has_value());
  SimProcesses processes(clock);
  install_programs(processes);
  Arena arena{{clock, network, Random(7), files, processes}, true, "/scratch", {}};
  clock.run(guarded(arena, body));
  return flat(arena);
}

Lines run_real(Body body) {
  const ScratchDirectory scratch;
  RealClock clock;
  RealNetwork network(clock);
  RealFiles files;
  RealProcesses processes(clock);
  Arena arena{{clock, network, Random(7), files, processes}, false, scratch.path, {}};
  clock.run(guarded(arena, body));
  return flat(arena);
}

void check_all(const std::vector<Behaviour>& behaviours) {
  for (const Behaviour& behaviour : behaviours) {
    DYNAMIC_SECTION(behaviour.name << ", simulated") {
      CHECK(run_simulated(behaviour.body) == behaviour.expected);
    }
    DYNAMIC_SECTION(behaviour.name << ", real") {
      CHECK(run_real(behaviour.body) == behaviour.expected);
    }
  }
}

std::string told(const Result<void>& result) {
  return result ? "ok" : std::string(name_of(result.error()));
}

std::string told(const Result<std::size_t>& result) {
  if (!result) return std::string(name_of(result.error()));
  return *result == 0 ? "end" : std::to_string(*result) + " bytes";
}

std::string told(const Result<std::unique_ptr<Stream>>& connected) {
  return connected ? "connected" : std::string(name_of(connected.error()));
}

Task<Pair> connected_pair(Arena& arena) {
  Pair pair;
  Result<std::unique_ptr<Listener>> listener = arena.network().listen(Endpoint());
  pair.listener = std::move(*listener);
  Result<std::unique_ptr<Stream>> client =
      co_await arena.network().connect(pair.listener->endpoint());
  pair.client = std::move(*client);
  Result<std::unique_ptr<Stream>> server = co_await pair.listener->accept();
  pair.server = std::move(*server);
  co_return pair;
}

Task<Result<std::size_t>> read_into(Stream& stream, std::string& to, std::size_t size_max) {
  std::string buffer(size_max, '\0');
  const Result<std::size_t> n = co_await stream.read_some(buffer.data(), buffer.size());
  if (n) to.append(buffer, 0, *n);
  co_return n;
}

Task<Result<void>> write_all(Stream& stream, std::string bytes) {
  co_return co_await stream.write_all(bytes);
}

Task<std::string> read_to_end(Stream& stream) {
  std::string all;
  for (;;) {
    const Result<std::size_t> n = co_await read_into(stream, all, 65'536);
    if (!n) all += "<" + std::string(name_of(n.error())) + ">";
    if (!n || *n == 0) co_return all;
  }
}

Task<std::string> read_exactly(Stream& stream, std::size_t size) {
  std::string all;
  while (all.size() < size) {
    const Result<std::size_t> n = co_await read_into(stream, all, size - all.size());
    if (!n || *n == 0) break;
  }
  co_return all;
}

std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<char>('a' + (i * 7 + i / 4'093) % 26);
  }
  return bytes;
}

}  // namespace conformance
