// What happens to responses.
#include "fakes/faults/catalogue.hpp"

namespace fakes {
namespace {

// clang-format off
constexpr CatalogueRow kRows[] = {
  {"http.status", "An HTTP error status with the provider's body instead of an answer.",
   "status: {code: 503}", "F5"},
  {"http.gateway_html", "A gateway's HTML page instead of an answer.",
   "status: {code: 502, body: \"<html>502 Bad Gateway</html>\"}", "F6"},
  {"http.hang", "The request is read; then silence before the headers.", "hang: {}", "F8"},
  {"http.reset_in_body", "The connection is reset in the middle of the body.",
   "reset: {after_bytes: 100}", "F11"},
};
// clang-format on

}  // namespace

const std::span<const CatalogueRow> kHttpCatalogue = kRows;

}  // namespace fakes
