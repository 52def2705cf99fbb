// Task<T>: a lazy coroutine. A chain of tasks that await one another is a Strand; it has at most
// one pending wait, and cancelling the strand ends that wait by throwing Cancelled through the
// chain. Cancellation is terminal: every later wait of the strand throws at once.
// One thread per clock; tasks never move between threads. A coroutine takes values, or references
// to objects that outlive its scope. See docs/traps.md before writing one with g++ 12.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "world/ensure.hpp"
#include "world/event.hpp"
#include "world/frame_pool.hpp"

namespace world {

struct Cancelled {};  // thrown out of a wait; let it pass

class Wait;

class Strand {
 public:
  Strand() = default;
  Strand(const Strand&) = delete;
  Strand& operator=(const Strand&) = delete;

  void cancel();
  bool cancelled() const { return cancelled_; }

 private:
  friend class Wait;
  Wait* pending_ = nullptr;
  bool cancelled_ = false;
};

// Base of every primitive that a coroutine can wait for. A subclass registers itself with its
// source in await_suspend (after attach), and leads to exactly one resume(): by the source, or,
// after on_cancel, by posting itself to its clock.
class Wait : public Event {
 protected:
  template <class Promise>
  bool attach(std::coroutine_handle<Promise> waiter) {
    waiter_ = waiter;
    strand_ = waiter.promise().strand;
    if (strand_->cancelled_) {
      cancelled_ = true;
      return false;
    }
    strand_->pending_ = this;
    return true;
  }

  // Waits although the strand is cancelled: for what must end before its owner does.
  void force_attach() { strand_->pending_ = this; }

  void resume() {
    strand_->pending_ = nullptr;
    waiter_.resume();
  }

  // For a wait whose coroutine is resumed by something other than resume().
  void detach() { strand_->pending_ = nullptr; }

  void fire() override { resume(); }
  virtual void on_cancel() = 0;

  void throw_if_cancelled() const {
    if (cancelled_) throw Cancelled{};
  }

  ~Wait() override = default;
  bool cancelled_ = false;

 private:
  friend class Strand;
  std::coroutine_handle<> waiter_;
  Strand* strand_ = nullptr;
};

inline void Strand::cancel() {
  if (cancelled_) return;
  cancelled_ = true;
  if (pending_ != nullptr) {
    pending_->cancelled_ = true;
    pending_->on_cancel();
  }
}

template <class T>
class Task;

namespace detail {

struct PromiseBase {
  std::coroutine_handle<> continuation;
  Strand* strand = nullptr;
  std::exception_ptr thrown;
  bool starting = false;  // still inside the parent's await_suspend: the parent goes on by itself

  static void* operator new(std::size_t size) { return FramePool::allocate(size); }
  static void operator delete(void* p, std::size_t size) { FramePool::release(p, size); }

  std::suspend_always initial_suspend() noexcept { return {}; }

  struct Final {
    bool await_ready() noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> self) noexcept {
      PromiseBase& p = self.promise();
      if (p.starting || !p.continuation) return std::noop_coroutine();
      return p.continuation;
    }
    void await_resume() noexcept {}
  };
  Final final_suspend() noexcept { return {}; }
  void unhandled_exception() { thrown = std::current_exception(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object();
  template <class U>
  void return_value(U&& v) {
    value.emplace(std::forward<U>(v));
  }
  T take() {
    if (thrown) std::rethrow_exception(thrown);
    return std::move(*value);
  }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object();
  void return_void() {}
  void take() {
    if (thrown) std::rethrow_exception(thrown);
  }
};

}  // namespace detail

template <class T = void>
class [[nodiscard("a task does nothing until it is awaited")]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle h) : handle_(h) {}
  Task(Task&& o) noexcept : handle_(std::exchange(o.handle_, {})) {}
  Task& operator=(Task&& o) noexcept {
    if (this != &o) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(o.handle_, {});
    }
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  // Awaiting starts the child on the parent's strand. A child that completes without suspending
  // returns here instead of transferring, so loops over ready children use no stack at -O0 either.
  bool await_ready() const noexcept { return false; }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> parent) {
    return start(parent, parent.promise().strand);
  }
  T await_resume() { return handle_.promise().take(); }

  // Starts the task on a strand; returns whether it is still running. The continuation (may be
  // null) is resumed only if it is.
  bool start(std::coroutine_handle<> continuation, Strand* strand) {
    detail::PromiseBase& p = handle_.promise();
    p.strand = strand;
    p.continuation = continuation;
    p.starting = true;
    handle_.resume();
    p.starting = false;
    return !handle_.done();
  }
  T take() { return handle_.promise().take(); }
  bool done() const { return handle_.done(); }

 private:
  Handle handle_;
};

namespace detail {
template <class T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}
}  // namespace detail

// Runs a task that never suspends (real files, in-memory work) to its end, here and now.
template <class T>
T run_inline(Task<T> task) {
  Strand strand;
  const bool running = task.start({}, &strand);
  ENSURE(!running, "run_inline was given a task that waits");
  return task.take();
}

}  // namespace world
