#include "input.hpp"
#include "reports/hdr_codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  try {
    // What decodes is a histogram: it encodes to what decodes to the same.
    const reports::Histogram histogram = reports::decode_hdr_payload(text);
    const std::string payload = reports::encode_hdr_payload(histogram);
    ENSURE(reports::decode_hdr_payload(payload) == histogram, "a histogram changed on its way");
  } catch (const reports::HdrError&) {
  }
  try {
    const reports::Histogram histogram = reports::decode_hdr(text);
    ENSURE(reports::decode_hdr(reports::encode_hdr(histogram)) == histogram,
           "a compressed histogram changed on its way");
  } catch (const reports::HdrError&) {
  }
  return 0;
}
