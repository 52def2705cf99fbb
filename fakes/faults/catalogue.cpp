#include "fakes/faults/catalogue.hpp"

namespace fakes {

const std::array<CatalogueLayer, 8> kCatalogueLayers = {{
    {"dns", "Asking for a backend's name (in simulation only)."},
    {"tcp", "What happens to connections."},
    {"tls", "Handshakes and certificates, of backends with `tls: true`."},
    {"http", "Statuses, headers, bodies."},
    {"sse", "Streams."},
    {"json", "What the JSON of answers and events looks like."},
    {"provider", "Valid HTTP and JSON, and still it hurts."},
    {"tool", "Tools, of backends that speak `mcp`."},
}};

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
