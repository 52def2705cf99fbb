// A valid answer that is not the one it should be: from another model, another server, another
// turn, or simply wrong. Only the content tells.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <tuple>

#include "world/field.hpp"

namespace fakes {

enum class OtherAnswerHow {
  lie, model_fallback, fingerprint_drift, region_failover, repeated, key_ignored,
};

constexpr std::array<world::Choice<OtherAnswerHow>, 6> choices(OtherAnswerHow) {
  return {{{"lie", OtherAnswerHow::lie},
           {"model_fallback", OtherAnswerHow::model_fallback},
           {"fingerprint_drift", OtherAnswerHow::fingerprint_drift},
           {"region_failover", OtherAnswerHow::region_failover},
           {"repeated", OtherAnswerHow::repeated},
           {"key_ignored", OtherAnswerHow::key_ignored}}};
}

struct OtherAnswer {
  OtherAnswerHow how = OtherAnswerHow::lie;
  std::string model = "fallback-mini";

  static constexpr std::string_view kind = "answer";
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("how", &OtherAnswer::how,
              "lie (a number is another; the checksum shows it), model_fallback, "
              "fingerprint_drift, region_failover (the history is forgotten), repeated (the same "
              "user's previous answer again), key_ignored (a second answer for an "
              "Idempotency-Key)."),
        field("model", &OtherAnswer::model, "Who answers instead, of model_fallback."));
  }
  friend bool operator==(const OtherAnswer&, const OtherAnswer&) = default;
};

}  // namespace fakes
