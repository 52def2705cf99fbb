// Templates of replies: `{{name}}` stands for something of the request. Pure functions; any thread.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace fakes {

struct TemplateValues {
  std::string model;
  std::string user;
  std::string text;
  std::string turn;
  std::string attempt;
  std::string canary;
  std::string tool_result;
};

// The text with every name replaced. In a JSON template the values are spelt as the inside of JSON
// strings. The template must be sound.
std::string fill_template(std::string_view pattern, const TemplateValues& values, bool json);

// The first thing that is wrong with a template, as a sentence; empty: nothing.
std::string problem_of_template(std::string_view pattern);

}  // namespace fakes
