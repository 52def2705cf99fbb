// Scope: where concurrent tasks live. It starts children, refuses new ones once it is closing, and
// is joined before its owner dies: join waits for every child and rethrows the first exception that
// escaped one (Cancelled does not count). Nothing is ever detached.
#pragma once

#include <cstddef>

#include "world/clock.hpp"

namespace world {

class Scope {
 public:
  explicit Scope(Clock& clock) : clock_(clock) {}
  ~Scope() { ENSURE(running_ == 0, "a scope died before its children"); }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  // Starts the task at the current instant, after what is already due. Returns false, and drops the
  // task, when the scope is closing.
  bool spawn(Task<void> task);

  // Cancels every child and refuses new ones. Children end soon, not now: join.
  void cancel();

  // Refuses new children; the present ones go on to their end.
  void close() { closing_ = true; }

  class Join;
  // Completes when no child runs; closes the scope. A cancelled joiner cancels the children, waits
  // for them all the same, and then throws.
  [[nodiscard]] Join join();

  // As join, but returns normally in a cancelled strand too: for owners that clean up.
  [[nodiscard]] Join join_anyway();

  std::size_t running() const { return running_; }
  bool closing() const { return closing_; }

 private:
  struct Child;
  void finish(Child& child);

  Clock& clock_;
  Child* children_ = nullptr;  // a list, newest first
  std::size_t running_ = 0;
  bool closing_ = false;
  std::exception_ptr escaped_;
  Join* joiner_ = nullptr;
};

class [[nodiscard]] Scope::Join final : public Wait {
 public:
  Join(Scope& scope, bool throws) : scope_(scope), throws_(throws) { mark = 3; }

  bool await_ready() {
    scope_.closing_ = true;
    return scope_.running_ == 0;
  }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> waiter) {
    // A cancelled strand still has to wait for its children.
    if (!attach(waiter)) scope_.cancel();
    scope_.joiner_ = this;
    force_attach();
    return true;
  }
  void await_resume() {
    if (scope_.escaped_) std::rethrow_exception(std::exchange(scope_.escaped_, nullptr));
    if (throws_) throw_if_cancelled();
  }

 private:
  friend class Scope;
  void on_cancel() override { scope_.cancel(); }
  Scope& scope_;
  bool throws_;
};

inline Scope::Join Scope::join() { return Join(*this, true); }
inline Scope::Join Scope::join_anyway() { return Join(*this, false); }

}  // namespace world
