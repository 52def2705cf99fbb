// What happens to streams of events.
#include "fakes/faults/catalogue.hpp"

namespace fakes {
namespace {

// clang-format off
constexpr CatalogueRow kRows[] = {
  {"sse.stall", "A stream falls silent after some events and stays open.",
   "stall: {after_events: 4}", "F10"},
  {"sse.cut", "A stream's connection is closed before the end of its body.",
   "cut: {after_events: 4}", "F11"},
};
// clang-format on

}  // namespace

const std::span<const CatalogueRow> kSseCatalogue = kRows;

}  // namespace fakes
