// What happens in handshakes.
#include "fakes/faults/catalogue.hpp"

namespace fakes {
namespace {

// clang-format off
constexpr CatalogueRow kRows[] = {
  {"tls.handshake_stall", "The client's hello is read and never answered.",
   "tls: {how: handshake_stall}", ""},
  {"tls.handshake_reset", "The client's hello is answered by a reset.",
   "tls: {how: handshake_reset}", ""},
  {"tls.expired", "The certificate's time is over.", "tls: {how: expired}", ""},
  {"tls.wrong_host", "The certificate is for another name.", "tls: {how: wrong_host}", ""},
  {"tls.self_signed", "The certificate is signed by itself.", "tls: {how: self_signed}", ""},
  {"tls.unknown_ca", "The certificate is signed by an authority that nobody trusts.",
   "tls: {how: unknown_ca}", ""},
};
// clang-format on

}  // namespace

const std::span<const CatalogueRow> kTlsCatalogue = kRows;

}  // namespace fakes
