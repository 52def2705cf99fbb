// ProviderChain: asks the providers, in order, until one has begun to answer. The breaker is inside
// the retry: who meets an open one moves on. The same provider is asked again only after a wait,
// which is never shorter than what it asked for, and never when that passes the deadline; a 429
// rests the provider for everybody. One clock; must outlive its calls.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "agent/providers/backoff.hpp"
#include "agent/config.hpp"
#include "agent/api/problem.hpp"
#include "agent/api/request.hpp"
#include "agent/providers/upstream.hpp"

namespace agent {

// What asking came to: a call that answers, or why there is none.
struct Asked {
  std::unique_ptr<Upstream> upstream;
  Problem problem;                    // when there is none
  const Provider* provider = nullptr;  // the last one asked; null: nobody was
  int attempts = 0;                   // calls made
};

class ProviderChain {
 public:
  struct Parts {
    world::Clock& clock;
    world::Network& network;
    const Config& config;
    const Books& books;
    world::Random random;
  };
  // Throws std::invalid_argument when the config names no provider or one that is not given.
  ProviderChain(Parts parts, const std::vector<Provider>& providers);

  // One question. What it refers to outlives the asking.
  struct Question {
    const Request& request;
    const History& prompt;
    std::string further;  // members beside those of the request
    std::string id;
    world::Instant deadline = world::kNever;  // for the first word
    int attempts = 0;                         // calls made before, in the same request
  };
  world::Task<Asked> ask(Question question);

  std::size_t size() const { return lines_.size(); }
  const std::string& key_of_first() const { return lines_.front()->client.provider().api_key; }

 private:
  struct Line {  // to one provider
    explicit Line(ProviderChain& chain, const Provider& provider);
    ProviderClient client;
    world::Instant resting_until{};
    RetryBudget budget;
  };
  struct Choice {
    Line* line = nullptr;
    std::size_t index = 0;
    Breaker::Permit permit{};
    world::Nanos wait{0};   // without a line: until one may be there
    bool resting = false;   // and it is because of a limit, not of a breaker
  };
  struct Attempts;

  Choice choose(std::size_t first, const std::string& id);
  bool is_free(std::size_t line);
  world::Task<Outcome> attempt(Upstream& up, const Question& question, Attempts& so_far);
  world::Task<Outcome> read_answer(Upstream& up);
  world::Task<Outcome> read_to_commit(Upstream& up);
  world::Task<bool> wait_for_line(const Question& question, Asked& asked, Choice choice,
                                  Attempts& so_far);
  bool may_retry(Line& line, const Question& question, const Attempts& so_far) const;
  void rest(Line& line, const Attempts& so_far);
  world::Nanos wait_before(const Question& question, const Line& line,
                           const Attempts& so_far) const;
  Problem problem_of(const Line& line, const Attempts& so_far) const;

  Parts parts_;
  const Config& config_;
  std::vector<std::unique_ptr<Line>> lines_;  // in the order of the config
  std::unique_ptr<Breaker> breaker_;          // null: none
};

}  // namespace agent
