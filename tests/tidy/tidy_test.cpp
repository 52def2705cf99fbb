// The house rules hold in every source; and each rule can fail.
#include <catch2/catch.hpp>
#include <set>

#include "rules.hpp"

using namespace tidy;

TEST_CASE("every rule finds its canary, and nothing in a sound source", "[tidy]") {
  const Source sound{"harness/a.hpp",
                     "// A sound header.\n#pragma once\n\n#include \"agent/agent.hpp\"\n"
                     "#include <nlohmann/json_fwd.hpp>\n\nint operand();  // no std::thread\n"
                     "bool sleep_for_sync();\n"};
  for (const Rule& rule : rules()) {
    INFO(rule.name);
    CHECK(rule.check(rule.canary).size() == 1);
    CHECK(rule.check(sound).empty());
  }
}

TEST_CASE("the sources keep the house rules", "[tidy]") {
  const std::vector<Source> all = sources();
  CHECK(all.size() > 200);  // the rules looked at something
  std::set<Findings (*)(const Source&)> done;  // several rules share a check
  for (const Rule& rule : rules()) {
    if (!done.insert(rule.check).second) continue;
    for (const Source& source : all) {
      for (const std::string& finding : rule.check(source)) FAIL_CHECK(finding);
    }
  }
}
