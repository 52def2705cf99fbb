// What must not be in an answer: traces of stacks, paths of files, keys, addresses inside. One
// table of patterns, each a literal that finds it and a function that looks around it, so that a
// text is read once and no pattern looks farther than kContextMax. Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace harness {

struct Leak {
  std::string_view what;  // "a stack trace"
  std::string_view text;  // as it stands there
};

inline constexpr std::size_t kContextMax = 300;  // bytes around a literal

// The first leak at or behind `from`, which then is the place behind it. `hosts`: names that are
// leaks when a port follows.
std::optional<Leak> next_leak(std::string_view text, std::span<const std::string> hosts,
                              std::size_t& from);

}  // namespace harness
