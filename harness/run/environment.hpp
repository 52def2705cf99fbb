// EnvironmentProbe: what may differ between two equal runs: host, build, wall-clock times, CPU and
// memory of this process from its construction to finish().
#pragma once

#include "reports/run_record.hpp"

namespace harness {

class EnvironmentProbe {
 public:
  EnvironmentProbe();
  reports::Environment finish() const;

 private:
  reports::Environment before_;
  std::int64_t started_ = 0;  // steady nanoseconds
};

}  // namespace harness
