#include "reports/hdr_codec.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>

namespace reports {

namespace {

constexpr std::uint32_t kCookie = 0x1c849313;            // V2, word size nibble 1
constexpr std::uint32_t kCompressedCookie = 0x1c849314;
constexpr std::size_t kHeaderBytes = 40;
constexpr std::size_t kVarintBytesMax = 9;               // the 9th carries 8 raw bits
constexpr std::size_t kPayloadBytesMax = kHeaderBytes + Histogram::kCounters * kVarintBytesMax;
constexpr std::size_t kStoredBlockMax = 65'535;          // RFC 1951, 3.2.4
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void put_be(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(value >> shift));
}

void put_zigzag(std::string& out, std::int64_t value) {
  std::uint64_t v = (static_cast<std::uint64_t>(value) << 1) ^
                    static_cast<std::uint64_t>(value < 0 ? -1 : 0);
  for (std::size_t i = 1; i < kVarintBytesMax && v >= 0x80; ++i) {
    out.push_back(static_cast<char>((v & 0x7f) | 0x80));
    v >>= 7;
  }
  out.push_back(static_cast<char>(v));
}

// Reads forward through bytes; whatever is missing is an HdrError.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool at_end() const { return bytes_.empty(); }
  std::size_t left() const { return bytes_.size(); }

  std::string_view take(std::size_t count) {
    if (count > bytes_.size()) throw HdrError("the histogram is cut short");
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }
  std::uint8_t byte() { return static_cast<std::uint8_t>(take(1).front()); }
  std::uint64_t be(int count) {
    std::uint64_t value = 0;
    for (int i = 0; i < count; ++i) value = value << 8 | byte();
    return value;
  }
  std::uint32_t le16() {
    const std::uint32_t low = byte();
    return low | static_cast<std::uint32_t>(byte()) << 8;
  }
  std::int64_t zigzag() {
    std::uint64_t v = 0;
    for (std::size_t i = 0; i < kVarintBytesMax; ++i) {
      const std::uint64_t b = byte();
      if (i + 1 == kVarintBytesMax) {
        v |= b << (7 * i);
        break;
      }
      v |= (b & 0x7f) << (7 * i);
      if ((b & 0x80) == 0) break;
    }
    return static_cast<std::int64_t>(v >> 1) ^ -static_cast<std::int64_t>(v & 1);
  }

 private:
  std::string_view bytes_;
};

std::uint32_t adler32(std::string_view bytes) {
  std::uint32_t a = 1, b = 0;
  for (char c : bytes) {
    a = (a + static_cast<unsigned char>(c)) % 65'521;
    b = (b + a) % 65'521;
  }
  return b << 16 | a;
}

std::string zlib_stored(std::string_view bytes) {
  std::string out = "\x78\x01";
  std::string_view rest = bytes;
  do {
    const std::string_view block = rest.substr(0, kStoredBlockMax);
    rest.remove_prefix(block.size());
    out.push_back(rest.empty() ? '\1' : '\0');
    const auto length = static_cast<std::uint32_t>(block.size());
    for (const std::uint32_t v : {length, ~length}) {
      out.push_back(static_cast<char>(v));
      out.push_back(static_cast<char>(v >> 8));
    }
    out.append(block);
  } while (!rest.empty());
  put_be(out, adler32(bytes), 4);
  return out;
}

std::string zlib_unstored(std::string_view bytes) {
  Reader in(bytes);
  if (in.be(2) != 0x7801) throw HdrError("not a zlib stream of stored blocks");
  std::string out;
  for (bool is_last = false; !is_last;) {
    const std::uint8_t header = in.byte();
    if (header > 1) throw HdrError("a zlib block is compressed; only stored blocks are read");
    is_last = header == 1;
    const std::uint32_t length = in.le16();
    if (in.le16() != (~length & 0xffff)) throw HdrError("a zlib block has a broken length");
    out.append(in.take(length));
    if (out.size() > kPayloadBytesMax) throw HdrError("the histogram is too large");
  }
  if (in.be(4) != adler32(out)) throw HdrError("the checksum of the histogram is wrong");
  if (!in.at_end()) throw HdrError("bytes follow the histogram");
  return out;
}

