// What the fakes count, for Prometheus: requests by how they ended, tokens, times to first byte and
// to the end, and how late their own writes were, as they are written. One thread.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "fakes/server.hpp"

namespace fakes {

class Metrics {
 public:
  Metrics();
  ~Metrics();

  void note(const PromptRecord& record);

  // The text exposition format, version 0.0.4. The faults must be settled.
  std::string text(const Server& server);

 private:
  struct Families;
  struct OfBackend;
  std::unique_ptr<Families> families_;
  std::map<std::string, std::unique_ptr<OfBackend>> backends_;  // by name
};

}  // namespace fakes
