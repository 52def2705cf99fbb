#include "harness/scenario/units.hpp"

#include <catch2/catch.hpp>

#include "harness/scenario/call.hpp"

using namespace harness;
using world::Distribution;
using world::Unit;

TEST_CASE("durations are exact integers of nanoseconds", "[units]") {
  struct Row {
    const char* text;
    std::int64_t ns;
    const char* canonical;
  };
  for (const Row& row :
       {Row{"30s", 30'000'000'000, "30s"}, Row{"5m", 300'000'000'000, "5m"},
        Row{"1.5h", 5'400'000'000'000, "90m"}, Row{"250ms", 250'000'000, "250ms"},
        Row{"20us", 20'000, "20us"}, Row{"7ns", 7, "7ns"}, Row{"1d", 86'400'000'000'000, "1d"},
        Row{" 2 s ", 2'000'000'000, "2s"}, Row{"0.000000001s", 1, "1ns"},
        Row{"0.10s", 100'000'000, "100ms"}, Row{"0s", 0, "0s"}, Row{"90s", 90'000'000'000, "90s"},
        Row{"61.5s", 61'500'000'000, "61500ms"}}) {
    CAPTURE(row.text);
    const auto parsed = parse_duration(row.text);
    REQUIRE(parsed.value);
    CHECK(parsed.value->count() == row.ns);
    CHECK(format_duration(*parsed.value) == row.canonical);
    CHECK(parse_duration(format_duration(*parsed.value)).value == parsed.value);
  }
}

TEST_CASE("rates are exact where millionths of a hertz are", "[units]") {
  struct Row {
    const char* text;
    std::int64_t micro_hz;
    const char* canonical;
  };
  for (const Row& row :
       {Row{"10/s", 10'000'000, "10/s"}, Row{"30/min", 500'000, "30/min"},
        Row{"0.2/s", 200'000, "12/min"}, Row{"3600/h", 1'000'000, "1/s"},
        Row{"5/h", 1'389, "0.001389/s"}, Row{"10000/s", 10'000'000'000, "10000/s"}}) {
    CAPTURE(row.text);
    const auto parsed = parse_rate(row.text);
    REQUIRE(parsed.value);
    CHECK(parsed.value->micro_hz == row.micro_hz);
    CHECK(format_rate(*parsed.value) == row.canonical);
  }
}

TEST_CASE("sizes, counts, shares and decimals", "[units]") {
  struct Row {
    const char* text;
    Unit unit;
    std::int64_t value;
    const char* canonical;
  };
  for (const Row& row :
       {Row{"200", Unit::bytes, 200, "200"}, Row{"200k", Unit::bytes, 200'000, "200k"},
        Row{"16KiB", Unit::bytes, 16'384, "16KiB"},
        Row{"1.5MiB", Unit::bytes, 1'572'864, "1536KiB"},
        Row{"2M", Unit::count, 2'000'000, "2000000"}, Row{"1.2k", Unit::count, 1'200, "1200"},
        Row{"5%", Unit::ppm, 50'000, "5%"}, Row{"0.1%", Unit::ppm, 1'000, "0.1%"},
        Row{"100%", Unit::ppm, 1'000'000, "100%"}, Row{"1.1", Unit::micro, 1'100'000, "1.1"},
        Row{"2", Unit::micro, 2'000'000, "2"}, Row{"-5", Unit::plain, -5, "-5"}}) {
    CAPTURE(row.text);
    const auto parsed = parse_quantity(row.text, row.unit);
    REQUIRE(parsed.value);
    CHECK(*parsed.value == row.value);
    CHECK(format_quantity(row.value, row.unit) == row.canonical);
  }
}

TEST_CASE("distributions have a written form", "[units]") {
  struct Row {
    const char* text;
    Unit unit;
    Distribution value;
    const char* canonical;
  };
  constexpr std::int64_t ms = 1'000'000;
  for (const Row& row :
       {Row{"20ms", Unit::duration, Distribution::fixed(20 * ms), "20ms"},
        Row{"fixed(20ms)", Unit::duration, Distribution::fixed(20 * ms), "20ms"},
        Row{"uniform(1s, 5s)", Unit::duration, Distribution::uniform(1'000 * ms, 5'000 * ms),
            "uniform(1s, 5s)"},
        Row{"uniform( high = 5s , low=1s )", Unit::duration,
            Distribution::uniform(1'000 * ms, 5'000 * ms), "uniform(1s, 5s)"},
        Row{"exp(mean=2s)", Unit::duration, Distribution::exponential(2'000 * ms), "exp(mean=2s)"},
        Row{"exp(2s)", Unit::duration, Distribution::exponential(2'000 * ms), "exp(mean=2s)"},
        Row{"lognormal(p50=350ms, p99=2s)", Unit::duration,
            Distribution::lognormal(350 * ms, 2'000 * ms), "lognormal(p50=350ms, p99=2s)"},
        Row{"lognormal(p50=60, p99=400)", Unit::count, Distribution::lognormal(60, 400),
            "lognormal(p50=60, p99=400)"},
        Row{"empirical(2s, 300ms,350ms, 300ms)", Unit::duration,
            Distribution::empirical({300 * ms, 300 * ms, 350 * ms, 2'000 * ms}),
            "empirical(300ms, 300ms, 350ms, 2s)"},
        Row{"empirical(5k)", Unit::count, Distribution::empirical({5'000}), "empirical(5000)"},
        Row{"1k", Unit::count, Distribution::fixed(1'000), "1000"}}) {
    CAPTURE(row.text);
    const auto parsed = parse_distribution(row.text, row.unit);
    CAPTURE(parsed.problem);
    REQUIRE(parsed.value);
    CHECK(*parsed.value == row.value);
    CHECK(format_distribution(*parsed.value, row.unit) == row.canonical);
  }
}

TEST_CASE("what is wrong with a quantity is said, with a suggestion", "[units]") {
  const auto duration = [](const char* t) { return parse_duration(t).problem; };
  const auto rate = [](const char* t) { return parse_rate(t).problem; };
  const auto share = [](const char* t) { return parse_share(t).problem; };
  const auto size = [](const char* t) { return parse_size(t).problem; };
  const auto seed = [](const char* t) { return parse_seed(t).problem; };
  const auto time = [](const char* t) { return parse_distribution(t, Unit::duration).problem; };
  struct Row {
    std::string got, expected;
  };
  for (
      const Row& row : {
          Row{duration("30"), "must be a duration such as `30s`, not `30` (did you mean `30s`?)"},
          Row{duration("30sec"),
              "must be a duration such as `30s`, not `30sec` (did you mean `30s`?)"},
          Row{duration("5 min"),
              "must be a duration such as `30s`, not `5 min` (did you mean `5m`?)"},
          Row{duration("-5s"), "must be a duration such as `30s`, not `-5s`"},
          Row{duration(""), "must be a duration such as `30s`, not ``"},
          Row{duration("1.s"), "must be a duration such as `30s`, not `1.s`"},
          Row{duration("0.5ns"),
              "must be a duration such as `30s`, not `0.5ns`, which is too large or too fine"},
          Row{duration("999999999d"),
              "must be a duration such as `30s`, not `999999999d`, which is too large or too fine"},
          Row{duration("99999999999999999999s"),
              "must be a duration such as `30s`, not `99999999999999999999s`"},
          Row{rate("10"), "must be a rate such as `10/s`, not `10` (did you mean `10/s`?)"},
          Row{rate("10rps"), "must be a rate such as `10/s`, not `10rps` (did you mean `10/s`?)"},
          Row{rate("30/m"), "must be a rate such as `10/s`, not `30/m` (did you mean `30/min`?)"},
          Row{rate("fast"), "must be a rate such as `10/s`, not `fast`"},
          Row{share("0.3"), "must be a percentage such as `5%`, not `0.3` (did you mean `30%`?)"},
          Row{share("120%"), "must be at most `100%`, not `120%`"},
          Row{share("5"), "must be a percentage such as `5%`, not `5` (did you mean `5%`?)"},
          Row{size("16kB"),
              "must be a size such as `200k` or `16KiB`, not `16kB` (did you mean `16k`?)"},
          Row{seed("0xfg"), "must be a seed such as `7` or `0x9f3a`, not `0xfg`"},
          Row{time("lognormal(p50=350ms)"), "must be written as `lognormal(p50=350ms, p99=2s)`"},
          Row{time("lognormal(p50=350ms, p90=2s)"),
              "must be written as `lognormal(p50=350ms, p99=2s)`, and not with `p90` (did you mean "
              "`p50`?)"},
          Row{time("lognormal(p50=2s, p99=1s)"),
              "must have 0 < p50 <= p99, as in `lognormal(p50=350ms, p99=2s)`"},
          Row{time("uniform(5s, 1s)"), "must have its low end first, as in `uniform(1s, 5s)`"},
          Row{time("exp(mean=2)"),
              "has a mean that must be a duration such as `30s`, not `2` (did you mean `2s`?)"},
          Row{time("normal(p50=1s, p99=2s)"),
              "must be one of `fixed(20ms)`, `uniform(1s, 5s)`, `exp(mean=2s)`, "
              "`lognormal(p50=350ms, p99=2s)`, `empirical(300ms, 350ms, 2s)`, not "
              "`normal(p50=1s, p99=2s)` (did you mean `lognormal`?)"},
          Row{time("empirical()"), "must be written as `empirical(300ms, 350ms, 2s)`"},
          Row{time("empirical(1s, p50=2s)"),
              "must be written as `empirical(300ms, 350ms, 2s)`, and not with `p50`"},
          Row{time("empirical(1s, 2)"),
              "has a value that must be a duration such as `30s`, not `2` (did you mean `2s`?)"},
      }) {
    CHECK(row.got == row.expected);
  }
}

TEST_CASE("seeds are decimal or hexadecimal", "[units]") {
  CHECK(parse_seed("7").value == 7u);
  CHECK(parse_seed("0x9f3a").value == 0x9f3au);
  CHECK(parse_seed("18446744073709551615").value == ~0ULL);
  CHECK_FALSE(parse_seed("18446744073709551616").value);
  CHECK_FALSE(parse_seed("-1").value);
}

TEST_CASE("the call form nests", "[units]") {
  const auto call = parse_call(" closed( think = lognormal(p50=5s, p99=60s), 3 ) ");
  REQUIRE(call);
  CHECK(call->name == "closed");
  REQUIRE(call->arguments.size() == 2);
  CHECK(call->arguments[0].key == "think");
  CHECK(call->arguments[0].value == "lognormal(p50=5s, p99=60s)");
  CHECK(call->arguments[1].key.empty());
  CHECK(call->arguments[1].value == "3");
  for (const char* wrong :
       {"", "poisson", "(5)", "poisson(5/s", "poisson 5/s)", "a(b))", "a((b)", "a(b) c"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_call(wrong));
  }
  CHECK(parse_call("f()")->arguments.empty());
}
