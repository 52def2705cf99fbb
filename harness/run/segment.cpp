#include "harness/run/segment.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "world/ensure.hpp"

namespace harness {

using reports::kSegmentsMax;
using reports::Segment;

namespace {

// Where a launcher says which of how many this process is. `first` holds the number of the first
// one, for launchers that do not count from 0.
struct Launcher {
  const char* name;
  const char* index;
  const char* count;
  const char* first;  // null: 0
};

// MPI before Slurm: mpirun inside of a Slurm job sets both, and Slurm's are those of its daemons.
constexpr std::array<Launcher, 5> kLaunchers{{
    {"Open MPI", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", nullptr},
    {"MPI", "PMI_RANK", "PMI_SIZE", nullptr},
    {"a Slurm job array", "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN"},
    {"Slurm", "SLURM_PROCID", "SLURM_NTASKS", nullptr},
    {"a Kubernetes Indexed Job", "JOB_COMPLETION_INDEX", "SHAKEDOWN_SEGMENTS", nullptr},
}};

std::optional<std::uint32_t> number(std::string_view digits) {
  std::uint32_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, value);
  if (digits.empty() || read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return value;
}

std::uint32_t variable(const Lookup& environment, const char* name) {
  const char* text = environment(name);
  if (text == nullptr) {
    throw std::runtime_error(std::string("--segment auto: ") + name +
                             " is not set in the environment; give --segment i/n");
  }
  const auto value = number(text);
  if (!value) {
    throw std::runtime_error(std::string("--segment auto: ") + name + "=" + text +
                             " is not a number");
  }
  return *value;
}

// A job array's tasks may be numbered in steps: 0, 2, 4.
std::uint32_t step_of(const Launcher& launcher, const Lookup& environment) {
  if (launcher.first == nullptr || environment("SLURM_ARRAY_TASK_STEP") == nullptr) return 1;
  return std::max<std::uint32_t>(1, variable(environment, "SLURM_ARRAY_TASK_STEP"));
}

Segment from_launcher(const Launcher& launcher, const Lookup& environment) {
  const std::uint32_t index = variable(environment, launcher.index);
  const std::uint32_t count = variable(environment, launcher.count);
  const std::uint32_t first = launcher.first == nullptr ? 0 : variable(environment, launcher.first);
  const std::uint32_t step = step_of(launcher, environment);
  const std::uint32_t place = index < first ? count : (index - first) / step;
  if (count == 0 || count > kSegmentsMax || place >= count) {
    throw std::runtime_error(std::string("--segment auto: ") + launcher.index + "=" +
                             std::to_string(index) + " and " + launcher.count + "=" +
                             std::to_string(count) + " (of " + launcher.name +
                             ") are no segment; there may be 1 to " +
                             std::to_string(kSegmentsMax));
  }
  return {place + 1, count};
}

Segment from_environment(const Lookup& environment) {
  for (const Launcher& launcher : kLaunchers) {
    if (environment(launcher.index) == nullptr) continue;
    // Tasks inside of a job array: nobody says how both are to be counted together.
    const bool is_array = launcher.first != nullptr;
    if (is_array && environment("SLURM_NTASKS") != nullptr &&
        variable(environment, "SLURM_NTASKS") > 1) {
      throw std::runtime_error("--segment auto: a Slurm job array of several tasks each is "
                               "ambiguous; give --segment i/n");
    }
    return from_launcher(launcher, environment);
  }
  std::string names;
  for (const Launcher& launcher : kLaunchers) {
    names += (names.empty() ? "" : ", ") + std::string(launcher.index);
  }
  throw std::runtime_error("--segment auto: none of " + names +
                           " is set in the environment; give --segment i/n");
}

}  // namespace

Segment parse_segment(const std::string& text, const Lookup& environment) {
  if (text == "auto") return from_environment(environment);
  const std::size_t slash = text.find('/');
  const std::string_view all = text;
  const auto index = number(all.substr(0, slash));
  const auto count = slash == std::string::npos ? std::nullopt : number(all.substr(slash + 1));
  if (!index || !count || *index < 1 || *index > *count || *count > kSegmentsMax) {
    throw std::runtime_error("--segment " + text + ": a segment is i/n, as 1/3, 2/3 and 3/3 (at "
                             "most " + std::to_string(kSegmentsMax) +
                             "), or auto, which asks MPI, Slurm or Kubernetes");
  }
  return {*index, *count};
}

void take_segment(Prepared& prepared, Segment segment, Mode mode) {
  prepared.layout.segment = segment;
  if (mode == Mode::sim) return;
  prepared.sends = segment;
  std::erase_if(prepared.plan.requests, [segment](const PlannedRequest& request) {
    return !segment.has(request.turn.user);
  });
}

reports::Sink history_of(Segment segment, reports::Sink history) {
  if (segment.is_whole()) return history;
  return [segment, history](std::string_view line) {
    constexpr std::string_view kUser = R"("user":"u)";
    const std::size_t at = line.find(kUser);
    ENSURE(at != std::string_view::npos, "a line of the history names its user");
    const std::string_view rest = line.substr(at + kUser.size());
    const auto user = number(rest.substr(0, rest.find('"')));
    ENSURE(user.has_value(), "a user has a number");
    if (segment.has(*user)) history(line);
  };
}

}  // namespace harness
