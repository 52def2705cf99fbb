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
  constexpr std::string_view kOfNumbers = "0123456789.";
  std::string out;
  bool in_string = false;
  for (std::size_t i = 0; i < usage.size(); ++i) {
    const char c = usage[i];
    if (c == '"') in_string = !in_string;
    const bool of_number = !in_string && kOfNumbers.find(c) != std::string_view::npos;
    const bool first = of_number && (i == 0 || usage[i - 1] == ':');
    if (first) out += how == UsageHow::zero ? "0" : "7";
    if (!of_number || how == UsageHow::wrong) out += c;
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

// The same event with nothing but its figures.
std::string figures_alone(std::string event) {
  edit_payload(event, [](std::string& json) {
    const bool chunk = replace_value(json, find_member(json, {"choices"}), "[]");
    if (!chunk) replace_value(json, find_member(json, {"delta"}), "{}");
  });
  return event;
}

// Of a stream the figures at its end are missing, or go out behind the terminal event.
world::Task<void> stream_without(Exchange& x, bool late, bool& done) {
  const std::int64_t last = events_of(x.dialect, x.answer) - 1;
  std::string held;
  StreamWriter::OnEvent on_event = [&, late, last](std::string& bytes, const Place& place,
                                                   std::int64_t number) {
    const bool moves = late && place.stage == Stage::end && number != last;
    if (moves || !late) {
      const std::string before = bytes;
      const bool alone = only_usage(bytes);
      bool changed = alone;
      if (!alone) {
        edit_payload(bytes, [&changed](std::string& json) {
          changed = change_usage(json, UsageHow::missing);
        });
      } else {
        bytes.clear();
      }
      if (changed && late) held += figures_alone(before);
      done = done || changed;
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
