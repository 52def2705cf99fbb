#include "reports/histogram.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "reports/hdr_codec.hpp"

using namespace reports;
using world::Nanos;

namespace {

// Keyed draws over all magnitudes of the range (splitmix64).
std::int64_t draw(std::uint64_t ordinal) {
  std::uint64_t z = ordinal * 0x9e3779b97f4a7c15ULL + 0x5bd1e995;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  z ^= z >> 31;
  const int bits = static_cast<int>(ordinal % 46);
  return static_cast<std::int64_t>(z >> 8) & ((std::int64_t{2} << bits) - 1);
}

}  // namespace

TEST_CASE("every value is within its counter, and the counter within 0.1 %") {
  for (std::uint64_t i = 0; i < 200'000; ++i) {
    const std::int64_t value = std::min(draw(i), Histogram::kHighest);
    const std::size_t index = Histogram::index_of(value);
    const std::int64_t low = Histogram::lowest_equivalent(index);
    const std::int64_t high = Histogram::highest_equivalent(index);
    REQUIRE(low <= value);
    REQUIRE(value <= high);
    REQUIRE(high - low < std::max<std::int64_t>(512, value / 1000 + 1));
    REQUIRE(Histogram::index_of(low) == index);
    if (index + 1 < Histogram::kCounters)
      REQUIRE(Histogram::lowest_equivalent(index + 1) == high + 1);
  }
}

