// What the oracles cost: a story of many operations (turns of conversations, prompts at a fake,
// replies, the agent's ledger; some first attempts are refused and come again) told to all of them,
// and to each alone. Prints the time without the telling, and how much memory grew meanwhile.
//   oracles_bench [operations]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <queue>
#include <string>

#include "fakes/reply_text.hpp"
#include "harness/oracles/oracle.hpp"
#include "harness/scenario/loader.hpp"
#include "world/random.hpp"

namespace {

using namespace harness;
using agent::LedgerKind;
using world::Instant;
using world::Nanos;

constexpr std::uint32_t kUsers = 10'000;
constexpr std::uint32_t kTurns = 5;                        // of a conversation
constexpr Nanos kBetween = std::chrono::milliseconds(1);   // two operations: 1,000/s
constexpr Nanos kMs = std::chrono::milliseconds(1);
constexpr int kTokens = 120;                               // of an answer
constexpr std::size_t kRing = 1 << 14;                     // open operations, by id

const char* const kScenario =
    "scenario: bench\nbackends: {primary: {}}\nphases: {all: 24h}\n"
    "load: {c: {arrivals: constant(1/s), users: 1}}\n"
    "faults: [{id: broken, on: backends.primary, at: 1s..2s, status: {code: 503}}]\n"
    "invariants: [terminal_once]\n";

using Oracles = std::vector<std::unique_ptr<Oracle>>;

class Teller {
 public:
  explicit Teller(Oracles& oracles) : oracles_(oracles), random_(7), ring_(kRing) {
    for (int token = 2; token < kTokens; ++token) words_ += " t" + std::to_string(token);
    reply_.terminals = 1;
    reply_.finished = true;
    reply_.content_type = "text/event-stream";
    reply_.gaps.assign(kTokens, 5 * kMs);
    entry_.key = "primary";
    record_.backend = "primary";
    record_.model = "m";
  }

