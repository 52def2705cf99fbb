// Asking for the backend's address comes to nothing, or is late: the name does not exist, its
// server fails, nobody answers, or somebody does in the end. When its window opens, kept
// connections are closed behind their answers, so that the name is asked for again. In sim only:
// in live the machine resolves.
#pragma once

#include <array>
#include <chrono>
#include <string_view>
#include <tuple>

#include "world/field.hpp"
#include "world/network.hpp"

namespace fakes {

enum class DnsHow { nxdomain, servfail, timeout, slow };

constexpr std::array<world::Choice<DnsHow>, 4> choices(DnsHow) {
  return {{{"nxdomain", DnsHow::nxdomain},
           {"servfail", DnsHow::servfail},
           {"timeout", DnsHow::timeout},
           {"slow", DnsHow::slow}}};
}

struct Dns {
  DnsHow how = DnsHow::nxdomain;
  world::Nanos delay = std::chrono::seconds(5);

  static constexpr std::string_view kind = "dns";
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("how", &Dns::how, "What asking comes to: nxdomain, servfail, timeout or slow."),
        field("delay", &Dns::delay, "How late the answer is, when slow."));
  }
  friend bool operator==(const Dns&, const Dns&) = default;
};

world::NameOutcome outcome_of(const Dns& fault);

}  // namespace fakes
