// What the kernel alone knows of connection attempts that a port turns away: a filter that swallows
// them, and the counts that remain of them. Linux; any thread.
#pragma once

#include <cstdint>

namespace world {

// Whatever comes to this socket vanishes while the filter is on, which is what a black hole is.
void set_drop_filter(int fd, bool on);

// Packets that a listening socket has dropped: with the filter above, attempts of connections.
std::uint64_t packets_dropped(int fd);

// Resets that this host has sent, over all its sockets (Tcp: OutRsts); 0 when it does not say.
std::uint64_t host_resets_sent();

}  // namespace world
