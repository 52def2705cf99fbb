#include "fakes/faults/catalogue.hpp"

namespace fakes {

std::vector<CatalogueRow> catalogue() {
  std::vector<CatalogueRow> rows;
  for (const auto& layer :
       {kDnsCatalogue, kTcpCatalogue, kTlsCatalogue, kHttpCatalogue, kSseCatalogue, kJsonCatalogue,
        kProviderCatalogue, kToolCatalogue}) {
    rows.insert(rows.end(), layer.begin(), layer.end());
  }
  return rows;
}

}  // namespace fakes
