// A Stream over a connected TCP socket. For world/real_*.cpp only. On the loop of one RealClock,
// which must outlive it; what was handed over when it dies still leaves.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "world/network.hpp"
#include "world/real_clock.hpp"

namespace world {

std::unique_ptr<Stream> real_stream(boost::asio::ip::tcp::socket socket, RealClock& clock);

}  // namespace world
