#include "harness/live/live_feed.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/run/suite_parts.hpp"
#include "reports/page_data.hpp"
#include "reports/text.hpp"

namespace harness {

using reports::Latency;
using reports::Outcome;

namespace {

double seconds_of(world::Instant t) { return reports::seconds(world::since_start(t)); }

LiveJson faults_json(const Prepared& prepared) {
  LiveJson json = LiveJson::array();
  for (const reports::FaultResult& fault : planned_faults(prepared))
    json.push_back({{"id", fault.id},
                    {"kind", fault.kind},
                    {"on", fault.on},
                    {"window_s", {seconds_of(fault.begin), seconds_of(fault.end)}}});
  return json;
}

LiveJson active_faults(const Prepared& prepared, world::Instant now) {
  LiveJson json = LiveJson::array();
  for (const reports::FaultResult& fault : planned_faults(prepared))
    if (fault.begin <= now && now < fault.end) json.push_back(fault.id);
  return json;
}

}  // namespace

void LiveFeed::begin(const Prepared& prepared, const RunOptions& options) {
  if (server_ == nullptr) return;
  prepared_ = &prepared;
  live_ = options.mode == Mode::live;
  time_scale_ = live_ ? options.time_scale : 1;
  begun_ = world::RealClock::steady_now();
  const Scenario& scenario = prepared.scenario;
  const bool external = live_ && scenario.target.is_given();
  LiveJson json;
  json["index"] = index_;
  json["of"] = of_;
  json["scenario"] = scenario.name;
  json["about"] = scenario.about;
  json["mode"] = live_ ? "live" : "sim";
  json["sut"] = !live_ ? "linked" : external ? "external" : "process";
  json["profile"] = external ? "" : options.profile;
  json["seed"] = prepared.seed;
  json["time_scale"] = time_scale_;
  json["duration_s"] = reports::seconds(prepared.layout.duration);
  json["planned"] = prepared.plan.requests.size();
  json["phases"] = reports::phases_of(prepared.layout.phases);
  json["faults"] = faults_json(prepared);
  json["slos"] = LiveJson::array();
  for (const Slo& slo : prepared.slos) json["slos"].push_back(slo.expr);
  json["invariants"] = LiveJson::array();
  for (const OracleChoice& choice : prepared.invariants) json["invariants"].push_back(choice.name);
  json["interval_s"] = reports::seconds(reports::interval_of(prepared.layout.duration));
  server_->tell(message_of("begin", std::move(json)));
}

// The intervals before it will not change any more.
std::size_t LiveFeed::first_unsettled(const Progress& progress) const {
  const double interval = reports::seconds(progress.lanes->interval());
  const double late = live_ ? kLateSeconds * time_scale_ : 0;
  const double settled = std::max(0.0, seconds_of(progress.now) - late) / interval;
  return static_cast<std::size_t>(settled);
}

LiveJson LiveFeed::totals(const Progress& progress, std::int64_t wall_now) {
  const reports::Counts counts = progress.recorder->counts(reports::Filter{});
  const reports::Counts said = progress.recorder->counts();
  const reports::Histogram responses = progress.recorder->histogram(Latency::response);
  const auto ms = [&](std::uint64_t ppm) {
    return responses.count() == 0
               ? LiveJson(nullptr)
               : LiveJson(reports::milliseconds(responses.percentile(ppm)));
  };
  const double now = seconds_of(progress.now), end = seconds_of(progress.end);
  const double share = end > 0 ? std::clamp(now / end, 0.0, 1.0) : 0;
  const double spent = static_cast<double>(wall_now - begun_) / 1e9;
  LiveJson json;
  json["now_s"] = now;
  json["percent"] = static_cast<int>(100 * share);
  const double since = now - last_now_;
  json["rate_per_s"] = since > 0 ? static_cast<double>(progress.ended - last_ended_) / since : 0;
  last_now_ = now;
  json["planned"] = std::max<std::uint64_t>(prepared_->plan.requests.size(), said.planned);
  json["sent"] = said.sent;
  json["ok"] = counts.of(Outcome::ok);
  json["failed"] = counts.failed();
  json["in_flight"] = said.sent - std::min(said.sent, counts.sent);
  json["p50_ms"] = ms(500'000);
  json["p95_ms"] = ms(950'000);
  json["p99_ms"] = ms(990'000);
  json["error_rate"] = counts.judged() == 0 ? LiveJson(nullptr)
                                            : LiveJson(static_cast<double>(counts.failed()) /
                                                       static_cast<double>(counts.judged()));
  json["left_s"] = live_          ? LiveJson(std::max(0.0, end - now) / time_scale_)
                   : share > 0.01 ? LiveJson(spent * (1 - share) / share)
                                  : LiveJson(nullptr);
  json["active_faults"] = active_faults(*prepared_, progress.now);
  return json;
}

void LiveFeed::progress(const Progress& progress) {
  if (server_ == nullptr || progress.recorder == nullptr) return;
  const std::int64_t wall_now = world::RealClock::steady_now();
  if (wall_now - last_ < kEveryNanos) return;
  LiveJson json = totals(progress, wall_now);
  last_ = wall_now;
  last_ended_ = progress.ended;
  const std::size_t from = std::min(told_upto_, first_unsettled(progress));
  told_upto_ = first_unsettled(progress);
  const std::size_t all = reports::intervals_of(*progress.recorder, *progress.lanes);
  const std::size_t upto = std::min(
      all, reports::interval_index(progress.now, progress.lanes->interval()) + 1);
  json["from"] = from;
  json["series"] = reports::series_of(*progress.recorder, *progress.lanes, from, upto);
  json["lanes"] = reports::lanes_of(*progress.lanes, from, upto);
  server_->tell(message_of("tick", std::move(json)));
}

void LiveFeed::end(const reports::RunRecord& record, const reports::Environment& environment) {
  if (server_ == nullptr) return;
  LiveJson json;
  json["index"] = index_;
  json["scenario"] = record.scenario;
  json["verdict"] = name_of(record.verdict);
  json["reasons"] = record.reasons;
  json["report"] = reports::run_page_data(record, environment);
  json["report"]["files"] = LiveJson::array();  // they are not served
  server_->tell(message_of("end", std::move(json)));
}

}  // namespace harness
