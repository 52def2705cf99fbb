#include "harness/commands/version.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "harness/verdict/verdict.hpp"
#include "harness/version.hpp"

namespace harness {

void add_version(CLI::App& command, int& exit_code) {
  auto as_json = std::make_shared<bool>(false);
  command.add_flag("--json", *as_json, "The same, as JSON.");
  command.callback([as_json, &exit_code] {
    const std::string text = *as_json ? version_json().dump(2) : version_text();
    std::printf("%s\n", text.c_str());
    exit_code = exit_code::kPass;
  });
}

}  // namespace harness
