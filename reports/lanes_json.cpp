#include "reports/lanes_json.hpp"

#include <nlohmann/json.hpp>

#include "reports/json_values.hpp"

namespace reports {

namespace {

using Json = nlohmann::ordered_json;
using Values = JsonValues;

constexpr std::size_t kTextMax = 4'096;  // of a name, a state or a sentence

PerInterval counts_of(const Json& object, const char* key) {
  const Json& list = Values::list(object, key);
  if (list.size() > Timeline::kIntervalsMax) Values::refuse(key, "has too many intervals");
  PerInterval counts;
  for (const Json& value : list)
    counts.push_back(static_cast<std::uint32_t>(Values::count(value, key, UINT32_MAX)));
  return counts;
}

const std::string& text_of(const Json& object, const char* key) {
  const std::string& text = Values::text(object, key);
  if (text.size() > kTextMax) Values::refuse(key, "is too long");
  return text;
}

const Json& list_of(const Json& object, const char* key, std::size_t most) {
  const Json& list = Values::list(object, key);
  if (list.size() > most) Values::refuse(key, "has too many rows");
  return list;
}

// Those that have counts, by name.
template <class Kind, class Counts>
Json by_name(std::size_t kinds, const Counts& counts) {
  Json json = Json::object();
  for (std::size_t i = 0; i < kinds; ++i) {
    const auto kind = static_cast<Kind>(i);
    const PerInterval& row = counts(kind);
    if (!row.empty()) json[std::string(name_of(kind))] = row;
  }
  return json;
}

template <class Kind, std::size_t kinds>
void read_by_name(const Json& json, const char* key, std::array<PerInterval, kinds>& into) {
  const Json& object = Values::member(json, key);
  if (!object.is_object()) Values::refuse(key, "is not an object");
  std::size_t known = 0;
  for (std::size_t i = 0; i < kinds; ++i) {
    const std::string name(name_of(static_cast<Kind>(i)));
    if (!object.contains(name)) continue;
    into[i] = counts_of(object, name.c_str());
    ++known;
  }
  if (known != object.size()) Values::refuse(key, "has a name that is none");
}

}  // namespace

Json LanesJson::written(const Lanes& lanes) {
  Json json;
  json["ended"] = by_name<Outcome>(
      kOutcomes, [&](Outcome o) -> const PerInterval& { return lanes.ended_as(o); });
  json["failed"] = by_name<Failure>(
      kFailures, [&](Failure f) -> const PerInterval& { return lanes.failed_by(f); });
  json["opened"] = lanes.opened_;
  json["closed"] = lanes.closed_;
  json["providers"] = Json::array();
  for (const ProviderLane& row : lanes.providers_)
    json["providers"].push_back({{"name", row.name}, {"ok", row.ok}, {"failed", row.failed}});
  json["states"] = Json::array();
  for (const StateLane& row : lanes.states_) {
    Json changes = Json::array();
    for (const auto& [at, state] : row.changes)
      changes.push_back({{"at_ns", world::since_start(at).count()}, {"is", state}});
    json["states"].push_back(
        {{"lane", row.lane}, {"name", row.name}, {"changes", std::move(changes)}});
  }
  json["gauges"] = Json::array();
  for (const GaugeLane& row : lanes.gauges_)
    json["gauges"].push_back({{"lane", row.lane},
                              {"name", row.name},
                              {"values", row.values},
                              {"last", row.last}});
  json["events"] = Json::array();
  for (const Event& event : lanes.events_)
    json["events"].push_back({{"at_ns", world::since_start(event.at).count()},
                              {"kind", event.kind},
                              {"on", event.on},
                              {"detail", event.detail}});
  json["left_out"] = lanes.left_out_;
  return json;
}

void LanesJson::read(const Json& json, Lanes& lanes) {
  read_by_name<Outcome>(json, "ended", lanes.ended_);
  read_by_name<Failure>(json, "failed", lanes.failed_);
  lanes.opened_ = counts_of(json, "opened");
  lanes.closed_ = counts_of(json, "closed");
  for (const Json& row : list_of(json, "providers", Lanes::kNamesMax))
    lanes.providers_.push_back(
        {text_of(row, "name"), counts_of(row, "ok"), counts_of(row, "failed")});
  for (const Json& row : list_of(json, "states", Lanes::kNamesMax)) {
    StateLane lane{text_of(row, "lane"), text_of(row, "name"), {}};
    for (const Json& change : list_of(row, "changes", Lanes::kChangesMax))
      lane.changes.emplace_back(Values::instant(change, "at_ns"), text_of(change, "is"));
    lanes.states_.push_back(std::move(lane));
  }
  for (const Json& row : list_of(json, "gauges", Lanes::kNamesMax)) {
    GaugeLane lane{text_of(row, "lane"), text_of(row, "name"), {}, -1};
    for (const Json& value : list_of(row, "values", Timeline::kIntervalsMax))
      lane.values.push_back(Values::integer(value, "values"));
    lane.last = Values::integer(Values::member(row, "last"), "last");
    lanes.gauges_.push_back(std::move(lane));
  }
  for (const Json& row : list_of(json, "events", Lanes::kEventsMax))
    lanes.events_.push_back({Values::instant(row, "at_ns"), text_of(row, "kind"),
                             text_of(row, "on"), text_of(row, "detail")});
  lanes.left_out_ = Values::count(Values::member(json, "left_out"), "left_out");
}

}  // namespace reports
