// What a page shows of one run, as JSON: result.json and environment.json as they are, and beside
// them what charts need: series by interval, lanes, the percentile spectrum, the first events.
// Bounded whatever the number of requests: by the intervals of the timeline. Pure; any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "reports/lanes.hpp"
#include "reports/run_record.hpp"

namespace reports {

using PageJson = nlohmann::ordered_json;

// The whole of a run; without measurements only what result.json tells.
PageJson run_page_data(const RunRecord& run, PageJson environment);
PageJson run_page_data(const RunRecord& run, const Environment& environment);

// The intervals [from, upto), for a page that has those before: "series" and "lanes".
PageJson series_of(const Recorder& recorder, const Lanes& lanes, std::size_t from,
                   std::size_t upto);
PageJson lanes_of(const Lanes& lanes, std::size_t from, std::size_t upto);

// How many intervals a run has, also those behind its duration in which something ended.
std::size_t intervals_of(const Recorder& recorder, const Lanes& lanes);

PageJson phases_of(const std::vector<Phase>& phases);

}  // namespace reports
