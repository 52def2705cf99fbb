#include "harness/run/calibration.hpp"

#include <algorithm>
#include <future>

#include "harness/client/chat_client.hpp"
#include "harness/client/load_generator.hpp"
#include "world/http_server.hpp"
#include "world/real_network.hpp"
#include "world/thread.hpp"

namespace harness {

using reports::Operation;
using world::Instant;
using world::Nanos;
using world::Task;

namespace {

constexpr Nanos kSecond = std::chrono::seconds(1);  // wall time
constexpr Nanos kLead = std::chrono::milliseconds(10);  // wall time, before the first request
constexpr int kSecondsMax = 3;
constexpr int kTriesMax = 3;
constexpr std::int64_t kClosedUsersMax = 64;  // they keep any generator busy

Nanos scaled(Nanos wall, double scale) {
  return Nanos(static_cast<std::int64_t>(static_cast<double>(wall.count()) * scale));
}

double seconds_of(Nanos duration) {
  return static_cast<double>(duration.count()) / static_cast<double>(kSecond.count());
}

// A second of wall time, or the whole run when it is shorter; in scenario time.
Nanos length_of(const Prepared& prepared, const RunOptions& options) {
  return std::min(scaled(kSecond, options.time_scale), prepared.layout.duration);
}

constexpr std::string_view kAnswer =
    R"({"id":"null","object":"chat.completion","model":"null","choices":[{"index":0,)"
    R"("message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}],)"
    R"("usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}})";
constexpr std::string_view kStream =
    "data: {\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":"
    "{\"content\":\"ok\"},\"finish_reason\":null}]}\n\n"
    "data: {\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{},"
    "\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

Task<void> answer_at_once(world::HttpServerConnection& connection, world::HttpRequest request) {
  const bool stream = request.body.ends_with("\"stream\":true}");
  world::HttpResponse response;
  response.headers.add("content-type", stream ? "text/event-stream" : "application/json");
  response.body = stream ? kStream : kAnswer;
  const auto sent = co_await connection.respond(std::move(response));
  static_cast<void>(sent);
}

// A server on a thread of its own that answers every request at once.
class NullTarget {
 public:
  NullTarget() {
    auto listening = listening_.get_future();
    thread_ = std::make_unique<world::LoopThread>(world::RealClockOptions{},
                                                  [this](world::RealClock& clock) { body(clock); });
    endpoint_ = listening.get();
  }
  ~NullTarget() { thread_->interrupt(); }

  const world::Endpoint& endpoint() const { return endpoint_; }

 private:
  void body(world::RealClock& clock) {
    world::RealNetwork network(clock);
    auto listener = network.listen({"127.0.0.1", 0});
    if (!listener) {
      const TargetError error("the calibration's own server cannot listen on 127.0.0.1");
      listening_.set_exception(std::make_exception_ptr(error));
      return;
    }
    listening_.set_value((*listener)->endpoint());
    const world::HttpHandler handler = answer_at_once;
    clock.run(world::serve_http(clock, **listener, handler, {}));
  }

  std::promise<world::Endpoint> listening_;
  world::Endpoint endpoint_;
  std::unique_ptr<world::LoopThread> thread_;  // last: it uses the members above
};

// What is counted of one repetition.
struct Counting final : Observer {
  Counting(Instant by, Nanos beyond) : in_time_by(by), late_beyond(beyond) {}
  void on_sent(const Operation& op) override {
    ++sent;
    if (op.sent <= in_time_by) ++in_time;
    if (op.sent - op.planned > late_beyond) ++late;
  }
  void on_ended(const Operation&, const Reply&) override {}
  void on_conversation_over(std::uint32_t, std::uint32_t) override {}

  Instant in_time_by;
  Nanos late_beyond;
  std::uint64_t sent = 0;
  std::uint64_t in_time = 0;
  std::uint64_t late = 0;
};

// The scenario's own clients in one phase of `length`, with users who do not think.
Scenario rehearsal_of(const Scenario& scenario, Nanos length) {
  Scenario rehearsal = scenario;
  rehearsal.phases = {{"calibration", world::at(Nanos(0)), world::at(length)}};
  rehearsal.drain = length;
  for (LoadClass& load : rehearsal.load) {
    load.from = world::at(Nanos(0));
    load.to = world::at(length);
    if (auto* closed = std::get_if<Closed>(&load.arrivals)) {
      closed->think = world::Distribution::fixed(0);
    }
  }
  return rehearsal;
}

Task<void> rehearse(world::RealClock& clock, ChatClient& client, LoadInput load,
                    reports::Recorder& recorder, Observer& observer) {
  LoadGenerator generator(clock, load, client, recorder, observer);
  auto running = generator.run();
  const bool all_ended = co_await running;
  static_cast<void>(all_ended);
  client.close_idle();
}

// One second of wall time of the plan against the null target.
void run_once(const Prepared& prepared, const RunOptions& options, const world::Endpoint& target,
              const Plan& plan, Counting& counting, reports::Recorder& recorder) {
  const Scenario rehearsal = rehearsal_of(prepared.scenario, length_of(prepared, options));
  world::RealClockOptions clock_options;
  clock_options.scale = options.time_scale;
  clock_options.pacing = options.pacing;
  world::RealClock clock(clock_options);
  world::RealNetwork network(clock);
  ChatClient client(clock, network, target, rehearsal);
  const LoadInput load{world::Random(prepared.seed), rehearsal, plan, prepared.sends};
  clock.restart(world::RealClock::steady_now());
  clock.run(rehearse(clock, client, load, recorder, counting));
}

