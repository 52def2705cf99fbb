#include "sample_run.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "reports/fingerprint.hpp"
#include "reports/measurements.hpp"
#include "tests/support/places.hpp"

namespace reports::test {

using namespace std::chrono_literals;

Operation operation(Nanos planned, Nanos response, Outcome outcome) {
  Operation op;
  op.planned = world::at(planned);
  op.sent = world::at(planned + 1ms);
  op.first_event = world::at(planned + response / 2);
  op.last_event = world::at(planned + response);
  op.outcome = outcome;
  op.http_status = 200;
  if (outcome == Outcome::dropped) op.sent = op.first_event = world::kNever;
  if (outcome == Outcome::dropped) op.failure = Failure::no_capacity;
  if (outcome == Outcome::error) op.failure = Failure::connect_refused;
  if (outcome == Outcome::timeout) op.failure = Failure::timeout;
  if (outcome == Outcome::cancelled) op.failure = Failure::cancelled;
  if (outcome == Outcome::in_flight) op.failure = Failure::unfinished;
  return op;
}

namespace {

Recorder sample_recorder(const std::vector<std::string>& names) {
  Layout layout;
  layout.phases = {{names[0], world::at(0s), world::at(60s)},
                   {names[1], world::at(60s), world::at(180s)}};
  layout.classes = {names[2], names[3]};
  layout.duration = 180s;
  layout.thresholds.push_back({Latency::response, 500ms, false, {}});
  Recorder recorder(layout);
  for (int i = 0; i < 180; ++i) {
    const bool is_outage = i >= 60 && i < 75;
    Operation op = operation(std::chrono::seconds(i), 300ms + i * 1ms,
                             is_outage ? Outcome::error : Outcome::ok);
    op.phase = layout.phase_at(op.planned);
    op.cls = static_cast<std::uint32_t>(i % 2);
    op.streamed = op.cls == 1;
    op.stall = 20ms;
    recorder.planned();
    recorder.sent();
    recorder.record(op);
  }
  Operation late = operation(179s, 10s, Outcome::in_flight);
  late.phase = 1;
  recorder.planned();
  recorder.sent();
  recorder.record(late);
  return recorder;
}

void fill(Lanes& lanes, const RunRecord& run, const std::vector<std::string>& names) {
  for (int i = 0; i < 180; ++i) {
    const bool is_outage = i >= 60 && i < 75;
    const Operation op = operation(std::chrono::seconds(i), 300ms + i * 1ms,
                                   is_outage ? Outcome::error : Outcome::ok);
    lanes.sent(op);
    lanes.ended(op);
    lanes.called(names[2], op.last_event, !is_outage);
  }
  lanes.state("breaker", names[2], world::at(61s), "closed", "open");
  lanes.state("breaker", names[2], world::at(80s), "closed", "half_open");
  lanes.gauge("queue", "waiting", world::at(61s), 3);
  lanes.gauge("queue", "waiting", world::at(64s), 0);
  lanes.event({world::at(60s), "fault_fired", names[2], run.about});
}

// What the record was made from.
std::shared_ptr<const Measurements> measurements_of(const RunRecord& run,
                                                    const std::vector<std::string>& names) {
  const Recorder recorder = sample_recorder(names);
  auto m = std::make_shared<Measurements>(recorder.layout());
  m->recorder.merge(recorder);
  m->version = "0.1.0";
  m->scenario = run.scenario;
  m->about = run.about;
  m->seed = run.seed;
  m->mode = run.mode;
  m->sut = run.sut;
  m->profile = run.profile;
  m->digest = run.digest;
  m->reproduce = run.reproduce;
  m->configuration = run.configuration;
  m->objectives = {run.slos.front().expr};
  m->invariants = run.invariants;
  m->faults = run.faults;
  m->validity = {run.validity.back()};
  m->facts = {{"own_cpu_ppm", 123'456}, {"calibration.capacity", 1234.5}};
  m->planned_ahead = 181;
  fill(m->lanes, run, names);
  return m;
}

RunRecord run_with(const std::vector<std::string>& names, const std::string& text) {
  RunRecord run;
  run.scenario = text.empty() ? "backend_down" : text;
  run.about = text.empty() ? "The only provider refuses every connection, then heals." : text;
  run.seed = 7;
  run.mode = "sim";
  run.sut = "linked";
  run.profile = text.empty() ? "legacy" : text;
  run.duration = 180s;
  run.verdict = Verdict::fail;
  run.reasons = {text.empty() ? "error_rate < 5%: 15 of 181 failed (8.29%)" : text};
  run.digest = 0x0123456789abcdef;
  run.reproduce =
      text.empty() ? "shakedown run scenarios/backend_down.yaml --mode sim --seed 7" : text;
  run.configuration = {{"scenario", run.scenario}, {"load.chat.users", "20"}};
  if (!text.empty()) run.configuration["load." + text] = text;
  run.fingerprint = fingerprint_of(run.configuration);
  measure(run, sample_recorder(names));

  run.slos.push_back({text.empty() ? "response.p95 < 30s" : text, "ms", 30'000, 471.5, 466.0,
                      std::nullopt, 181, 15, 1, Verdict::inconclusive,
                      text.empty() ? "15 of 181 exceed or failed; too close to tell" : text});
  run.slos.push_back({"error_rate < 5%", "ratio", 0.05, 15 / 180.0, 0.0511, 0.1328, 181, 15, 1,
                      Verdict::fail, "15 of 181 failed (8.29%)"});
  run.slos.push_back({"ttft.p99 <= 200ms of stream in recovery min 300 samples", "ms", 200, 190.25,
                      180.0, 199.0, 12'345, 10, 0, Verdict::pass, "10 of 12,345 exceed"});
  run.slos.push_back({"recovery_time < 60s", "s", 60, 15.0, 15.0, 15.0, 120, 15, 0, Verdict::pass,
                      "good service from 15s after the last fault healed"});
  run.slos[0].design_effect = 1.5;
  run.slos[0].n_effective = 181 / 1.5;
  run.slos[2].design_effect = 4;
  run.slos[2].n_effective = 12'345 / 4.0;
  run.slos[3].rule = "measured";
  SloResult rate{"goodput > 0.5/s", "/s", 0.5, 0.911, 0.86, 0.95, 181, 16, 1, Verdict::pass,
                 "16 of 181 were no good answers"};
  rate.n_effective = 181;
  rate.lower_is_better = false;
  run.slos.push_back(rate);
  InvariantResult broken{text.empty() ? "no_empty_response" : text, Verdict::fail, 181, 25, {}};
  for (int i = 0; i < 5; ++i)
    broken.violations.push_back({world::at(61s + i * 1500ms), text.empty() ? "u17.s2.t5" : text,
                                 text.empty() ? "status 200 with an empty answer" : text});
  run.invariants.push_back(broken);
  run.invariants.push_back({"terminal_once", Verdict::pass, 181, 0, {}});
  run.faults.push_back({text.empty() ? "down" : text, text.empty() ? "refuse" : text,
                        text.empty() ? "backends.primary" : text, world::at(60s),
                        world::at(75s), 15});
  run.validity.push_back({"conservation", true, "every planned request is accounted for"});
  run.validity.push_back(
      {"faults_fired", text.empty(), text.empty() ? "1 of 1 faults fired" : text});
  run.measurements = measurements_of(run, names);
  return run;
}

}  // namespace

std::string hostile_text() {
  return "a\x1b[2J\x1b]0;x\x07<b>&\"'|`*_]]>\r\n## PASS \xe2\x80\xae"
         "evil\xff\xc3 \xc2\x9b @all $(rm)";
}

RunRecord sample_run() { return run_with({"outage", "recovery", "chat", "stream"}, ""); }

RunRecord hostile_run() {
  const std::string text = hostile_text();
  return run_with({text, text + "2", text, text + "2"}, text);
}

Environment sample_environment() {
  return {"0.1.0",
          "gcc 12.2.0",
          "Release",
          "host",
          "Linux 6.1 x86_64",
          "a CPU",
          2,
          {"shakedown", "run", "scenarios/backend_down.yaml"},
          1'441'812'279'474,
          1500ms,
          900ms,
          80ms,
          12'345'678};
}

void check_golden(const std::string& name, const std::string& text) {
  const std::string path = source_dir() + "/tests/reports/golden/" + name;
  const char* update = std::getenv("UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") {
    std::ofstream(path, std::ios::binary) << text;
    SUCCEED("rewritten");
    return;
  }
  std::ifstream file(path, std::ios::binary);
  INFO("golden file " << path);
  REQUIRE(file.good());
  std::ostringstream golden;
  golden << file.rdbuf();
  CHECK(golden.str() == text);
}

}  // namespace reports::test
