#include "harness/version.hpp"

#include <nlohmann/json.hpp>

#include "world/libraries.hpp"

namespace harness {

std::string_view version() { return SHAKEDOWN_VERSION; }
std::string_view build_type() { return SHAKEDOWN_BUILD_TYPE; }
std::string_view commit() { return SHAKEDOWN_COMMIT; }

std::string_view compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#else
  return "g++ " __VERSION__;
#endif
}

std::string version_text() {
  std::string text = "shakedown " + std::string(version()) + " (" + std::string(compiler()) + ", " +
                     std::string(build_type()) + ")";
  text += "\nconfigured at commit " + std::string(commit().empty() ? "unknown" : commit());
  for (const auto& [name, number] : world::library_versions()) {
    text += "\n" + name + " " + number;
  }
  return text;
}

nlohmann::ordered_json version_json() {
  nlohmann::ordered_json json;
  json["version"] = version();
  json["commit"] = commit().empty() ? nlohmann::ordered_json(nullptr) : commit();
  json["compiler"] = compiler();
  json["build_type"] = build_type();
  for (const auto& [name, number] : world::library_versions()) json["libraries"][name] = number;
  return json;
}

}  // namespace harness
