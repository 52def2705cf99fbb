#include "harness/run/validity_facts.hpp"

#include <algorithm>
#include <cmath>

namespace harness {

namespace {

constexpr double kWholeMax = 9'007'199'254'740'992;  // 2^53

// Every fact that is kept, one line each; the same list writes and reads.
template <class Fact>
void visit(CalibrationFacts& c, Fact& fact) {
  fact("calibration.left_out", c.left_out);
  fact("calibration.planned", c.planned);
  fact("calibration.sent_in_time", c.sent_in_time);
  fact("calibration.late", c.late);
  fact("calibration.lateness_p99_ns", c.lateness_p99);
  fact("calibration.lateness_limit_ns", c.lateness_limit);
  fact("calibration.capacity", c.capacity);
}
template <class Fact>
void visit(ClockFacts& c, Fact& fact) {
  fact("clocks.watched_ns", c.watched);
  fact("clocks.wall_jump_ns", c.wall_jump);
  fact("clocks.wall_drift_ns", c.wall_drift);
  fact("clocks.suspended_ns", c.suspended);
  fact("clocks.loop_stall_ns", c.loop_stall);
}
template <class Fact>
void visit(DescriptorFacts& d, Fact& fact) {
  fact("descriptors.limit", d.limit);
  fact("descriptors.needed", d.needed);
  fact("descriptors.could_need", d.could_need);
}

template <class Fact>
void visit(FakeLateness& l, Fact& fact) {
  fact("fakes.writes", l.writes);
  fact("fakes.late", l.late);
  fact("fakes.late_p99_ns", l.p99);
  fact("fakes.late_max_ns", l.most);
  fact("fakes.late_limit_ns", l.limit);
}

template <class Fact>
void visit(LedgerFacts& l, Fact& fact) {
  fact("ledger.provider_calls", l.provider_calls);
  fact("ledger.turns_asked", l.turns_asked);
  fact("ledger.jain_index", l.jain_index);
  fact("ledger.users", l.users);
  fact("ledger.memory_slope_bytes_per_hour", l.memory_slope_bytes_per_hour);
  fact("ledger.memory_samples", l.memory_samples);
}

struct Write {
  NamedFacts& named;

  void operator()(const char* name, bool value) { named[name] = value ? 1 : 0; }
  void operator()(const char* name, double value) { named[name] = value; }
  void operator()(const char* name, std::uint64_t value) {
    named[name] = std::min(static_cast<double>(value), kWholeMax);
  }
  void operator()(const char* name, world::Nanos value) {
    named[name] = std::clamp(static_cast<double>(value.count()), -kWholeMax, kWholeMax);
  }
  template <class T>
  void operator()(const char* name, const std::optional<T>& value) {
    if (value) (*this)(name, *value);
  }
};

struct Read {
  const NamedFacts& named;
  bool any = false;  // something was named

  std::optional<double> find(const char* name) {
    const auto found = named.find(name);
    if (found == named.end() || !std::isfinite(found->second)) return std::nullopt;
    any = true;
    return std::clamp(found->second, -kWholeMax, kWholeMax);
  }
  void operator()(const char* name, bool& value) { value = find(name).value_or(0) != 0; }
  void operator()(const char* name, double& value) { value = find(name).value_or(0); }
  void operator()(const char* name, std::uint64_t& value) {
    value = static_cast<std::uint64_t>(std::max(0.0, find(name).value_or(0)));
  }
  void operator()(const char* name, world::Nanos& value) {
    value = world::Nanos(static_cast<std::int64_t>(find(name).value_or(0)));
  }
  void operator()(const char* name, std::optional<double>& value) { value = find(name); }
  void operator()(const char* name, std::optional<std::uint64_t>& value) {
    const auto found = find(name);
    if (found) value = static_cast<std::uint64_t>(std::max(0.0, *found));
  }
};

template <class Facts>
std::optional<Facts> read(const NamedFacts& named) {
  Facts facts;
  Read reading{named};
  visit(facts, reading);
  return reading.any ? std::optional<Facts>(facts) : std::nullopt;
}

template <class Facts>
void write(const std::optional<Facts>& facts, Write& writing) {
  if (!facts) return;
  Facts copy = *facts;
  visit(copy, writing);
}

}  // namespace

NamedFacts named_facts(const ValidityFacts& facts) {
  NamedFacts named;
  Write writing{named};
  if (facts.own_cpu_ppm) writing("own_cpu_ppm", std::uint64_t{*facts.own_cpu_ppm});
  if (facts.closed_rate > 0) writing("closed_rate", facts.closed_rate);
  write(facts.calibration, writing);
  write(facts.clocks, writing);
  write(facts.descriptors, writing);
  write(facts.fakes, writing);
  return named;
}

NamedFacts named_facts(const LedgerFacts& facts) {
  NamedFacts named;
  Write writing{named};
  write(std::optional<LedgerFacts>(facts), writing);
  return named;
}

LedgerFacts ledger_facts_of(const NamedFacts& named) {
  return read<LedgerFacts>(named).value_or(LedgerFacts{});
}

void take_facts(const NamedFacts& named, ValidityFacts& facts) {
  Read reading{named};
  if (const auto own_cpu = reading.find("own_cpu_ppm")) {
    facts.own_cpu_ppm = static_cast<std::uint32_t>(std::clamp(*own_cpu, 0.0, 4e9));
  }
  if (const auto rate = reading.find("closed_rate")) facts.closed_rate = *rate;
  if (const auto found = read<CalibrationFacts>(named)) facts.calibration = found;
  if (const auto found = read<ClockFacts>(named)) facts.clocks = found;
  if (const auto found = read<DescriptorFacts>(named)) facts.descriptors = found;
  if (const auto found = read<FakeLateness>(named)) facts.fakes = found;
}

}  // namespace harness
