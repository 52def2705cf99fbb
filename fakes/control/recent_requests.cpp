#include "fakes/control/recent_requests.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace fakes {
namespace {

double seconds(world::Instant at) {
  return static_cast<double>(world::since_start(at).count()) / 1e9;
}

nlohmann::ordered_json json_or_null(world::Instant at) {
  if (at == world::kNever) return nullptr;
  return seconds(at);
}

}  // namespace

void RecentRequests::note(const PromptRecord& record) {
  if (records_.size() < kKept) {
    records_.emplace_back();
  } else {
    records_.push_back(std::move(records_.front()));  // its strings have room already
    records_.pop_front();
    ++first_;
  }
  records_.back() = record;
  records_.back().markers = {};  // of unbounded number, and nobody's business here
}

void RecentRequests::forget() {
  first_ += records_.size();
  records_.clear();
}

std::uint64_t RecentRequests::write_since(std::string& out, std::uint64_t since, std::size_t limit,
                                          const FaultSchedule& faults) const {
  const std::uint64_t end = first_ + records_.size();
  std::uint64_t number = std::clamp(since, first_, end);
  for (; number < end && limit > 0; ++number, --limit) {
    write_record_line(out, number, records_[number - first_], faults);
  }
  return number;
}

void write_record_line(std::string& out, std::uint64_t number, const PromptRecord& r,
                       const FaultSchedule& faults) {
  nlohmann::ordered_json line;
  line["number"] = number;
  line["at_s"] = seconds(r.at);
  line["backend"] = r.backend;
  line["model"] = r.model;
  line["attempt"] = r.attempt;
  line["user"] = r.user;
  line["turn"] = nullptr;
  if (r.asked) line["turn"] = world::to_text(*r.asked);
  line["stream"] = r.stream;
  line["messages"] = r.messages;
  line["status"] = r.status;
  line["end"] = to_text(r.end);
  line["fault"] = nullptr;
  if (r.fault) line["fault"] = faults.faults()[*r.fault].id;
  line["tokens"] = r.tokens;
  line["first_write_s"] = json_or_null(r.first_write);
  line["last_write_s"] = json_or_null(r.last_write);
  line["events"] = r.events;
  line["writes"] = r.writes;
  line["late_max_ms"] = static_cast<double>(r.late_max.count()) / 1e6;
  // What came from outside may be no UTF-8.
  out += line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  out += '\n';
}

}  // namespace fakes