reports::Layout layout_of(const Prepared& prepared, Nanos length) {
  reports::Layout layout;
  layout.phases = {{"calibration", world::at(Nanos(0)), world::at(length)}};
  layout.classes = prepared.layout.classes;
  layout.duration = length;
  return layout;
}

void hold_the_plan(const Prepared& prepared, const RunOptions& options,
                   const world::Endpoint& target, int seconds, CalibrationFacts& facts) {
  Plan plan;
  const Nanos length = length_of(prepared, options);
  const Nanos lead = scaled(kLead, options.time_scale);
  plan.requests = busiest(prepared.plan.requests, length);
  plan.users = prepared.plan.users;
  for (PlannedRequest& request : plan.requests) request.at += lead;
  reports::Recorder recorder(layout_of(prepared, length));
  facts.planned = facts.sent_in_time = facts.late = 0;
  for (int i = 0; i < seconds; ++i) {
    Counting counting(world::at(length) + lead + facts.lateness_limit, facts.lateness_limit);
    run_once(prepared, options, target, plan, counting, recorder);
    facts.planned += plan.requests.size();
    facts.sent_in_time += counting.in_time;
    facts.late += counting.late;
  }
  facts.lateness_p99 = recorder.histogram(reports::Latency::lateness).percentile(990'000);
}

// All closed loops of the scenario at once, of few users each.
double closed_capacity(const Prepared& prepared, const RunOptions& options,
                       const world::Endpoint& target) {
  const Nanos length = length_of(prepared, options);
  Plan plan;
  plan.users = prepared.plan.users;
  for (ClosedLoop loop : prepared.plan.closed) {
    const auto parallel = prepared.scenario.load[loop.load_class].parallel;
    const auto users_max = std::max<std::int64_t>(1, kClosedUsersMax / parallel);
    loop.users.count = static_cast<std::uint32_t>(
        std::min<std::int64_t>(loop.users.count, users_max));
    loop.from = world::at(Nanos(0));
    loop.to = world::at(length);
    plan.closed.push_back(loop);
  }
  reports::Recorder recorder(layout_of(prepared, length));
  Counting counting(world::at(length), Nanos::max());
  run_once(prepared, options, target, plan, counting, recorder);
  const double wall_s = seconds_of(length) / options.time_scale;
  return static_cast<double>(recorder.counts().of(reports::Outcome::ok)) / wall_s;
}

}  // namespace

std::vector<PlannedRequest> busiest(const std::vector<PlannedRequest>& requests, Nanos length) {
  std::size_t begin = 0, best_begin = 0, best_end = 0;
  for (std::size_t end = 0; end < requests.size(); ++end) {
    while (requests[end].at - requests[begin].at >= length) ++begin;
    if (end + 1 - begin > best_end - best_begin) {
      best_begin = begin;
      best_end = end + 1;
    }
  }
  std::vector<PlannedRequest> found(requests.begin() + static_cast<std::ptrdiff_t>(best_begin),
                                    requests.begin() + static_cast<std::ptrdiff_t>(best_end));
  if (found.empty()) return found;
  const Nanos shift = world::since_start(found.front().at);
  for (PlannedRequest& request : found) request.at -= shift;
  return found;
}

std::uint64_t in_flight_bound(const Prepared& prepared) {
  const Client& client = prepared.scenario.client;
  const std::uint64_t open_loop =
      std::min<std::uint64_t>(static_cast<std::uint64_t>(client.connections_max),
                              busiest(prepared.plan.requests, client.timeout).size());
  std::uint64_t closed = 0;
  for (const ClosedLoop& loop : prepared.plan.closed) {
    const auto parallel = prepared.scenario.load[loop.load_class].parallel;
    closed += loop.users.count * static_cast<std::uint64_t>(parallel);
  }
  return open_loop + closed;
}

double closed_rate(const Prepared& prepared, const reports::Recorder& recorder, double time_scale) {
  const auto rate_of = [&](const ClosedLoop& loop) {
    const double wall_s = seconds_of(loop.to - loop.from) / time_scale;
    const auto counts = recorder.counts({reports::Filter::kAll, loop.load_class});
    return wall_s > 0 ? static_cast<double>(counts.sent) / wall_s : 0;
  };
  double most = 0;
  for (const ClosedLoop& one : prepared.plan.closed) {
    double rate = 0;
    for (const ClosedLoop& other : prepared.plan.closed) {
      if (other.from < one.to && one.from < other.to) rate += rate_of(other);
    }
    most = std::max(most, rate);
  }
  return most;
}

CalibrationFacts calibrate(const Prepared& prepared, const RunOptions& options) {
  CalibrationFacts facts;
  std::optional<Nanos> tightest;
  for (const reports::Threshold& threshold : prepared.layout.thresholds) {
    if (threshold.latency == reports::Latency::lateness) continue;
    tightest = std::min(tightest.value_or(threshold.bound), threshold.bound);
  }
  facts.lateness_limit = lateness_limit(tightest, options.time_scale);
  const double wall_s = seconds_of(prepared.layout.duration) / options.time_scale;
  const int seconds = std::clamp(static_cast<int>(wall_s * 0.005), 1, kSecondsMax);

  const NullTarget target;
  if (!prepared.plan.requests.empty()) {
    for (int tried = 0; tried < kTriesMax; ++tried) {
      hold_the_plan(prepared, options, target.endpoint(), seconds, facts);
      if (!generator_too_slow(facts)) break;
    }
  }
  if (!prepared.plan.closed.empty()) {
    facts.capacity = closed_capacity(prepared, options, target.endpoint());
  }
  return facts;
}

}  // namespace harness
