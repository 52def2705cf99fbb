#include "agent/jobs/job_ids.hpp"

#include "world/json_text.hpp"

namespace agent {

namespace {
constexpr world::Purpose kHigh{"agent.job.id.high"};
constexpr world::Purpose kLow{"agent.job.id.low"};
}  // namespace

std::string JobIds::next(std::string_view prefix) {
  std::string id(prefix);
  world::append_hex(id, high_.bits(kHigh, 0, made_));
  world::append_hex(id, low_.bits(kLow, 0, made_));
  ++made_;
  return id;
}

}  // namespace agent
