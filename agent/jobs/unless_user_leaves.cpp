#include "agent/jobs/unless_user_leaves.hpp"

namespace agent {

using world::HttpServerConnection;
using world::Scope;
using world::Task;

namespace {

Task<void> watch(HttpServerConnection& connection, Scope* working, bool& left) {
  co_await connection.watch_for_close();
  left = true;
  if (working != nullptr) working->cancel();
}

Task<void> do_work(Task<void> work, bool& finished) {
  co_await work;
  finished = true;
}

// Both scopes are joined on every way out, also when the caller is cancelled.
Task<void> join_both(Scope& working, Scope& watching) {
  std::exception_ptr ended;
  try {
    co_await working.join();
  } catch (...) {
    ended = std::current_exception();
  }
  watching.cancel();
  co_await watching.join_anyway();
  if (ended) std::rethrow_exception(ended);
}

}  // namespace

Task<bool> unless_user_leaves(world::Clock& clock, HttpServerConnection& connection,
                              Task<void> work) {
  bool left = false;
  bool finished = false;
  Scope working(clock);
  Scope watching(clock);
  working.spawn(do_work(std::move(work), finished));
  watching.spawn(watch(connection, &working, left));
  co_await join_both(working, watching);
  co_return finished;
}

Task<void> noting_who_leaves(world::Clock& clock, HttpServerConnection& connection,
                             Task<void> work, bool& left) {
  bool finished = false;
  Scope working(clock);
  Scope watching(clock);
  working.spawn(do_work(std::move(work), finished));
  watching.spawn(watch(connection, nullptr, left));
  co_await join_both(working, watching);
}

}  // namespace agent
