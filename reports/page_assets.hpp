// What the build makes of reports/page/ and Debian's Chart.js (cmake/embed.cmake).
#pragma once

#include <string_view>

namespace reports {

extern const std::string_view kPageHtml;    // with marks where the others and the data go
extern const std::string_view kPageStyle;
extern const std::string_view kPageCharts;  // Chart.js, with its licence at the top
extern const std::string_view kPageScript;

}  // namespace reports
