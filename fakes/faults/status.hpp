// An HTTP status instead of an answer. Without a body the dialect writes the provider's error form.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "world/field.hpp"

namespace fakes {

struct Status {
  std::int32_t code = 503;
  std::string body;                            // empty: the provider's own error body
  std::map<std::string, std::string> headers;  // beside those of the dialect
  bool html = false;

  static constexpr std::string_view kind = "status";
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("code", &Status::code, "HTTP status code.").between(400, 599),
        field("body", &Status::body, "Body, verbatim; the provider's error form if empty."),
        field("headers", &Status::headers, "Further response headers, name: value."),
        field("html", &Status::html, "The body is a gateway's HTML page."));
  }
  friend bool operator==(const Status&, const Status&) = default;
};

}  // namespace fakes
