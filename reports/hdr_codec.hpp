// HdrHistogram's V2 encoding of a histogram: zigzag LEB128 counts, a zlib stream of stored blocks
// (valid for every reader, and the same bytes whatever zlib is installed), base64. Decoding accepts
// what encoding writes, is bounded, and refuses anything else with a sentence. Pure; any thread.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "reports/histogram.hpp"

namespace reports {

struct HdrError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The bytes before compression. Equal histograms have equal payloads: hash this.
std::string encode_hdr_payload(const Histogram& histogram);

// Compressed and in base64: "HISTFAAA...".
std::string encode_hdr(const Histogram& histogram);

// Throws HdrError.
Histogram decode_hdr_payload(std::string_view bytes);
Histogram decode_hdr(std::string_view base64);

}  // namespace reports
