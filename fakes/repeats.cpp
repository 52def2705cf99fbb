#include "fakes/repeats.hpp"

#include "fakes/api_key.hpp"
#include "world/random.hpp"

namespace fakes {

std::uint64_t Repeats::name_of(const world::HttpRequest& request) {
  std::uint64_t name = world::entity_of(request.body);
  for (const std::string_view part : {api_key_in(request.headers), request.path()}) {
    name = (name ^ world::entity_of(part)) * 1099511628211ULL;
  }
  return name;
}

std::uint32_t Repeats::next(std::uint64_t name, world::Instant now) {
  Count& count = counts_.at(name);
  if (count.attempts > 0 && now - count.last > within_) count.attempts = 0;
  count.last = now;
  return ++count.attempts;
}

}  // namespace fakes
