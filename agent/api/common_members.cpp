#include "agent/api/common_members.hpp"

namespace agent {

using world::Nanos;

namespace {

bool read_deadline(const Field& field) {
  const std::int64_t ms = field.value().integer().value_or(0);
  field.reading.request.deadline = std::chrono::milliseconds(ms);
  return true;
}

bool read_fallback(const Field& field) {
  field.reading.request.allow_fallback = field.value().is_true();
  return true;
}

bool read_degraded(const Field& field) {
  field.reading.request.allow_degraded = field.value().is_true();
  return true;
}

bool read_on_disconnect(const Field& field) {
  field.reading.request.cancel_on_leaving = field.value().text() == "cancel";
  return true;
}

bool read_multitask(const Field& field) {
  for (std::size_t i = 0; i < kMultitask.size(); ++i) {
    if (field.value().text() != kMultitask[i]) continue;
    field.reading.request.multitask = static_cast<Multitask>(i);
  }
  return true;
}

constexpr MemberRule kAgentcoreRules[] = {
    {.name = "deadline_ms", .types = kInteger, .doc = "Time for the answer, in milliseconds.",
     .min = 1, .max = 86'400'000, .read = read_deadline},
    {.name = "allow_fallback", .types = kBoolean, .doc = "Whether another provider may answer.",
     .read = read_fallback},
    {.name = "allow_degraded", .types = kBoolean,
     .doc = "Whether an answer without any provider will do.", .read = read_degraded},
    {.name = "on_disconnect", .types = kString, .doc = "What becomes of it when the client leaves.",
     .choices = kOnDisconnect, .read = read_on_disconnect},
    {.name = "multitask_strategy", .types = kString,
     .doc = "What happens when the conversation is busy.", .choices = kMultitask,
     .read = read_multitask},
};

}  // namespace

std::span<const MemberRule> agentcore_rules() { return kAgentcoreRules; }

bool read_model(const Field& field) {
  field.reading.request.model = field.value().text();
  return true;
}

bool read_user(const Field& field) {
  field.reading.request.user = field.value().text();
  return true;
}

bool read_stream(const Field& field) {
  field.reading.request.stream = field.value().is_true();
  return true;
}

bool read_service_tier(const Field& field) {
  const std::string tier = field.value().text();
  ServiceTier& taken = field.reading.request.tier;
  taken = ServiceTier::standard;
  if (tier == "priority") taken = ServiceTier::priority;
  if (tier == "flex") taken = ServiceTier::flex;
  return true;
}

bool read_max_tokens(const Field& field) {
  field.reading.request.max_tokens = field.value().integer().value_or(0);
  return true;
}

bool read_agentcore(const Field& field) { return read_members(field, kAgentcoreRules); }

bool check_function_name(const Field& field) {
  for (const char c : field.value().inside()) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-' || c == '.';
    if (good) continue;
    return field.reading.errors.refuse(field.path,
                                       "a name of letters, digits, '_', '-' and '.'",
                                       field.value());
  }
  return true;
}

}  // namespace agent
