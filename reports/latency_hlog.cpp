#include "reports/latency_hlog.hpp"

#include <fmt/format.h>

#include "reports/hdr_codec.hpp"
#include "reports/text.hpp"

namespace reports {

namespace {

// A tag may not hold a comma, a blank or a newline; whatever is not plain becomes '_'.
std::string tag_of(std::string_view name) {
  std::string tag;
  for (char c : name) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    tag += is_plain ? c : '_';
  }
  return tag.empty() ? "_" : tag;
}

}  // namespace

void write_latency_hlog(const RunRecord& run, const Environment& environment, const Sink& sink) {
  // Simulated runs begin at the epoch, so that equal runs give equal bytes.
  const std::int64_t start_ms = run.mode == "live" ? environment.started_unix_ms : 0;
  sink("#[Response time in scenario time, from the planned instant, per class (shakedown)]\n");
  sink("#[Histogram log format version 1.3]\n");
  sink(fmt::format("#[StartTime: {}.{:03} (seconds since epoch), {}]\n", start_ms / 1000,
                   start_ms % 1000, utc_date(start_ms / 1000)));
  sink("\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
       "\"Interval_Compressed_Histogram\"\n");
  const std::int64_t interval_s = run.interval.count() / 1'000'000'000;
  for (const Slice& slice : run.slices) {
    const Nanos top(Histogram::highest_equivalent(Histogram::index_of(slice.max_ns)));
    sink(fmt::format("Tag={},{}.000,{}.000,{},{}\n", tag_of(run.classes[slice.cls]),
                     slice.interval * interval_s, interval_s, milliseconds_text(top),
                     encode_hdr(slice.histogram())));
  }
}

}  // namespace reports
