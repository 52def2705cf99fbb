// SHA-256 of bytes, for what must not be forged or must not collide: fingerprints of requests. For
// mere distribution use hash_bytes (sim_clock.hpp) or Random. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace world {

// 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace world
