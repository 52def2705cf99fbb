#include "harness/version.hpp"

#include <string>

namespace harness {

std::string_view version() { return SHAKEDOWN_VERSION; }
std::string_view build_type() { return SHAKEDOWN_BUILD_TYPE; }

std::string_view compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#else
  return "g++ " __VERSION__;
#endif
}

std::string_view version_text() {
  static const std::string text = "shakedown " + std::string(version()) + " (" +
                                  std::string(compiler()) + ", " + std::string(build_type()) + ")";
  return text;
}

}  // namespace harness
