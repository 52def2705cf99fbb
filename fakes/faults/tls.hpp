// Handshakes go wrong: they stall, are reset, or show a certificate that a careful client refuses.
// When its window opens, kept connections are closed behind their answers, as by a server that
// loads another certificate. Only on a backend with `tls: true`.
#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "world/field.hpp"
#include "world/tls.hpp"

namespace fakes {

enum class TlsHow {
  handshake_stall,
  handshake_reset,
  expired,
  wrong_host,
  self_signed,
  unknown_ca
};

constexpr std::array<world::Choice<TlsHow>, 6> choices(TlsHow) {
  return {{{"handshake_stall", TlsHow::handshake_stall},
           {"handshake_reset", TlsHow::handshake_reset},
           {"expired", TlsHow::expired},
           {"wrong_host", TlsHow::wrong_host},
           {"self_signed", TlsHow::self_signed},
           {"unknown_ca", TlsHow::unknown_ca}}};
}

struct Tls {
  TlsHow how = TlsHow::handshake_stall;

  static constexpr std::string_view kind = "tls";
  static constexpr auto fields() {
    return std::tuple(world::field("how", &Tls::how,
                                   "What goes wrong: handshake_stall, handshake_reset, expired, "
                                   "wrong_host, self_signed or unknown_ca."));
  }
  friend bool operator==(const Tls&, const Tls&) = default;
};

world::TlsManner manner_of(const Tls& fault);

}  // namespace fakes
