// What a provider does that is valid HTTP and JSON, and still hurts.
#include "fakes/faults/catalogue.hpp"

namespace fakes {
namespace {

// clang-format off
constexpr CatalogueRow kRows[] = {
  {"provider.rate_limit", "Status 429 in the provider's form, with Retry-After.",
   "rate_limit: {retry_after: 20s}", "F1"},
};
// clang-format on

}  // namespace

const std::span<const CatalogueRow> kProviderCatalogue = kRows;

}  // namespace fakes
