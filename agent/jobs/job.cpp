#include "agent/jobs/job.hpp"

#include "agent/api/answer.hpp"
#include "agent/limits/rate_headers.hpp"
#include "world/json_text.hpp"

namespace agent {

namespace {

void add_time(std::string& out, std::string_view name, world::Nanos time) {
  if (time <= world::Nanos{0}) return;
  if (!out.empty()) out += ", ";
  out += name;
  out += ";dur=";
  world::append_integer(out, time.count() / 1'000'000);
}

}  // namespace

void add_facts(const Job& job, world::HttpHeaders& headers) {
  if (job.provider != nullptr) add_origin(headers, *job.provider, job.attempts);
  if (job.pass) add_rate_headers(job.pass->decision(), job.legacy_headers, headers);
  if (job.fallback) headers.add("agentcore-fallback", "true");
  if (!job.degraded.empty()) headers.add("agentcore-degraded", job.degraded);
  std::string times;
  add_time(times, "queue", job.queued);
  add_time(times, "provider", job.asked);
  add_time(times, "tool", job.tools);
  if (!times.empty()) headers.add("server-timing", times);
}

}  // namespace agent
