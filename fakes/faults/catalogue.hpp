// The catalogue: everything that a user can break, by name, with a sentence and an example that
// works as it stands. One row each, in the file of its layer under catalogue/; `shakedown list
// faults` shows them, and tests/wire finds every one of them in raw bytes. A row names a use of a
// kind (table.hpp): several rows may share one. Constant data; any thread.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "fakes/faults/table.hpp"

namespace fakes {

struct CatalogueRow {
  std::string_view name;     // layer and name, as "sse.no_terminal"
  std::string_view doc;      // one sentence: what happens on the wire
  std::string_view example;  // the action as it stands in a scenario, as "stall: {after_events: 4}"
  std::string_view known;    // ids of the failure taxonomy, as "F12"; empty: none
};

struct CatalogueLayer {
  std::string_view name;  // what its rows' names begin with, before the dot
  std::string_view doc;   // one line
};
extern const std::array<CatalogueLayer, 8> kCatalogueLayers;

// By layer, in the order in which a connection meets them.
extern const std::span<const CatalogueRow> kDnsCatalogue;
extern const std::span<const CatalogueRow> kTcpCatalogue;
extern const std::span<const CatalogueRow> kTlsCatalogue;
extern const std::span<const CatalogueRow> kHttpCatalogue;
extern const std::span<const CatalogueRow> kSseCatalogue;
extern const std::span<const CatalogueRow> kJsonCatalogue;
extern const std::span<const CatalogueRow> kProviderCatalogue;
extern const std::span<const CatalogueRow> kToolCatalogue;

std::vector<CatalogueRow> catalogue();  // all layers

}  // namespace fakes
