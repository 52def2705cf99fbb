// The house rules that a machine can check, one row each, each with a canary: a source that breaks
// the rule and that the rule must find. Pure functions over the text of a file; any thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace tidy {

struct Source {
  std::string path;  // from the root of the repository
  std::string text;
};

using Findings = std::vector<std::string>;  // "path:line: what"

struct Rule {
  const char* name;
  Findings (*check)(const Source& source);
  Source canary;
};

std::vector<Rule> rules();

// Every file of the product, its tests and its scripts that holds text for people to keep.
std::vector<Source> sources();

}  // namespace tidy
