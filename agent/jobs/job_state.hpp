// The states of a job (Open Responses names them so). A terminal state is never left.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace agent {

enum class JobState : std::uint8_t {
  queued,
  in_progress,
  completed,
  failed,
  cancelled,
  incomplete,
};
inline constexpr std::array<std::string_view, 6> kJobStates = {
    "queued", "in_progress", "completed", "failed", "cancelled", "incomplete"};

constexpr std::string_view name_of(JobState state) {
  return kJobStates[static_cast<std::size_t>(state)];
}
constexpr std::optional<JobState> job_state_named(std::string_view name) {
  for (std::size_t i = 0; i < kJobStates.size(); ++i) {
    if (kJobStates[i] == name) return static_cast<JobState>(i);
  }
  return std::nullopt;
}
constexpr bool is_terminal(JobState state) { return state >= JobState::completed; }

}  // namespace agent
