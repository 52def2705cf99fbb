#include "world/real_entropy.hpp"

#include <sys/random.h>

#include <cerrno>

#include "world/ensure.hpp"

namespace world {

std::uint64_t entropy_bits() {
  std::uint64_t bits = 0;
  ssize_t n = 0;
  do {
    n = ::getrandom(&bits, sizeof(bits), 0);
  } while (n < 0 && errno == EINTR);
  ENSURE(n == sizeof(bits), "the kernel has no random bits");
  return bits;
}

}  // namespace world
