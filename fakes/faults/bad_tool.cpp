#include "fakes/faults/strike.hpp"
#include "fakes/stream_writer.hpp"
#include "fakes/tools/tool_server.hpp"

namespace fakes {
namespace {

// The work, with its notices of progress; not the answer. False when nobody hears.
world::Task<bool> work_without_answer(Exchange& x) {
  if (!x.record.stream) {
    co_await x.wait_until(x.begun() + x.timing.to_last_token(x.answer.units()));
    co_return true;
  }
  StreamWriter writer(x);
  const bool alive = co_await writer.write_until(writer.events() - 1);
  if (alive) co_await x.wait_until(x.begun() + x.timing.to_last_token(x.answer.units()));
  co_return alive;
}

}  // namespace

world::Task<void> strike(BadTool fault, Exchange& x) {
  x.bad_tool = &fault;
  if (fault.how == BadToolHow::timeout) {
    co_await x.stay_silent();
    co_return;
  }
  if (fault.how == BadToolHow::slow || fault.how == BadToolHow::dies) {
    set_work(x, fault.time, fault.heartbeat);
  }
  if (fault.how == BadToolHow::dies) {
    const bool heard = co_await work_without_answer(x);
    if (heard) x.connection.reset();
    co_return;
  }
  if (fault.how == BadToolHow::reply_lost) {
    const bool heard = co_await work_without_answer(x);
    x.make_answer();
    if (heard) co_await x.stay_silent();
    co_return;
  }
  co_await answer_normally(x);
}

}  // namespace fakes
