// Arena: one arm of a conformance test. A behaviour is a coroutine that acts on the ports and notes
// what it saw, per actor; it runs once on the simulated twins and once on the real ones, and both
// must note exactly what the table expects. Times are not noted: they may differ.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "world/deadline.hpp"
#include "world/scope.hpp"
#include "world/world.hpp"

namespace conformance {

using namespace world;           // NOLINT: tests of world
using namespace std::chrono_literals;

using Lines = std::vector<std::string>;

struct Arena {
  World world;
  bool is_sim;
  std::string directory;              // an empty directory of its own
  std::map<std::string, Lines> notes;  // by actor

  Clock& clock() { return world.clock; }
  Network& network() { return world.network; }
  void note(const std::string& actor, std::string line) { notes[actor].push_back(std::move(line)); }
};

using Body = Task<void> (*)(Arena&);

struct Behaviour {
  const char* name;
  Body body;
  Lines expected;  // "actor: line", actors in byte order, the lines of each as they happened
};

Lines run_simulated(Body body);
Lines run_real(Body body);

// Runs every behaviour on both arms, each as a section.
void check_all(const std::vector<Behaviour>& behaviours);

// What happened, as one word.
std::string told(const Result<void>& result);
std::string told(const Result<std::size_t>& result);  // "3 bytes", "end", or the failure
std::string told(const Result<std::unique_ptr<Stream>>& connected);

struct Pair {
  std::unique_ptr<Listener> listener;
  std::unique_ptr<Stream> client;
  std::unique_ptr<Stream> server;
};
Task<Pair> connected_pair(Arena& arena);

// Tasks around the primitives, for with_deadline and scopes.
Task<Result<std::size_t>> read_into(Stream& stream, std::string& to, std::size_t size_max);
Task<Result<void>> write_all(Stream& stream, std::string bytes);
Task<std::string> read_to_end(Stream& stream);  // what came, and then the failure in <> if any
Task<std::string> read_exactly(Stream& stream, std::size_t size);

// Bytes that tell where they stand.
std::string pattern(std::size_t size);

}  // namespace conformance
