#include "fakes/faults/header_text.hpp"

#include <algorithm>
#include <map>

namespace fakes {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_value(std::string_view text) { return std::none_of(text.begin(), text.end(), is_control); }

bool is_name(std::string_view text) {
  const auto stands = [](char c) {
    return !is_control(c) && static_cast<unsigned char>(c) < 0x80 &&
           std::string_view(" \t:()<>@,;\\\"/[]?={}").find(c) == std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), stands);
}

std::string problem_of(const std::map<std::string, std::string>& headers) {
  for (const auto& [name, value] : headers) {
    if (!is_name(name)) return "has a header whose name no header can have";
    if (!is_value(value)) return "has a line break or control character in the header " + name;
  }
  return {};
}

std::string problem_of_value(std::string_view value) {
  return is_value(value) ? std::string() : "has a line break or control character in a header";
}

}  // namespace

std::string header_problem(const FaultAction& action) {
  if (const auto* status = std::get_if<Status>(&action)) return problem_of(status->headers);
  if (const auto* redirect = std::get_if<Redirect>(&action)) return problem_of_value(redirect->to);
  if (const auto* wrong = std::get_if<FalseSuccess>(&action)) {
    return problem_of_value(wrong->content_type);
  }
  if (const auto* headers = std::get_if<Headers>(&action)) {
    const std::string added = problem_of(headers->add);
    return added.empty() ? problem_of_value(headers->content_type) : added;
  }
  return {};
}

}  // namespace fakes
