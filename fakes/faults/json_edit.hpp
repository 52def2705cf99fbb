// Surgery on JSON text: finds a member by name, by kind or by path, and puts other text in its
// place, valid or not. Parses anew for each edit: for faults, never for the normal answer.
// Every function leaves text alone that it cannot read. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fakes {

// Which value of a JSON text is meant, whatever the dialect calls it.
enum class JsonTarget {
  payload,  // what the model said, by its usual names; else the first object or array, or the last
  text,     // the first text of the answer; else the first string
  number,   // the first number
  finish,   // why the answer ends; else the first string
};

// As "/choices/0/message"; empty: none.
std::string find_target(std::string_view json, JsonTarget target);
// The same of the first member with one of the names, at any depth.
std::string find_member(std::string_view json, const std::vector<std::string_view>& names);

// The path of the first value that is this text; empty: none.
std::string find_text(std::string_view json, std::string_view text);

std::string value_at(const std::string& json, const std::string& path);  // as text; empty: none

// Each returns false, and changes nothing, when there is no such place.
bool replace_value(std::string& json, const std::string& path, std::string_view raw);
bool rename_member(std::string& json, const std::string& path, std::string_view name);
bool erase_member(std::string& json, const std::string& path);

}  // namespace fakes
