// The chunks of a body are wrong: a size that is no number, or the chunk that ends it is missing
// and the connection is closed cleanly instead. Plain answers are sent in chunks too.
#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "world/field.hpp"

namespace fakes {

enum class ChunkLie { bad_size, no_end };

constexpr std::array<world::Choice<ChunkLie>, 2> choices(ChunkLie) {
  return {{{"bad_size", ChunkLie::bad_size}, {"no_end", ChunkLie::no_end}}};
}

struct Chunks {
  ChunkLie how = ChunkLie::no_end;

  static constexpr std::string_view kind = "chunks";
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("how", &Chunks::how, "bad_size or no_end."));
  }
  friend bool operator==(const Chunks&, const Chunks&) = default;
};

}  // namespace fakes
