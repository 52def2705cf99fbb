// Free lists for coroutine frames, per thread: frames of a few sizes come and go millions of times.
// A frame is released on the thread that allocated it (tasks never move between threads).
#pragma once

#include <array>
#include <cstddef>
#include <new>

namespace world {

class FramePool {
 public:
  static void* allocate(std::size_t size) {
    const std::size_t c = class_of(size);
    if (c >= kClasses) return ::operator new(size);
    Node*& head = lists().head[c];
    if (head == nullptr) return ::operator new((c + 1) * kStep);
    Node* node = head;
    head = node->next;
    return node;
  }

  static void release(void* p, std::size_t size) noexcept {
    const std::size_t c = class_of(size);
    if (c >= kClasses) {
      ::operator delete(p);
      return;
    }
    Node* node = static_cast<Node*>(p);
    node->next = lists().head[c];
    lists().head[c] = node;
  }

 private:
  struct Node {
    Node* next;
  };
  static constexpr std::size_t kStep = 64;
  static constexpr std::size_t kClasses = 64;  // up to 4 KiB; larger frames go to the heap
  struct Lists {
    std::array<Node*, kClasses> head{};
    ~Lists() {
      for (Node* node : head) {
        while (node != nullptr) {
          Node* next = node->next;
          ::operator delete(node);
          node = next;
        }
      }
    }
  };
  static std::size_t class_of(std::size_t size) { return (size - 1) / kStep; }
  static Lists& lists() {
    static thread_local Lists lists;
    return lists;
  }
};

}  // namespace world
