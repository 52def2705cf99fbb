// WallStep: by how much the wall clock of a process is set otherwise than the machine's. It stands
// in a file, so that another process can set it at any time and it outlives both. Lock-free; any
// thread. Whoever made the file removes it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "world/units.hpp"

namespace world {

class WallStep {
 public:
  // Makes the file when it is not there. Throws std::runtime_error, which names the file, when it
  // cannot be made or is no such file.
  explicit WallStep(const std::string& path);
  ~WallStep();
  WallStep(const WallStep&) = delete;
  WallStep& operator=(const WallStep&) = delete;

  Nanos get() const { return Nanos(step().load(std::memory_order_relaxed)); }
  void add(Nanos by) { step().fetch_add(by.count(), std::memory_order_relaxed); }

 private:
  struct Mapping;

  static_assert(std::atomic<std::int64_t>::is_always_lock_free);
  std::atomic<std::int64_t>& step() const { return *step_; }

  std::unique_ptr<Mapping> mapping_;
  std::atomic<std::int64_t>* step_ = nullptr;
};

}  // namespace world
