// The one HTML file of a report, a suite, a comparison or the live view: self-contained, made of
// reports/page/ and Debian's Chart.js, which the build puts into the binary. What differs is the
// data, which the page's script shows and never trusts. Pure; any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "reports/writers.hpp"

namespace reports {

// Stands in each of our pages, and in no other.
inline constexpr std::string_view kPageMark = "<meta name=\"shakedown-token\"";

struct Page {
  std::string title;
  std::string plain;  // for a reader without scripts: the verdict in words
  std::string token;  // live: whoever stops the run must know it
};

void write_page(const Page& page, const nlohmann::ordered_json& data, const Sink& sink);

// JSON that can stand in an HTML script element: ASCII, without <, > and &.
std::string html_json(const nlohmann::ordered_json& data);

}  // namespace reports
