#include "fakes/faults/usage.hpp"

#include "fakes/faults/edited.hpp"
#include "fakes/faults/json_edit.hpp"
#include "fakes/faults/strike.hpp"

namespace fakes {
namespace {

// The path of the figures; empty: this piece has none.
std::string usage_in(const std::string& json) {
  for (const char* name : {"usage", "usageMetadata"}) {
    const std::string path = find_member(json, {name});
    if (value_at(json, path).starts_with('{')) return path;
  }
  return {};
}

// Each number becomes 0, or 7 with its digits behind.
std::string other_figures(const std::string& usage, UsageHow how) {
  std::string out;
  bool in_string = false;
  for (std::size_t i = 0; i < usage.size(); ++i) {
    const char c = usage[i];
    if (c == '"') in_string = !in_string;
    const bool digit = !in_string && c >= '0' && c <= '9';
    const bool first = digit && (i == 0 || usage[i - 1] == ':');
    if (first) out += how == UsageHow::zero ? "0" : "7";
    if (!digit || how == UsageHow::wrong) out += c;
  }
  return out;
}

bool change_usage(std::string& json, UsageHow how) {
  const std::string path = usage_in(json);
  if (path.empty()) return false;
  if (how == UsageHow::missing) return erase_member(json, path);
  return replace_value(json, path, other_figures(value_at(json, path), how));
}

// An event that is only there for its figures.
bool only_usage(const std::string& event) {
  return event.find(R"("choices":[],)") != std::string::npos;
}

// Of a stream the event with the figures goes out behind the terminal one, or not at all.
world::Task<void> stream_without(Exchange& x, bool late, bool& done) {
  const std::int64_t last = events_of(x.dialect, x.answer) - 1;
  std::string held;
  StreamWriter::OnEvent on_event = [&, late, last](std::string& bytes, const Place& place,
                                                   std::int64_t number) {
    const bool ends = place.stage == Stage::end;
    bool has_usage = false;
    if (!late && !only_usage(bytes)) {
      edit_payload(bytes, [&](std::string& json) {
        done = change_usage(json, UsageHow::missing) || done;
      });
      return;
    }
    edit_payload(bytes, [&](std::string& json) { has_usage = !usage_in(json).empty(); });
    if (has_usage && ends && number != last) {
      done = true;
      if (late) held = bytes;
      bytes.clear();
    }
    if (number == last) bytes += held;
  };
  co_await stream_edited(x, std::move(on_event));
}

}  // namespace

world::Task<void> strike(Usage fault, Exchange& x) {
  const bool late = fault.how == UsageHow::late;
  bool done = false;
  if (x.record.stream && (late || fault.how == UsageHow::missing)) {
    co_await stream_without(x, late, done);
  } else if (!late) {
    Edit edit = [&done, how = fault.how](std::string& json, const EditPlace&) {
      done = change_usage(json, how) || done;
    };
    co_await answer_edited(x, std::move(edit));
  } else {
    co_await answer_normally(x);
  }
  x.had_effect = done;  // a client that did not ask for figures misses none
}

}  // namespace fakes
