// What happens to names, before any connection.
#include "fakes/faults/catalogue.hpp"

namespace fakes {
namespace {

// clang-format off
constexpr CatalogueRow kRows[] = {
  {"dns.nxdomain", "The backend's name does not exist.", "dns: {how: nxdomain}", ""},
  {"dns.servfail", "The name server answers that it has failed.", "dns: {how: servfail}", ""},
  {"dns.timeout", "Nobody answers who is asked for the name.", "dns: {how: timeout}", ""},
  {"dns.slow", "The name is found, but late.", "dns: {how: slow, delay: 1s}", "F28"},
};
// clang-format on

}  // namespace

const std::span<const CatalogueRow> kDnsCatalogue = kRows;

}  // namespace fakes
