// An answer with other headers than it should have: another content type, more of them, a large
// one, or the end of the connection announced each time.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "world/field.hpp"

namespace fakes {

struct Headers {
  std::string content_type;
  std::map<std::string, std::string> add;
  std::int64_t filler = 0;
  bool close = false;

  static constexpr std::string_view kind = "headers";
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("content_type", &Headers::content_type, "Instead of the right one."),
        field("add", &Headers::add, "Further ones, name: value; also such as are there already."),
        field("filler", &Headers::filler, "Size of a header that says nothing.")
            .in(world::Unit::bytes)
            .between(0, 64 << 20),
        field("close", &Headers::close, "`connection: close`, and it is closed."));
  }
  friend bool operator==(const Headers&, const Headers&) = default;
};

}  // namespace fakes
