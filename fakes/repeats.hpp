// Counts attempts of clients that do not say which one it is: the same request again (API key, path
// and body) is the next attempt. The count of a request ends when it has succeeded, when it has not
// come for a while, and when so many others have come since that there is no room for it. Who sends
// the same at the same time counts as one client. One thread.
#pragma once

#include "world/http.hpp"
#include "world/lru_map.hpp"
#include "world/units.hpp"

namespace fakes {

class Repeats {
 public:
  Repeats(std::size_t requests_max, world::Nanos within)
      : within_(within), counts_(requests_max) {}

  // What a request is known by.
  static std::uint64_t name_of(const world::HttpRequest& request);

  // Which attempt it is that comes now; the first is 1.
  std::uint32_t next(std::uint64_t name, world::Instant now);

  void succeeded(std::uint64_t name) { counts_.erase(name); }
  void forget() { counts_.clear(); }
  std::size_t size() const { return counts_.size(); }

 private:
  struct Count {
    std::uint32_t attempts = 0;
    world::Instant last{};
  };

  world::Nanos within_;
  world::LruMap<std::uint64_t, Count> counts_;
};

}  // namespace fakes
