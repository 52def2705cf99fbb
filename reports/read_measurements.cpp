#include "reports/read_measurements.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "reports/fingerprint.hpp"
#include "reports/json_values.hpp"
#include "reports/measurements_json.hpp"
#include "reports/lanes_json.hpp"
#include "reports/recorder_json.hpp"

namespace reports {

namespace {

using Json = nlohmann::ordered_json;
using Values = JsonValues;

constexpr int kDepthMax = 8;
constexpr std::size_t kRowsMax = 1'000'000;  // phases times classes
constexpr std::size_t kListMax = 100'000;    // of anything else that is a list

// Every member of a list of text.
std::vector<std::string> texts(const Json& object, const char* key) {
  std::vector<std::string> all;
  for (const Json& item : Values::list(object, key)) {
    if (!item.is_string()) Values::refuse(key, "holds something that is not text");
    all.push_back(item.get<std::string>());
  }
  return all;
}

const Json& rows(const Json& object, const char* key) {
  const Json& list = Values::list(object, key);
  if (list.size() > kListMax) Values::refuse(key, "is too long");
  return list;
}

Segment segment_of(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto number = [](const std::string& digits) -> std::uint32_t {
    const bool good = !digits.empty() && digits.size() <= 4 && digits[0] != '0' &&
                      digits.find_first_not_of("0123456789") == std::string::npos;
    return good ? static_cast<std::uint32_t>(std::stoul(digits)) : 0;
  };
  Segment segment;
  segment.index = number(text.substr(0, slash));
  segment.count = slash == std::string::npos ? 0 : number(text.substr(slash + 1));
  if (segment.index == 0 || segment.count > kSegmentsMax || segment.index > segment.count)
    Values::refuse("segment", "is not one of the form 2/3");
  return segment;
}

Layout layout_of(const Json& json, const std::vector<std::string>& objectives, Segment segment,
                 const AddThresholds& add_thresholds) {
  const Json& written = Values::member(json, "layout");
  Layout layout;
  layout.segment = segment;
  layout.duration = Nanos(Values::integer(Values::member(written, "duration_ns"), "duration_ns"));
  layout.classes = texts(written, "classes");
  for (const Json& row : rows(written, "phases")) {
    Phase phase{Values::text(row, "name"), Values::instant(row, "begin_ns"),
                Values::instant(row, "end_ns")};
    const Instant after = layout.phases.empty() ? Instant{} : layout.phases.back().end;
    if (phase.begin < after || phase.end < phase.begin)
      Values::refuse("phases", "are not in order of time");
    layout.phases.push_back(std::move(phase));
  }
  if (layout.phases.empty() || layout.classes.empty())
    Values::refuse("layout", "has no phase or no class");
  if (layout.phases.size() > kRowsMax / layout.classes.size())
    Values::refuse("layout", "has too many phases and classes");
  // What the recorder makes room for must be what a scenario can last.
  constexpr Nanos kDurationMax = std::chrono::hours(24 * 366);
  if (layout.duration < Nanos{0} || layout.duration > kDurationMax)
    Values::refuse("duration_ns", "is out of range");
  add_thresholds(objectives, layout);
  return layout;
}

Verdict verdict_of(const Json& row) {
  const auto verdict = verdict_named(Values::text(row, "verdict"));
  if (!verdict) Values::refuse("verdict", "is none that there is");
  return *verdict;
}

InvariantResult invariant_of(const Json& row) {
  InvariantResult invariant;
  invariant.name = Values::text(row, "name");
  invariant.verdict = verdict_of(row);
  invariant.checked = Values::count(Values::member(row, "checked"), "checked");
  invariant.violation_count =
      Values::count(Values::member(row, "violation_count"), "violation_count");
  invariant.skipped = Values::text(row, "skipped");
  const Json& witnesses = Values::list(row, "violations");
  if (witnesses.size() > InvariantResult::kWitnessesMax ||
      witnesses.size() > invariant.violation_count)
    Values::refuse("violations", "has more witnesses than there can be");
  for (const Json& witness : witnesses)
    invariant.violations.push_back({Values::instant(witness, "at_ns"),
                                    Values::text(witness, "who"), Values::text(witness, "what")});
  return invariant;
}

void read_results(const Json& json, Measurements& m) {
  for (const Json& row : rows(json, "invariants")) m.invariants.push_back(invariant_of(row));
  for (const Json& row : rows(json, "faults"))
    m.faults.push_back({Values::text(row, "id"), Values::text(row, "kind"),
                        Values::text(row, "on"), Values::instant(row, "begin_ns"),
                        Values::instant(row, "end_ns"),
                        Values::count(Values::member(row, "fired"), "fired")});
  for (const Json& row : rows(json, "validity"))
    m.validity.push_back(
        {Values::text(row, "name"), Values::truth(row, "holds"), Values::text(row, "detail"),
         Values::truth(row, "warning")});
  const Json& facts = Values::member(json, "facts");
  if (!facts.is_object()) Values::refuse("facts", "is not an object");
  for (const auto& [name, value] : facts.items()) {
    if (!value.is_number() || !std::isfinite(value.get<double>()))
      Values::refuse("facts", "holds something that is not a number");
    m.facts.emplace(name, value.get<double>());
  }
}

void read_head(const Json& json, Measurements& m) {
  m.version = Values::text(json, "version");
  m.scenario = Values::text(json, "scenario");
  m.about = Values::text(json, "about");
  m.seed = Values::count(Values::member(json, "seed"), "seed", UINT64_MAX);
  m.mode = Values::text(json, "mode");
  if (m.mode != "sim" && m.mode != "live") Values::refuse("mode", "is neither sim nor live");
  m.sut = Values::text(json, "sut");
  m.profile = Values::text(json, "profile");
  const Json& scale = Values::member(json, "time_scale");
  if (!scale.is_number() || !(scale.get<double>() > 0) || scale.get<double>() > 1e6)
    Values::refuse("time_scale", "is out of range");
  m.time_scale = scale.get<double>();
  m.missing = texts(json, "missing");
  m.interrupted = Values::truth(json, "interrupted");
  m.never_started = Values::text(json, "never_started");
  m.stopped_early = Values::text(json, "stopped_early");
  const Json& stopped_at = Values::member(json, "stopped_at_ns");
  m.stopped_at = world::at(world::Nanos(static_cast<std::int64_t>(
      Values::count(stopped_at, "stopped_at_ns", INT64_MAX))));
  for (const Json& row : rows(json, "anytime"))
    m.anytime.push_back({verdict_of(row), Values::text(row, "rule"), Values::text(row, "why")});
  m.digest = Values::hex(json, "digest");
  m.reproduce = Values::text(json, "reproduce");
  const Json& configuration = Values::member(json, "configuration");
  if (!configuration.is_object()) Values::refuse("configuration", "is not an object");
  for (const auto& [path, value] : configuration.items()) {
    if (!value.is_string()) Values::refuse("configuration", "holds something that is not text");
    m.configuration.emplace(path, value.get<std::string>());
  }
  if (Values::hex(json, "fingerprint") != fingerprint_of(m.configuration))
    Values::refuse("fingerprint", "is not that of the configuration beside it");
  m.start_unix_ms = static_cast<std::int64_t>(Values::count(
      Values::member(json, "start_unix_ms"), "start_unix_ms", 1ull << 53));
  m.planned_ahead = Values::count(Values::member(json, "planned_ahead"), "planned_ahead");
  m.has_closed_loops = Values::truth(json, "has_closed_loops");
}

}  // namespace

Measurements read_measurements(std::string_view text, const AddThresholds& add_thresholds) {
  if (text.size() > kMeasurementsBytesMax) throw MeasurementsError("is larger than 256 MiB");
  if (text.empty()) throw MeasurementsError("is empty");
  if (is_deeper_than(kDepthMax, text)) throw MeasurementsError("is nested too deeply");
  Json json;
  try {
    json = Json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    throw MeasurementsError("is not whole, or not JSON: byte " + std::to_string(error.byte) +
                            " of " + std::to_string(text.size()));
  } catch (const nlohmann::json::exception& error) {  // a number that is too large
    throw MeasurementsError(std::string("cannot be read: ") + error.what());
  }
  if (!json.is_object() || !json.contains("schema") || json.at("schema") != kMeasurementsSchema)
    throw MeasurementsError("is not of the schema " + std::string(kMeasurementsSchema) +
                            ", which this version reads");
  std::vector<std::string> objectives = texts(json, "objectives");
  Measurements m(
      layout_of(json, objectives, segment_of(Values::text(json, "segment")), add_thresholds));
  m.objectives = std::move(objectives);
  read_head(json, m);
  read_results(json, m);
  RecorderJson::read(json, m.recorder);
  if (json.contains("lanes")) LanesJson::read(json.at("lanes"), m.lanes);
  return m;
}

}  // namespace reports
