// The members that requests of both APIs have, and what is done with them. Constant data and pure
// functions; one request.
#pragma once

#include "agent/api/member_rule.hpp"

namespace agent {

inline constexpr std::array<std::string_view, 4> kServiceTiers{"auto", "default", "flex",
                                                               "priority"};
inline constexpr std::array<std::string_view, 6> kEfforts{"none",   "minimal", "low",
                                                          "medium", "high",    "xhigh"};
inline constexpr std::array<std::string_view, 3> kVerbosities{"low", "medium", "high"};
inline constexpr std::array<std::string_view, 3> kToolChoices{"none", "auto", "required"};
inline constexpr std::array<std::string_view, 3> kFormats{"text", "json_object", "json_schema"};
inline constexpr std::array<std::string_view, 1> kFunction{"function"};
inline constexpr std::array<std::string_view, 2> kOnDisconnect{"continue", "cancel"};
inline constexpr std::array<std::string_view, 4> kMultitask{"enqueue", "reject", "interrupt",
                                                            "rollback"};

inline constexpr double kNameBytesMax = static_cast<double>(RequestLimits::kNameBytesMax);
inline constexpr double kIntegerMax = 2'147'483'647;  // of tokens and seeds

bool read_model(const Field& field);
bool read_user(const Field& field);
bool read_stream(const Field& field);
bool read_service_tier(const Field& field);
bool read_max_tokens(const Field& field);
bool read_agentcore(const Field& field);

// Names of functions: letters, digits, `_`, `-` and `.`, as all providers take them.
bool check_function_name(const Field& field);

std::span<const MemberRule> agentcore_rules();

}  // namespace agent
