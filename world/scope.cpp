#include "world/scope.hpp"

namespace world {

// A child is its own strand. It starts as an event, so that spawning never runs code inside the
// spawner, and frees itself when its task has ended.
struct Scope::Child final : Event {
  Child(Scope& s, Task<void> t) : scope(s), task(std::move(t)) { mark = 4; }

  struct Root {  // the coroutine at the bottom of the strand
    struct promise_type {
      Strand* strand = nullptr;
      Child* child;
      promise_type(Child& c) : strand(&c.strand), child(&c) {}
      static void* operator new(std::size_t size) { return FramePool::allocate(size); }
      static void operator delete(void* p, std::size_t size) { FramePool::release(p, size); }
      Root get_return_object() { return {}; }
      std::suspend_never initial_suspend() noexcept { return {}; }
      std::suspend_never final_suspend() noexcept { return {}; }
      void return_void() {}
      void unhandled_exception() { ENSURE(false, "a scope's root coroutine threw"); }
    };
  };

  static Root run(Child& child) {
    try {
      co_await child.task;
    } catch (const Cancelled&) {
    } catch (...) {
      if (!child.scope.escaped_) child.scope.escaped_ = std::current_exception();
    }
    child.scope.finish(child);
  }

  void fire() override { run(*this); }

  Scope& scope;
  Task<void> task;
  Strand strand;
  Child* previous = nullptr;
  Child* next = nullptr;
};

bool Scope::spawn(Task<void> task) {
  if (closing_) return false;
  auto* child = new Child(*this, std::move(task));
  child->next = children_;
  if (children_ != nullptr) children_->previous = child;
  children_ = child;
  ++running_;
  clock_.post(*child);
  return true;
}

void Scope::cancel() {
  closing_ = true;
  for (Child* c = children_; c != nullptr; c = c->next) c->strand.cancel();
}

void Scope::finish(Child& child) {
  if (child.previous != nullptr) child.previous->next = child.next;
  if (child.next != nullptr) child.next->previous = child.previous;
  if (children_ == &child) children_ = child.next;
  delete &child;
  if (--running_ == 0 && joiner_ != nullptr) clock_.post(*std::exchange(joiner_, nullptr));
}

}  // namespace world
