// Replay: which recorded answer a request gets. A request is the recorded one if method, path and
// the bytes of its body are; several recordings of it are given in turn, in the order of the file,
// and then again from the first. One clock; the recording lives as long as the replay.
#pragma once

#include <map>
#include <memory>

#include "fakes/recording.hpp"
#include "world/task.hpp"

namespace fakes {

class Exchange;

class Replay {
 public:
  explicit Replay(std::shared_ptr<const Recording> recording);

  // Null: it was not recorded.
  const RecordedExchange* next(const world::HttpRequest& request);

  // Whether anything was recorded at the request's path.
  bool knows(const world::HttpRequest& request) const;

  // Begins again with the first of each.
  void forget();

 private:
  struct Same {
    std::vector<const RecordedExchange*> recorded;
    std::size_t turn = 0;
  };
  using ByBody = std::map<std::uint64_t, Same>;

  std::shared_ptr<const Recording> recording_;
  std::map<std::string, ByBody> by_call_;  // "POST /v1/chat/completions"
};

// Answers with x.recorded: its status and headers, and each chunk when it came, counted from when
// the request was there.
world::Task<void> answer_recorded(Exchange& x);

}  // namespace fakes
