// Where jobs are kept, and how much of them; the members are the YAML keys under `agent.store`.
// Plain data; any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <tuple>

#include "agent/bounds.hpp"
#include "world/field.hpp"
#include "world/units.hpp"

namespace agent {

enum class StoreKind : std::uint8_t { memory, sqlite };
constexpr std::array<world::Choice<StoreKind>, 2> choices(StoreKind) {
  return {{{"memory", StoreKind::memory}, {"sqlite", StoreKind::sqlite}}};
}

struct StoreConfig {
  StoreKind kind = StoreKind::memory;
  std::string path;
  std::int64_t jobs_max = 100'000;
  std::int64_t bytes_max = 1 << 30;
  world::Nanos ttl = std::chrono::hours(24);  // wall time
  std::int64_t events_max = 10'000;
  std::int64_t event_bytes_max = 1 << 20;
  std::int64_t counters_max = 1'000'000;
  std::int64_t waiting_max = 10'000;
  world::Nanos busy_timeout = std::chrono::seconds(10);  // wall time

  static constexpr auto fields() {
    using world::field;
    using world::Unit;
    return std::tuple(
        field("kind", &StoreConfig::kind,
              "memory: jobs are gone with the process; sqlite: they survive it."),
        field("path", &StoreConfig::path,
              "The file of the database; empty: it is in memory, and gone with the process."),
        field("jobs_max", &StoreConfig::jobs_max,
              "Jobs that are kept, and as many again of which only the end is known.")
            .between(1, 100'000'000),
        field("bytes_max", &StoreConfig::bytes_max, "Bytes that all jobs may take.")
            .in(Unit::bytes)
            .between(1 << 20, std::int64_t{1} << 40),
        field("ttl", &StoreConfig::ttl,
              "How long the result of a job, and a key of idempotency, is kept.")
            .between(1'000'000'000, 31 * kDay),
        field("events_max", &StoreConfig::events_max,
              "Events kept of one job; the oldest leave first.")
            .between(1, 1'000'000),
        field("event_bytes_max", &StoreConfig::event_bytes_max, "Bytes of events kept of one job.")
            .in(Unit::bytes)
            .between(1'024, 1 << 30),
        field("counters_max", &StoreConfig::counters_max,
              "Counters of quotas, one for each user and day.")
            .between(1, 100'000'000),
        field("waiting_max", &StoreConfig::waiting_max,
              "Operations that may wait for the disk; more are refused as busy.")
            .between(1, 1'000'000),
        field("busy_timeout", &StoreConfig::busy_timeout,
              "How long to wait for another process that holds the database.")
            .between(0, 600'000'000'000));
  }
  friend bool operator==(const StoreConfig&, const StoreConfig&) = default;
};

}  // namespace agent
