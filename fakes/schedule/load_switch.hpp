// A switch with hysteresis per backend: on above one number of requests in flight, off again at
// another. It depends on load by design, so on the order in which requests come. At most as many
// entries as there are backends. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "fakes/schedule/fault.hpp"

namespace fakes {

class LoadSwitch {
 public:
  // One more request comes to so many `others`. Between two of them the number in flight only
  // falls, so this sees every crossing: the lowest since the last one is `others`.
  void follow(const LoadThreshold& threshold, std::string_view backend, std::int64_t others) {
    auto found = on_.find(backend);
    if (found == on_.end()) found = on_.emplace(std::string(backend), false).first;
    if (others <= threshold.below) found->second = false;
    if (others + 1 > threshold.above) found->second = true;
  }

  bool on(std::string_view backend) const {
    const auto found = on_.find(backend);
    return found != on_.end() && found->second;
  }

 private:
  std::map<std::string, bool, std::less<>> on_;
};

}  // namespace fakes
