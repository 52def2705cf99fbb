// DegradedAnswers: what the core says when no provider can: an answer that was given to exactly the
// same prompt; or the last good one to the same question of this user, asked in another place; or,
// when there is neither, what can still be done. Always told as such, with its source and age.
// Answers are kept per user, in bounds, the oldest leave first. One clock.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <string>

#include "agent/api/problem.hpp"
#include "agent/api/request.hpp"
#include "agent/providers/degraded_config.hpp"
#include "world/clock.hpp"

namespace agent {

inline constexpr std::string_view kOwnModel = "agentcore-local";  // who says it

struct DegradedAnswer {
  std::string text;     // JSON text without quotes
  std::string_view source = "local";  // cache, last_good, local
  world::Nanos age{0};
};

class DegradedAnswers {
 public:
  DegradedAnswers(world::Clock& clock, const DegradedConfig& config)
      : clock_(clock), config_(config) {}

  bool on() const { return config_.when != DegradeWhen::never; }

  // A provider has answered (content: JSON text without quotes).
  void remember(const Request& request, const History& prompt, std::string_view content);

  // Never without words. `problem` is why no provider answers.
  DegradedAnswer answer(const Request& request, const History& prompt, const Problem& problem);

  std::size_t size() const { return kept_.size(); }
  std::int64_t bytes() const { return bytes_; }

 private:
  struct Kept {
    std::string key;
    std::string content;
    world::Instant at{};
  };
  using Place = std::list<Kept>::iterator;

  void keep(std::string key, std::string_view content);
  void drop(Place place);
  const Kept* find(const std::string& key, world::Nanos not_older);
  static std::string same_prompt(const Request& request, const History& prompt);
  static std::string same_question(const Request& request);
  std::string own_words(const Problem& problem) const;

  world::Clock& clock_;
  const DegradedConfig& config_;
  std::list<Kept> kept_;  // the oldest first
  std::map<std::string, Place, std::less<>> places_;
  std::int64_t bytes_ = 0;
};

// Whether an answer of our own may stand in for this error: not when the request itself is at
// fault, or when something was done.
bool may_stand_in(const Problem& problem);

// A chat completion whose only choice says it: `degraded`, `source` and `age_s` are members of its
// `agentcore`.
std::string completion_body(const DegradedAnswer& answer, std::string_view id,
                            std::int64_t created_s);

// The same as the events of a stream, without the terminal one.
std::string completion_events(const DegradedAnswer& answer, std::string_view id,
                              std::int64_t created_s);

}  // namespace agent
