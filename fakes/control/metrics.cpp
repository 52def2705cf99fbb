#include "fakes/control/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <limits>

namespace fakes {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;

const Histogram::BucketBoundaries kSeconds = {0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
                                              1,     2.5,   5,    10,    30,   60,  300,  600};
const Histogram::BucketBoundaries kLateSeconds = {0.0001, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02,
                                                  0.05,   0.1,    0.2,   0.5,   1,     5};

double seconds(world::Nanos duration) { return static_cast<double>(duration.count()) / 1e9; }

using Metric = prometheus::ClientMetric;

Metric metric_of(const std::string& backend) {
  Metric metric;
  metric.label.push_back({"backend", backend});
  return metric;
}

Metric counter_of(const std::string& backend, std::uint64_t count) {
  Metric metric = metric_of(backend);
  metric.counter.value = static_cast<double>(count);
  return metric;
}

Metric lateness_of(const std::string& backend, const Emission& emission) {
  Metric metric = metric_of(backend);
  metric.histogram.sample_count = emission.writes();
  metric.histogram.sample_sum = seconds(emission.late_sum());
  for (const double bound : kLateSeconds) {
    const world::Nanos ns(static_cast<std::int64_t>(bound * 1e9 + 0.5));
    metric.histogram.bucket.push_back({emission.writes() - emission.later_than(ns), bound});
  }
  metric.histogram.bucket.push_back(
      {emission.writes(), std::numeric_limits<double>::infinity()});
  return metric;
}

// What backends count by themselves, write by write.
std::vector<prometheus::MetricFamily> families_of(const Server& server) {
  using prometheus::MetricType;
  std::vector<prometheus::MetricFamily> families(3);
  families[0] = {"shakedown_fake_stream_events_total",
                 "Events of streams handed to the network.", MetricType::Counter, {}};
  families[1] = {"shakedown_fake_stream_writes_total",
                 "Writes that brought them: more than one event in each where they coalesce.",
                 MetricType::Counter, {}};
  families[2] = {"shakedown_fake_emission_lateness_seconds",
                 "How far each write that was due at an instant left behind it.",
                 MetricType::Histogram, {}};
  for (const auto& [name, backend] : server.backends()) {
    const Emission& emission = backend->emission();
    families[0].metric.push_back(counter_of(name, emission.events()));
    families[1].metric.push_back(counter_of(name, emission.event_writes()));
    families[2].metric.push_back(lateness_of(name, emission));
  }
  return families;
}

}  // namespace

struct Metrics::Families {
  prometheus::Registry registry;
  prometheus::Family<Counter>& requests =
      BuildCounter()
          .Name("shakedown_fake_requests_total")
          .Help("Requests that have ended, by backend, status sent (0: none) and end.")
          .Register(registry);
  prometheus::Family<Counter>& tokens = BuildCounter()
                                            .Name("shakedown_fake_tokens_total")
                                            .Help("Tokens handed to the network.")
                                            .Register(registry);
  prometheus::Family<Gauge>& fired = BuildGauge()
                                         .Name("shakedown_fake_fault_fired")
                                         .Help("How often a fault has struck since the last reset.")
                                         .Register(registry);
  prometheus::Family<Gauge>& active = BuildGauge()
                                          .Name("shakedown_fake_active_requests")
                                          .Help("Requests that are being answered now.")
                                          .Register(registry);
  prometheus::Family<Gauge>& connections = BuildGauge()
                                               .Name("shakedown_fake_connections")
                                               .Help("Connections that are open now.")
                                               .Register(registry);
  prometheus::Family<Histogram>& first_byte =
      BuildHistogram()
          .Name("shakedown_fake_first_byte_seconds")
          .Help("From the request to the first byte of the answer.")
          .Register(registry);
  prometheus::Family<Histogram>& whole = BuildHistogram()
                                             .Name("shakedown_fake_answer_seconds")
                                             .Help("From the request to the last byte.")
                                             .Register(registry);
  prometheus::Family<Histogram>& late =
      BuildHistogram()
          .Name("shakedown_fake_write_lateness_seconds")
          .Help("Of each answer, the most that one of its writes left behind its due instant.")
          .Register(registry);
};

// To look a counter up by its labels builds a map of strings, and of a histogram a whole new one:
// more than the rest of a short request costs. So each is looked up once and remembered.
struct Metrics::OfBackend {
  OfBackend(Families& f, const std::string& name)
      : families(f),
        labels{{"backend", name}},
        tokens(f.tokens.Add(labels)) {}

  Counter& requests_of(int status, End end) {
    Counter*& counter = requests[{status, end}];
    if (counter == nullptr) {
      prometheus::Labels all = labels;
      all["status"] = std::to_string(status);
      all["end"] = to_text(end);
      counter = &families.requests.Add(all);
    }
    return *counter;
  }

  // They appear with the first answer that was written.
  void observe(const PromptRecord& r) {
    if (first_byte == nullptr) {
      first_byte = &families.first_byte.Add(labels, kSeconds);
      whole = &families.whole.Add(labels, kSeconds);
      late = &families.late.Add(labels, kLateSeconds);
    }
    first_byte->Observe(seconds(r.first_write - r.at));
    whole->Observe(seconds(r.last_write - r.at));
    late->Observe(seconds(r.late_max));
  }

  Families& families;
  const prometheus::Labels labels;
  Counter& tokens;
  std::map<std::pair<int, End>, Counter*> requests;  // statuses are the fakes' own: few
  Histogram* first_byte = nullptr;
  Histogram* whole = nullptr;
  Histogram* late = nullptr;
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

void Metrics::note(const PromptRecord& r) {
  std::unique_ptr<OfBackend>& backend = backends_[r.backend];
  if (!backend) backend = std::make_unique<OfBackend>(*families_, r.backend);
  backend->requests_of(r.status, r.end).Increment();
  backend->tokens.Increment(static_cast<double>(r.tokens));
  if (r.first_write != world::kNever) backend->observe(r);
}

std::string Metrics::text(const Server& server) {
  Families& f = *families_;
  const FaultSchedule& faults = server.faults();
  for (std::size_t i = 0; i < faults.faults().size(); ++i) {
    const Fault& fault = faults.faults()[i];
    f.fired.Add({{"id", fault.id}, {"kind", std::string(kind_of(fault.action).name)}})
        .Set(static_cast<double>(faults.fired(i)));
  }
  f.active.Add({}).Set(static_cast<double>(server.active()));
  f.connections.Add({}).Set(static_cast<double>(server.connections()));
  std::vector<prometheus::MetricFamily> all = f.registry.Collect();
  std::vector<prometheus::MetricFamily> own = families_of(server);
  all.insert(all.end(), own.begin(), own.end());
  return prometheus::TextSerializer().Serialize(all);
}

}  // namespace fakes
