#include "agent/limits/rate_headers.hpp"

#include <algorithm>

#include "world/json_text.hpp"

namespace agent {

using world::append_integer;
using world::append_json_string;
using world::Nanos;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t seconds_up(Nanos time) { return (time.count() + kSecond - 1) / kSecond; }

// `t`: never 0 where a client would have to wait.
std::int64_t reset_of(const Quota& quota) {
  return quota.remaining > 0 ? seconds_up(quota.reset) : seconds_to_wait(quota.reset);
}

bool is_told(const Quota& quota) { return quota.on && quota.window > Nanos{0}; }

void append_limit(std::string& out, Limit limit, const Quota& quota) {
  out += R"({"name":")";
  out += name_of(limit);
  out += R"(","quota":)";
  append_integer(out, quota.quota);
  if (!is_told(quota)) {
    out += R"(,"unit":"concurrent-requests"})";
    return;
  }
  out += R"(,"unit":"requests","window_seconds":)";
  append_integer(out, seconds_up(quota.window));
  out += R"(,"remaining":)";
  append_integer(out, quota.remaining);
  out += R"(,"reset_seconds":)";
  append_integer(out, reset_of(quota));
  out += '}';
}

std::string available_object(const AvailableConfig& each) {
  std::string object = R"({"what":)";
  append_json_string(object, each.what);
  object += R"(,"how":)";
  append_json_string(object, each.how);
  object += '}';
  return object;
}

}  // namespace

std::int64_t seconds_to_wait(Nanos wait) { return std::max<std::int64_t>(1, seconds_up(wait)); }

std::string rate_limit_policy(const Decision& decision) {
  std::string policy;
  for (std::size_t i = 0; i < kLimits; ++i) {
    const Quota& quota = decision.quotas[i];
    if (!quota.on) continue;
    if (!policy.empty()) policy += ", ";
    policy += '"';
    policy += kLimitNames[i];
    policy += "\";q=";
    append_integer(policy, quota.quota);
    if (quota.window > Nanos{0}) {
      policy += ";w=";
      append_integer(policy, seconds_up(quota.window));
    } else {
      policy += R"(;qu="concurrent-requests")";
    }
  }
  return policy;
}

std::string rate_limit(const Decision& decision) {
  const Quota& quota = decision[decision.tightest];
  if (!is_told(quota)) return {};
  std::string value = "\"";
  value += name_of(decision.tightest);
  value += "\";r=";
  append_integer(value, quota.remaining);
  value += ";t=";
  append_integer(value, reset_of(quota));
  return value;
}

void add_rate_headers(const Decision& decision, bool legacy, world::HttpHeaders& headers) {
  const std::string policy = rate_limit_policy(decision);
  if (!policy.empty()) headers.add("ratelimit-policy", policy);
  const std::string limit = rate_limit(decision);
  if (limit.empty()) return;
  headers.add("ratelimit", limit);
  if (!legacy) return;
  const Quota& quota = decision[decision.tightest];
  const std::string all = std::to_string(quota.quota);
  const std::string left = std::to_string(quota.remaining);
  const std::string reset = std::to_string(reset_of(quota));
  headers.add("ratelimit-limit", all);
  headers.add("ratelimit-remaining", left);
  headers.add("ratelimit-reset", reset);
  headers.add("x-ratelimit-limit-requests", all);
  headers.add("x-ratelimit-remaining-requests", left);
  headers.add("x-ratelimit-reset-requests", reset + "s");
}

std::vector<std::string> available_when(const RateConfig& config, std::string_view limit) {
  std::vector<std::string> objects;
  for (const AvailableConfig& each : config.available) {
    const bool helps = each.when.empty() ||
                       std::find(each.when.begin(), each.when.end(), limit) != each.when.end();
    if (helps) objects.push_back(available_object(each));
  }
  return objects;
}

std::string limits_json(std::string_view user, Tier tier, const Decision& decision,
                        const RateConfig& config) {
  std::string body = R"({"object":"limits","user":)";
  append_json_string(body, user);
  body += R"(,"tier":")";
  body += name_of(tier);
  body += R"(","limits":[)";
  bool first = true;
  for (std::size_t i = 0; i < kLimits; ++i) {
    if (!decision.quotas[i].on) continue;
    if (!first) body += ',';
    first = false;
    append_limit(body, static_cast<Limit>(i), decision.quotas[i]);
  }
  body += R"(],"available":[)";
  for (std::size_t i = 0; i < config.available.size(); ++i) {
    if (i > 0) body += ',';
    body += available_object(config.available[i]);
  }
  body += "]}";
  return body;
}

}  // namespace agent
