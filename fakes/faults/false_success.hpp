// Status 200 with something that is no answer: the provider's own error, or whatever a captive
// portal or a login page sends. Streams get it in place of their events.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include "world/field.hpp"

namespace fakes {

struct FalseSuccess {
  std::int32_t error = 500;
  std::string body;
  std::string content_type;

  static constexpr std::string_view kind = "false_success";
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("error", &FalseSuccess::error, "The status whose error body is sent.")
            .between(400, 599),
        field("body", &FalseSuccess::body, "Verbatim; the provider's error form if empty."),
        field("content_type", &FalseSuccess::content_type, "By default as the body begins."));
  }
  friend bool operator==(const FalseSuccess&, const FalseSuccess&) = default;
};

}  // namespace fakes
