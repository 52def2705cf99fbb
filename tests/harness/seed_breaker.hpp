// The circuit breaker of seed 002 (lines 289-405), transliterated with its defects, and a driver
// that calls through it in virtual time and writes the ledger that a core with it would write: the
// calls, the rejections, and each change of what getState says of any key. For tests of the oracle.
#pragma once

#include <functional>
#include <map>
#include <queue>
#include <set>
#include <string>
#include <vector>

#include "world/units.hpp"

namespace test {

class SeedBreaker {
 public:
  struct Config {
    std::size_t failure_threshold = 5;
    std::size_t success_threshold = 2;
    std::int64_t reset_timeout_ms = 60'000;
    std::int64_t window_ms = 300'000;
  };

  explicit SeedBreaker(Config config) : config_(config) {}

  // False: open.
  bool admit(const std::string& key, std::int64_t now) {
    const auto open = open_until_.find(key);
    if (open == open_until_.end()) return true;
    if (now < open->second) return false;
    state_ = "half_open";
    open_until_.erase(open);
    return true;
  }

  void record_success(const std::string& key) {
    if (++consecutive_successes_[key] < config_.success_threshold) return;
    state_ = "closed";
    failures_.erase(key);
    consecutive_successes_.erase(key);
  }

  void record_failure(const std::string& key, std::int64_t now) {
    consecutive_successes_[key] = 0;
    std::vector<std::int64_t>& records = failures_[key];
    records.push_back(now);
    std::erase_if(records, [&](std::int64_t at) { return at <= now - config_.window_ms; });
    if (records.size() < config_.failure_threshold) return;
    state_ = "open";
    open_until_[key] = now + config_.reset_timeout_ms;
  }

  std::string state(const std::string& key, std::int64_t now) const {
    const auto open = open_until_.find(key);
    if (open != open_until_.end() && now < open->second) return "open";
    return state_;
  }

 private:
  Config config_;
  std::string state_ = "closed";  // of all keys
  std::map<std::string, std::vector<std::int64_t>> failures_;
  std::map<std::string, std::int64_t> open_until_;
  std::map<std::string, std::size_t> consecutive_successes_;
};

}  // namespace test
