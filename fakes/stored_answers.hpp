// The answers that a provider stores, so that a client can fetch them later, build on them, and
// cancel those that are made in the background. A stored answer is a plan of instants: how far it
// has come follows from the time at which it is looked at, and nothing runs meanwhile.
// Bounded in number and bytes: the oldest leaves first. One clock.
#pragma once

#include <list>
#include <map>
#include <memory>

#include "fakes/chat.hpp"
#include "fakes/timing.hpp"
#include "world/signal.hpp"

namespace fakes {

// What an answer was made from: what a later request that builds on it takes over.
struct Context {
  std::vector<Marker> markers;
  std::int64_t messages = 0;
  std::int64_t prompt_bytes = 0;
  std::int64_t turns = 0;
  std::int64_t tool_results = 0;
  std::optional<world::TurnId> asked;

  static constexpr std::size_t kMarkersMax = 16'384;
};

struct StoredAnswer {
  StoredAnswer(world::Clock& clock, Timing t) : timing(t), changed(clock) {}

  world::Instant at{};               // asked for
  world::Instant starts{};           // leaves the queue; kNever: it is stuck there
  world::Instant ends{};             // its last event; kNever when it is stuck
  world::Instant cancelled = world::kNever;
  world::Instant expires = world::kNever;
  bool streamed = false;             // it was asked for as a stream
  Timing timing;
  Answer answer;
  Context context;
  std::string input;                 // that it was made from, JSON
  world::Signal changed;             // it was cancelled

  Progress progress(world::Instant now) const;

  // Whether an event that is due then ever comes about.
  bool reaches(world::Instant due) const { return due <= cancelled && due != world::kNever; }

  std::size_t bytes() const;     // about how much memory it takes
  std::size_t bytes_counted = 0;  // when it was stored
};

class StoredAnswers {
 public:
  static constexpr std::size_t kAnswersMax = 65'536;
  static constexpr std::size_t kBytesMax = 256 << 20;

  explicit StoredAnswers(std::size_t answers_max = kAnswersMax, std::size_t bytes_max = kBytesMax)
      : answers_max_(answers_max), bytes_max_(bytes_max) {}
  StoredAnswers(const StoredAnswers&) = delete;

  // Stores it under its answer's id, in place of one with the same id.
  void add(std::shared_ptr<StoredAnswer> answer, world::Instant now);

  // Null: there is none, or not any more.
  std::shared_ptr<StoredAnswer> find(std::uint64_t id, world::Instant now);

  void remove(std::uint64_t id);
  void clear();

  std::size_t size() const { return by_age_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  using ByAge = std::list<std::shared_ptr<StoredAnswer>>;

  void forget(ByAge::iterator place);

  std::size_t answers_max_;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  ByAge by_age_;  // oldest first: all are kept equally long
  std::map<std::uint64_t, ByAge::iterator> places_;
};

}  // namespace fakes
