#include "http_messages.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::check_split(world::HttpParser::Role::request, data, size);
}