TEST_CASE("percentiles are the nearest rank of the sorted values, to the counter's width") {
  std::vector<std::int64_t> values;
  Histogram histogram;
  for (std::uint64_t i = 0; i < 5'000; ++i) {
    values.push_back(std::min(draw(i * 7 + 3), Histogram::kHighest));
    histogram.record(Nanos(values.back()));
  }
  std::sort(values.begin(), values.end());
  for (std::uint64_t ppm : {1ull, 500'000ull, 900'000ull, 950'000ull, 990'000ull, 999'000ull,
                            999'900ull, 1'000'000ull}) {
    const std::uint64_t rank = nearest_rank(values.size(), ppm);
    const std::int64_t exact = values[rank - 1];
    const std::size_t index = Histogram::index_of(exact);
    CHECK(histogram.percentile(ppm).count() ==
          std::min(Histogram::highest_equivalent(index), values.back()));
    CHECK(histogram.lowest_at_rank(rank).count() ==
          std::max(Histogram::lowest_equivalent(index), values.front()));
  }
}

TEST_CASE("nearest rank rounds up") {
  struct Row {
    std::uint64_t count, ppm, rank;
  };
  for (const Row& row : {Row{0, 950'000, 0}, Row{1, 1, 1}, Row{100, 950'000, 95},
                         Row{101, 950'000, 96}, Row{1000, 999'000, 999}, Row{3, 500'000, 2},
                         Row{10, 1'000'000, 10}, Row{UINT64_MAX, 1'000'000, UINT64_MAX}})
    CHECK(nearest_rank(row.count, row.ppm) == row.rank);
}

TEST_CASE("the edges of a histogram") {
  Histogram h;
  SECTION("empty") {
    CHECK(h.count() == 0);
    CHECK(h.percentile(950'000) == Nanos(0));
    CHECK(h.min() == Nanos(0));
    CHECK(h.mean() == Nanos(0));
  }
  SECTION("zero and negative") {
    h.record(Nanos(0));
    h.record(Nanos(-5));
    CHECK(h.count() == 2);
    CHECK(h.max() == Nanos(0));
    CHECK(h.percentile(990'000) == Nanos(0));
    CHECK(h.overflow() == 0);
  }
  SECTION("24 h fits, more overflows and counts as 24 h") {
    h.record(Nanos(Histogram::kHighest));
    CHECK(h.overflow() == 0);
    h.record(Nanos(Histogram::kHighest + 1));
    h.record(Nanos::max());
    CHECK(h.overflow() == 2);
    CHECK(h.count() == 3);
    CHECK(h.max() == Nanos(Histogram::kHighest));
  }
  SECTION("the mean is exact beyond 64 bits of sum") {
    h.record(Nanos(Histogram::kHighest), 1'000'000'000);
    h.record(Nanos(Histogram::kHighest - 2), 1'000'000'000);
    CHECK(h.mean() == Nanos(Histogram::kHighest - 1));
  }
}

TEST_CASE("merging is recording together") {
  Histogram a, b, both;
  for (std::uint64_t i = 0; i < 3'000; ++i) {
    const Nanos value(draw(i));
    (i % 3 == 0 ? a : b).record(value);
    both.record(value);
  }
  a.merge(b);
  CHECK(a == both);
  CHECK(a.mean() == both.mean());
  CHECK(a.min() == both.min());
  CHECK(a.max() == both.max());
  CHECK(a.overflow() == both.overflow());
  b.record(Nanos(1));
  CHECK_FALSE(a == b);
  a.merge(Histogram());
  CHECK(a == both);
}

TEST_CASE("a histogram survives its encoding") {
  Histogram h;
  SECTION("empty") {}
  SECTION("one value") { h.record(Nanos(2'768'895)); }
  SECTION("extremes") {
    h.record(Nanos(0), 1);
    h.record(Nanos(Histogram::kHighest), 1'000'000'000'000'000);
  }
  SECTION("many, in several stored blocks") {
    for (std::uint64_t i = 0; i < 400'000; ++i) h.record(Nanos(draw(i)), 1 + i % 300);
  }
  const std::string text = encode_hdr(h);
  CHECK(text.starts_with("HISTFAAA"));
  const Histogram back = decode_hdr(text);
  CHECK(back == h);
  CHECK(encode_hdr(back) == text);
}

TEST_CASE("the encoding is byte for byte the documented one") {
  Histogram h;
  h.record(Nanos(0));          // counter 0
  h.record(Nanos(512 * 3), 2);  // counter 3, after a run of two zeros
  const std::string payload = encode_hdr_payload(h);
  const unsigned char expected[] = {0x1c, 0x84, 0x93, 0x13, 0,    0, 0,    3,    0,
                                    0,    0,    0,    0,    0,    0, 3,  // cookie, length, digits
                                    0,    0,    0,    0,    0,    0, 0x03, 0xe8, 0,
                                    0,    0x4e, 0x94, 0x91, 0x4f, 0, 0,        // 1000, 24 h
                                    0x3f, 0xf0, 0,    0,    0,    0, 0,    0,  // 1.0
                                    2,    3,    4};                            // 1, -2, 2 in zigzag
  CHECK(payload == std::string(reinterpret_cast<const char*>(expected), sizeof expected));
}

TEST_CASE("garbage is refused, whatever it is") {
  Histogram h;
  for (std::uint64_t i = 0; i < 500; ++i) h.record(Nanos(draw(i)));
  const std::string good = encode_hdr(h);
  for (const std::string& bad :
       {std::string(), std::string("HIST"), std::string("!!!!"), std::string(1000, 'A'),
        good.substr(0, good.size() - 4), good + "AAAA", good.substr(4)})
    CHECK_THROWS_AS(decode_hdr(bad), HdrError);
  std::size_t refused = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {  // any changed character is noticed
    std::string bad = good;
    bad[i] = bad[i] == 'B' ? 'C' : 'B';
    bool is_refused = false, is_same = false;
    try {
      is_same = decode_hdr(bad) == h;  // the word size and the bits of padding may change nothing
    } catch (const HdrError&) {
      is_refused = true;
    }
    CHECK((is_refused || is_same));
    refused += is_refused ? 1 : 0;
  }
  CHECK(refused + 4 >= good.size());
  const std::string payload = encode_hdr_payload(h);
  for (std::size_t length = 0; length < payload.size(); ++length)
    CHECK_THROWS_AS(decode_hdr_payload(payload.substr(0, length)), HdrError);
}
