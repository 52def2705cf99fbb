// How far two words are apart, for "did you mean ...?". Pure; any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace world {

// Edits (insert, delete, replace, swap of neighbours) that turn a into b: the distance of optimal
// string alignment. Time and memory grow with the product of the lengths: for short words.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace world
