// A checked scenario: what a scenario file says, with every name resolved and every window placed.
// Only load_scenario (loader.hpp) makes one from a file. Plain data; read-only during a run.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "agent/config.hpp"
#include "fakes/config.hpp"
#include "fakes/fault_schedule.hpp"
#include "harness/plan/trace.hpp"
#include "harness/scenario/agent_fault.hpp"
#include "harness/scenario/errors.hpp"
#include "harness/scenario/corpus.hpp"
#include "harness/scenario/load_class.hpp"
#include "harness/scenario/program.hpp"
#include "harness/scenario/target.hpp"
#include "world/field.hpp"
#include "world/units.hpp"

namespace harness {

struct Phase {
  std::string name;
  world::Instant from;
  world::Instant to;  // [from, to)
  friend bool operator==(const Phase&, const Phase&) = default;
};

// Text whose meaning another part decides, with its place for that part's messages.
struct SourcedText {
  std::string text;
  Place place;
};

struct InvariantChoice {
  std::string name;
  std::string parameter;  // empty: none
  Place place;
};

struct Client {
  world::Nanos timeout = std::chrono::seconds(120);  // deadline of one request
  bool stream = false;
  std::int64_t connections_max = 10'000;
  std::int64_t response_bytes_max = 16 << 20;

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("timeout", &Client::timeout, "Deadline of one request, from its planned instant.")
            .between(1'000'000, 86'400'000'000'000),
        field("stream", &Client::stream, "Ask for streamed answers."),
        field("connections_max", &Client::connections_max, "Connections to the target at once.")
            .between(1, 1'000'000),
        field("response_bytes_max", &Client::response_bytes_max, "Largest answer that is read.")
            .in(world::Unit::bytes)
            .between(1'024, 1 << 30));
  }
};

struct Scenario {
  std::string file;  // as given on the command line
  std::string name;
  std::string about;
  std::vector<std::string> tags;
  std::uint64_t seed = 1;
  agent::Config agent;
  std::map<std::string, fakes::Backend> backends;
  Programs programs;
  Target target;
  Client client;
  std::vector<Phase> phases;  // in time order, not overlapping, at least one
  std::vector<LoadClass> load;  // in file order, at least one
  std::vector<fakes::Fault> faults;
  std::vector<Place> fault_places;  // of each of these, where its action is written
  std::vector<AgentFault> agent_faults;  // in file order, apart from the others
  std::vector<SourcedText> slos;
  std::vector<InvariantChoice> invariants;
  world::Nanos drain{};  // time allowed after the last phase for what is in flight
  std::map<std::string, std::vector<TraceRow>> traces;  // by Recorded::file
  std::map<std::string, Corpus> corpora;                // by LoadClass::bodies
  std::map<std::string, std::string> configuration;     // as written, by path: configuration.hpp

  world::Instant end() const { return phases.back().to; }  // of the plan, before the drain
  const Phase* phase_at(world::Instant t) const;            // null in a gap or after the end
  const Phase* phase_named(std::string_view name) const;
  // What the class sends instead of good requests; null: it sends those.
  const Corpus* corpus_of(const LoadClass& load_class) const {
    return load_class.bodies.empty() ? nullptr : &corpora.at(load_class.bodies);
  }
};

}  // namespace harness
