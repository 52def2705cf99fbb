// The four verdicts and their names. What they mean and how they are composed is harness/verdict.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace reports {

enum class Verdict : std::uint8_t { pass, fail, inconclusive, invalid };
inline constexpr std::size_t kVerdicts = 4;

constexpr std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass: return "PASS";
    case Verdict::fail: return "FAIL";
    case Verdict::inconclusive: return "INCONCLUSIVE";
    case Verdict::invalid: return "INVALID";
  }
  return "INVALID";
}

constexpr std::optional<Verdict> verdict_named(std::string_view name) {
  for (Verdict v : {Verdict::pass, Verdict::fail, Verdict::inconclusive, Verdict::invalid})
    if (name_of(v) == name) return v;
  return std::nullopt;
}

}  // namespace reports