  void tell(std::uint64_t operations) {
    for (std::uint64_t id = 0; id < operations; ++id) {
      const Instant now = world::at(kBetween * static_cast<std::int64_t>(id));
      run_until(now);
      begin(id, now);
      if (id % 1'000 == 0) memory(now);
    }
    run_until(world::kNever);
    for (const auto& oracle : oracles_) oracle->finish(true);
  }

 private:
  enum Step : std::uint8_t { kCalled, kRefused, kCalledAgain, kCompleted, kAnswered, kEnded };
  struct Due {
    Instant at;
    Step step;
    std::uint64_t id;
    bool operator>(const Due& other) const {
      return at != other.at ? at > other.at : id != other.id ? id > other.id : step > other.step;
    }
  };
  struct Open {
    reports::Operation op;
    std::string request;
    Instant called{};
    bool retried = false;
  };

  std::int64_t drawn(world::Purpose what, std::uint64_t id, std::int64_t most) const {
    return static_cast<std::int64_t>(random_.bits(what, id, 0) % static_cast<std::uint64_t>(most));
  }

  void run_until(Instant now) {
    while (!due_.empty() && due_.top().at <= now) {
      const Due next = due_.top();
      due_.pop();
      step(next);
    }
  }

  void begin(std::uint64_t id, Instant now) {
    Open& open = ring_[id % kRing];
    const auto n = static_cast<std::uint32_t>(id / kUsers);
    open = Open{};
    open.op.id = id;
    open.op.user = static_cast<std::uint32_t>(id % kUsers);
    open.op.session = n / kTurns;
    open.op.turn = n % kTurns;
    open.op.planned = open.op.sent = now;
    open.op.streamed = true;
    open.op.http_status = 200;
    open.request = world::to_text(turn_of(open.op));
    for (const auto& oracle : oracles_) oracle->on_sent(open.op);
    say(open, now, LedgerKind::received, "", 0, 0);
    due_.push({now + kMs, kCalled, id});
  }

  void step(const Due& due) {
    Open& open = ring_[due.id % kRing];
    switch (due.step) {
      case kCalled: {
        open.called = due.at;
        say(open, due.at, LedgerKind::called, "", 1, 0);
        const bool refused = drawn(world::Purpose("refused"), due.id, 50) == 0;
        const Nanos service = kMs * (300 + drawn(world::Purpose("service"), due.id, 600));
        due_.push({due.at + (refused ? 20 * kMs : service), refused ? kRefused : kCompleted,
                   due.id});
        return;
      }
      case kRefused:
        prompt(open, due.at, 503, 1);
        say(open, due.at, LedgerKind::call_ended, "status", 503, 0);
        due_.push({due.at + kMs * (100 + drawn(world::Purpose("wait"), due.id, 900)),
                   kCalledAgain, due.id});
        open.retried = true;
        return;
      case kCalledAgain:
        open.called = due.at;
        say(open, due.at, LedgerKind::called, "", 2, 0);
        due_.push({due.at + kMs * 400, kCompleted, due.id});
        return;
      case kCompleted:
        prompt(open, due.at, 200, open.retried ? 2 : 1);
        say(open, due.at, LedgerKind::call_ended, "ok", 200, 0);
        due_.push({due.at + kMs, kAnswered, due.id});
        return;
      case kAnswered:
        say(open, due.at, LedgerKind::answered, "ok", 200, 0);
        due_.push({due.at + kMs, kEnded, due.id});
        return;
      case kEnded:
        open.op.first_event = open.called + 100 * kMs;
        open.op.last_event = due.at;
        open.op.output_tokens = kTokens;
        reply_.text = "[reply " + open.request + "]" + words_;
        reply_.text += fakes::checksum_token(kTokens, reply_.text);
        for (const auto& oracle : oracles_) oracle->on_ended(open.op, reply_);
        if (open.op.turn + 1 < kTurns) return;
        for (const auto& oracle : oracles_) {
          oracle->on_conversation_over(open.op.user, open.op.session);
        }
    }
  }

  void say(const Open& open, Instant at, LedgerKind kind, const char* from, std::int64_t value,
           std::int64_t limit) {
    entry_.at = at;
    entry_.kind = kind;
    entry_.request = open.request;
    entry_.from = from;
    entry_.value = value;
    entry_.limit = limit;
    for (const auto& oracle : oracles_) oracle->on_agent(entry_);
  }

  void memory(Instant at) {
    entry_.at = at;
    entry_.kind = LedgerKind::memory;
    entry_.request.clear();
    entry_.value = 1'000'000 + drawn(world::Purpose("memory"), 0, 1'000);
    for (const auto& oracle : oracles_) oracle->on_agent(entry_);
  }

  void prompt(const Open& open, Instant now, int status, std::uint32_t attempt) {
    record_.at = open.called;
    record_.ended = now;
    record_.ordinal = ++ordinal_;
    record_.attempt = attempt;
    record_.asked = turn_of(open.op);
    record_.status = status;
    record_.end = status == 200 ? fakes::End::completed : fakes::End::faulted;
    record_.first_write = status == 200 ? open.called + 50 * kMs : now;
    record_.last_write = now;
    record_.tokens = status == 200 ? kTokens : 0;
    record_.stream = true;
    record_.messages = 2 * open.op.turn + 1;
    record_.markers.clear();
    markers_.clear();
    for (std::uint32_t turn = 0; turn <= open.op.turn; ++turn) {
      add_marker(open, turn, false);
      if (turn < open.op.turn) add_marker(open, turn, true);
    }
    PromptRead read;
    read.at = record_.at;
    read.backend = record_.backend;
    read.asked = *record_.asked;
    read.markers = markers_;
    read.record = &record_;
    if (status != 200) read.fault = "broken";
    for (const auto& oracle : oracles_) oracle->on_prompt(read);
  }

  void add_marker(const Open& open, std::uint32_t turn, bool is_reply) {
    fakes::Marker marker;
    marker.turn = {open.op.user, open.op.session, turn};
    marker.is_reply = is_reply;
    record_.markers.push_back(marker);
    markers_.push_back({marker.turn, is_reply});
  }

  Oracles& oracles_;
  world::Random random_;
  std::vector<Open> ring_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  Reply reply_;
  std::string words_;  // of every answer, between its first token and its last
  agent::LedgerEntry entry_;
  fakes::PromptRecord record_;
  std::vector<PromptMarker> markers_;
  std::uint64_t ordinal_ = 0;
};

double rss_mib() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0, resident = 0;
  statm >> pages >> resident;
  return resident * 4 / 1024;
}

struct Cost {
  double seconds = 0;
  double grown_mib = 0;
};

// Tells the story to these oracles. The memory is what is resident before they die.
Cost cost_of(const Scenario& scenario, const std::vector<OracleChoice>& choices,
             std::uint64_t operations, bool results) {
  const double before = rss_mib();
  const std::clock_t begin = std::clock();
  Oracles oracles = make_oracles(choices, {&scenario, "linked", 0});
  Teller teller(oracles);
  teller.tell(operations);
  Cost cost;
  cost.seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  cost.grown_mib = rss_mib() - before;
  for (const auto& oracle : oracles) {
    const reports::InvariantResult result = oracle->result();
    if (!results) continue;
    const std::string first =
        result.violations.empty() ? "" : result.violations.front().what;
    std::printf("  %-26s %10llu checked %6llu violations  %s\n", result.name.c_str(),
                static_cast<unsigned long long>(result.checked),
                static_cast<unsigned long long>(result.violation_count), first.c_str());
  }
  return cost;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t operations = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const Scenario scenario = parse_scenario(kScenario, "bench.yaml");
  std::vector<OracleChoice> all;
  for (const OracleKind& kind : oracle_kinds()) {
    all.push_back({std::string(kind.name), kind.parameter_default});
  }
  for (const std::uint64_t n : {operations / 10, operations}) {
    const double telling = cost_of(scenario, {}, n, false).seconds;
    const Cost cost = cost_of(scenario, all, n, n == operations);
    std::printf("%llu operations, %zu oracles: %.2f s of judging (%.2f us each) and %.2f s of "
                "telling; memory grew by %.1f MiB\n",
                static_cast<unsigned long long>(n), all.size(), cost.seconds - telling,
                (cost.seconds - telling) * 1e6 / static_cast<double>(n), telling, cost.grown_mib);
  }
  const double telling = cost_of(scenario, {}, operations, false).seconds;
  for (const OracleChoice& one : all) {
    const Cost cost = cost_of(scenario, {one}, operations, false);
    std::printf("  %-26s %6.2f s  %6.1f MiB\n", one.name.c_str(), cost.seconds - telling,
                cost.grown_mib);
  }
}
