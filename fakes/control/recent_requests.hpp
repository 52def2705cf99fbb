// The last requests that the fakes have answered, for whoever asks what happened: a ring of bounded
// length, numbered from 0 on. One thread.
#pragma once

#include <deque>

#include "fakes/journal.hpp"
#include "fakes/fault_schedule.hpp"

namespace fakes {

class RecentRequests {
 public:
  static constexpr std::size_t kKept = 10'000;

  void note(const PromptRecord& record);
  void forget();  // the numbers go on

  // Appends the records from number `since` on, at most `limit`, each as one line of JSON, and
  // returns the number behind the last one.
  std::uint64_t write_since(std::string& out, std::uint64_t since, std::size_t limit,
                            const FaultSchedule& faults) const;

 private:
  std::deque<PromptRecord> records_;
  std::uint64_t first_ = 0;  // number of the oldest kept
};

// One record as one line of JSON, line break included. Times are in seconds of scenario time.
void write_record_line(std::string& out, std::uint64_t number, const PromptRecord& record,
                       const FaultSchedule& faults);

}  // namespace fakes
