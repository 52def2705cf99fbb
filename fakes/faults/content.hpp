// An answer that says nothing, though it ends as if all were well: no text, a null where the text
// should be, or no choices at all, as Azure's filter has it.
#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "world/field.hpp"

namespace fakes {

enum class ContentHow { empty, null_text, no_choices, null_choices };

constexpr std::array<world::Choice<ContentHow>, 4> choices(ContentHow) {
  return {{{"empty", ContentHow::empty},
           {"null_text", ContentHow::null_text},
           {"no_choices", ContentHow::no_choices},
           {"null_choices", ContentHow::null_choices}}};
}

struct Content {
  ContentHow how = ContentHow::empty;

  static constexpr std::string_view kind = "content";
  static constexpr auto fields() {
    return std::tuple(world::field(
        "how", &Content::how,
        "empty (a text of no length), null_text, no_choices (an empty list; of a stream of choices "
        "the first chunk has it), null_choices. Providers without choices have a list of contents "
        "or outputs, which it then is."));
  }
  friend bool operator==(const Content&, const Content&) = default;
};

}  // namespace fakes
