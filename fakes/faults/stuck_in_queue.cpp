#include "fakes/faults/stuck_in_queue.hpp"

#include "fakes/background.hpp"
#include "fakes/faults/edited.hpp"
#include "fakes/faults/strike.hpp"

namespace fakes {

world::Task<void> strike(StuckInQueue, Exchange& x) {
  if (x.stored == nullptr) {
    x.had_effect = false;  // nobody asked for an answer in the background
    co_await answer_normally(x);
    co_return;
  }
  x.stored->answer = x.answer;
  stick_in_queue(x);
  if (x.record.stream) {
    StreamWriter::OnEvent unchanged = [](std::string&, const Place&, std::int64_t) {};
    co_await stream_edited(x, std::move(unchanged));
  } else {
    co_await answer_queued(x);
  }
  mark_spoiled(x);
}

}  // namespace fakes
