#include "harness/client/reply.hpp"

#include <array>

namespace harness {

namespace {
constexpr std::array<std::string_view, 7> kStatuses = {
    "none", "queued", "in_progress", "completed", "failed", "cancelled", "incomplete"};
}

std::string_view name_of(JobStatus status) { return kStatuses[static_cast<std::size_t>(status)]; }

JobStatus job_status_named(std::string_view name) {
  for (std::size_t i = 1; i < kStatuses.size(); ++i) {
    if (kStatuses[i] == name) return static_cast<JobStatus>(i);
  }
  return JobStatus::none;
}

}  // namespace harness
