// What happens to connections.
#include "fakes/faults/catalogue.hpp"

namespace fakes {
namespace {

// clang-format off
constexpr CatalogueRow kRows[] = {
  {"tcp.refuse", "Connections are refused, as by a closed port.", "refuse: {}", "F7"},
  {"tcp.black_hole", "Connection attempts are never answered.", "black_hole: {}", "F8"},
};
// clang-format on

}  // namespace

const std::span<const CatalogueRow> kTcpCatalogue = kRows;

}  // namespace fakes