std::string base64_of(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8 | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    for (std::size_t j = 0; j < 4; ++j)
      out.push_back(j <= count ? kBase64[group >> (18 - 6 * j) & 63] : '=');
  }
  return out;
}

std::string bytes_of_base64(std::string_view text) {
  if (text.size() % 4 != 0 || text.empty()) throw HdrError("not base64: the length is odd");
  if (text.size() > kPayloadBytesMax * 2) throw HdrError("the histogram is too large");
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  std::string out;
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_padding = i >= text.size() - padding;
    const std::size_t digit = is_padding ? 0 : kBase64.find(text[i]);
    if (digit == std::string_view::npos) throw HdrError("not base64: a character is outside it");
    group = group << 6 | static_cast<std::uint32_t>(digit);
    if (i % 4 != 3) continue;
    for (int shift = 16; shift >= 0; shift -= 8) out.push_back(static_cast<char>(group >> shift));
    group = 0;
  }
  out.resize(out.size() - padding);
  return out;
}

}  // namespace

std::string encode_hdr_payload(const Histogram& histogram) {
  std::string counts;
  std::size_t next = 0;
  histogram.for_each([&](std::size_t index, std::uint64_t count) {
    if (index > next) put_zigzag(counts, -static_cast<std::int64_t>(index - next));
    put_zigzag(counts, static_cast<std::int64_t>(count));
    next = index + 1;
  });
  if (next == 0) put_zigzag(counts, -1);  // an empty histogram is one zero counter

  std::string out;
  put_be(out, kCookie, 4);
  put_be(out, counts.size(), 4);
  put_be(out, 0, 4);  // normalizing index offset
  put_be(out, Histogram::kDigits, 4);
  put_be(out, Histogram::kLowest, 8);
  put_be(out, Histogram::kHighest, 8);
  put_be(out, std::bit_cast<std::uint64_t>(1.0), 8);  // conversion ratio
  return out + counts;
}

std::string encode_hdr(const Histogram& histogram) {
  const std::string stream = zlib_stored(encode_hdr_payload(histogram));
  std::string out;
  put_be(out, kCompressedCookie, 4);
  put_be(out, stream.size(), 4);
  return base64_of(out + stream);
}

Histogram decode_hdr_payload(std::string_view bytes) {
  Reader in(bytes);
  if ((in.be(4) & ~0xf0u) != (kCookie & ~0xf0u)) throw HdrError("not a V2 histogram");
  const std::uint64_t length = in.be(4);
  in.be(4);  // the normalizing index offset is 0 for every histogram of integers
  if (in.be(4) != Histogram::kDigits || in.be(8) != Histogram::kLowest ||
      in.be(8) != static_cast<std::uint64_t>(Histogram::kHighest))
    throw HdrError("a histogram of another range or precision");
  in.be(8);
  if (length != in.left()) throw HdrError("the histogram's length is wrong");

  Histogram histogram;
  std::uint64_t total = 0;
  for (std::size_t index = 0; !in.at_end();) {
    const std::int64_t value = in.zigzag();
    if (value < 0) {
      if (value < -static_cast<std::int64_t>(Histogram::kCounters))
        throw HdrError("a histogram has more counters than its range");
      index += static_cast<std::size_t>(-value);
      continue;
    }
    const auto count = static_cast<std::uint64_t>(value);
    if (index >= Histogram::kCounters)
      throw HdrError("a histogram has more counters than its range");
    if (count > std::numeric_limits<std::uint64_t>::max() - total)
      throw HdrError("a histogram counts more than 2^64 values");
    total += count;
    histogram.record_index(index++, count);
  }
  return histogram;
}

Histogram decode_hdr(std::string_view base64) {
  const std::string bytes = bytes_of_base64(base64);
  Reader in(bytes);
  if ((in.be(4) & ~0xf0u) != (kCompressedCookie & ~0xf0u))
    throw HdrError("not a compressed V2 histogram");
  if (in.be(4) != in.left()) throw HdrError("the histogram's length is wrong");
  return decode_hdr_payload(zlib_unstored(in.take(in.left())));
}

}  // namespace reports
