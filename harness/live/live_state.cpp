#include "harness/live/live_state.hpp"

#include <nlohmann/json.hpp>

#include "world/sse.hpp"

namespace harness {

namespace {

bool is_of_intervals(const LiveJson& list) {
  return list.is_array() && (list.empty() || list.front().is_number() || list.front().is_null());
}

// Lists of rows that have a name are merged by it: providers, gauges.
LiveJson* row_named(LiveJson& rows, const LiveJson& row) {
  for (LiveJson& there : rows) {
    if (there.value("name", "") == row.value("name", "") &&
        there.value("lane", "") == row.value("lane", ""))
      return &there;
  }
  return nullptr;
}

bool has_intervals(const LiveJson& row) {
  if (!row.is_object() || !row.contains("name")) return false;
  for (const auto& [key, value] : row.items())
    if (is_of_intervals(value)) return true;
  return false;
}

}  // namespace

std::string frame_of(const std::string& event, const LiveJson& data) {
  std::string frame;
  world::write_sse(frame, event, data.dump(-1, ' ', true, LiveJson::error_handler_t::replace));
  return frame;
}

void merge_intervals(LiveJson& whole, const LiveJson& later, std::size_t from) {
  if (is_of_intervals(whole) && is_of_intervals(later)) {
    auto& values = whole.get_ref<LiveJson::array_t&>();
    values.resize(from, nullptr);  // what is told anew goes, and what was never told is a gap
    values.insert(values.end(), later.begin(), later.end());
    return;
  }
  if (whole.is_object() && later.is_object()) {
    for (const auto& [key, value] : later.items()) {
      if (whole.contains(key)) {
        merge_intervals(whole[key], value, from);
      } else {
        LiveJson fresh = is_of_intervals(value) ? LiveJson::array()
                         : value.is_object()    ? LiveJson::object()
                                                : value;
        if (fresh.is_structured()) merge_intervals(fresh, value, from);
        whole[key] = std::move(fresh);
      }
    }
    return;
  }
  if (whole.is_array() && later.is_array() && !later.empty() && has_intervals(later.front())) {
    for (const LiveJson& row : later) {
      LiveJson* there = row_named(whole, row);
      if (there == nullptr) there = &whole.emplace_back(LiveJson::object());
      merge_intervals(*there, row, from);
    }
    return;
  }
  whole = later;
}

LiveMessage message_of(std::string event, LiveJson data) {
  return {std::move(event), std::make_shared<const LiveJson>(std::move(data))};
}

void LiveState::take_tick(const LiveJson& tick) {
  if (!tick_) tick_ = std::make_shared<LiveJson>(LiveJson::object());
  const std::size_t from = tick.value("from", std::size_t{0});
  for (const auto& [key, value] : tick.items()) {
    LiveJson& whole = (*tick_)[key];
    if (key == "series" || key == "lanes") {
      if (whole.is_null()) whole = LiveJson::object();
      merge_intervals(whole, value, from);
    } else {
      whole = value;
    }
  }
  (*tick_)["from"] = 0;
}

void LiveState::take(const LiveMessage& message) {
  if (message.event == "tick") return take_tick(*message.data);
  const std::string frame = frame_of(message.event, *message.data);
  if (message.event == "suite_end") {
    suite_end_ = frame;
    return;
  }
  tick_.reset();
  begin_ = message.event == "begin" ? frame : "";
  if (message.event != "end") return;
  ended_.push_back(frame);
  if (ended_.size() > kEndsMax) ended_.pop_front();
}

std::vector<std::string> LiveState::catch_up() const {
  std::vector<std::string> frames(ended_.begin(), ended_.end());
  if (!begin_.empty()) frames.push_back(begin_);
  if (tick_) frames.push_back(frame_of("tick", *tick_));
  if (!suite_end_.empty()) frames.push_back(suite_end_);
  return frames;
}

}  // namespace harness
