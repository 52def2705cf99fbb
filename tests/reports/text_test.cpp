#include "reports/text.hpp"

#include <catch2/catch.hpp>

using namespace reports;
using namespace std::chrono_literals;

TEST_CASE("durations for people") {
  struct Row {
    world::Nanos duration;
    const char* text;
  };
  for (const Row& row :
       {Row{0ns, "0"}, Row{850ns, "850ns"}, Row{1500ns, "1.5us"}, Row{2'768'895ns, "2.77ms"},
        Row{812ms, "812ms"}, Row{29'800ms, "29.8s"}, Row{60s, "60s"}, Row{119s, "119s"},
        Row{120s, "2m"}, Row{312s, "5m 12s"}, Row{7200s, "2h"}, Row{7500s, "2h 5m"},
        Row{24h, "24h"}, Row{-5ms, "-5ms"}})
    CHECK(human_duration(row.duration) == row.text);
}

TEST_CASE("intervals for people") {
  CHECK(human_bounds({1150ms, 1310ms}) == "1.15-1.31s");
  CHECK(human_bounds({950ms, 1100ms}) == "950ms-1.1s");
  CHECK(human_bounds({1ms, 1ms}) == "1ms");
  CHECK(human_bounds({0ms, 0ms}) == "0");
  CHECK(human_bounds({5min, 6min}) == "5-6m");
  CHECK(human_bounds({312s, 360s}) == "5m 12s-6m");
  CHECK(human_bounds({1150ms, std::nullopt}) == ">=1.15s");
  CHECK(human_bounds({std::nullopt, 1310ms}) == "<=1.31s");
  CHECK(human_bounds({}) == "no bound");
}

TEST_CASE("values in the unit of their metric") {
  CHECK(human_quantity(0.05, "ratio", "-") == "5%");
  CHECK(human_quantity(1500.0, "ms", "-") == "1.5s");
  CHECK(human_quantity(9.5, "/s", "-") == "9.5/s");
  CHECK(human_quantity(1.3, "number", "-") == "1.3");
  CHECK(human_quantity(12'345.0, "count", "-") == "12,345");
  CHECK(human_quantity(65'536.0, "bytes/h", "-") == "64KiB/h");
  CHECK(human_quantity(-512.0, "bytes/h", "-") == "-512B/h");
  CHECK(human_quantity(std::nullopt, "/s", "-") == "-");
}

TEST_CASE("numbers for people") {
  CHECK(human_count(0) == "0");
  CHECK(human_count(999) == "999");
  CHECK(human_count(8819) == "8,819");
  CHECK(human_count(12'345'678) == "12,345,678");
  CHECK(human_share(0.0013) == "0.13%");
  CHECK(human_share(0.3821) == "38.2%");
  CHECK(human_share(1) == "100%");
  CHECK(human_share(0) == "0%");
  CHECK(human_share(-6.64) == "-664%");
  CHECK(human_number(0.000012345) == "0.000012");
  CHECK(human_number(123'456) == "123000");
  CHECK(human_number(-0.0) == "0");
  CHECK(rounded(0.1 + 0.2, 9) == 0.3);
  CHECK(milliseconds_text(2'768'895ns) == "2.769");
  CHECK(milliseconds_text(0ns) == "0.000");
}

TEST_CASE("dates do not depend on the zone") {
  CHECK(utc_date(0) == "Thu Jan 01 00:00:00 UTC 1970");
  CHECK(utc_date(1'441'812'279) == "Wed Sep 09 15:24:39 UTC 2015");
  CHECK(utc_date(1'709'208'000) == "Thu Feb 29 12:00:00 UTC 2024");
}

TEST_CASE("text of others is harmless") {
  struct Row {
    const char* in;
    const char* terminal;
    const char* xml;
    const char* markdown;
  };
  const Row rows[] = {
      {"plain", "plain", "plain", "plain"},
      {"\x1b[2J", "\\x1b[2J", "\xEF\xBF\xBD[2J", "\\\\x1b\\[2J"},
      {"a\nb", "a\\nb", "a&#10;b", "a\\\\nb"},
      {"<b a='1'>&\"", "<b a='1'>&\"", "&lt;b a=&apos;1&apos;&gt;&amp;&quot;",
       "&lt;b a='1'&gt;&amp;\""},
      {"a|b`c`", "a|b`c`", "a|b`c`", "a\\|b\\`c\\`"},
      {"]]>", "]]>", "]]&gt;", "\\]\\]&gt;"},
      {"\xff", "\\xff", "\xEF\xBF\xBD", "\\\\xff"},
      {"\xc2\x9b", "\\u{009b}", "&#155;", "\\\\u{009b}"},
      {"\xe2\x80\xae", "\\u{202e}", "\xe2\x80\xae", "\\\\u{202e}"},
      {"\xed\xa0\x80", "\\xed\\xa0\\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD",
       "\\\\xed\\\\xa0\\\\x80"},
      {"\xc0\xaf", "\\xc0\\xaf", "\xEF\xBF\xBD\xEF\xBF\xBD", "\\\\xc0\\\\xaf"},
      {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
      {"@all https://x", "@all https://x", "@all https://x", "&#64;all https&#58;//x"},
  };
  for (const Row& row : rows) {
    INFO(row.terminal);
    CHECK(terminal_text(row.in) == row.terminal);
    CHECK(xml_text(row.in) == row.xml);
    CHECK(markdown_text(row.in) == row.markdown);
  }
}

TEST_CASE("text wraps at blanks, and long words are cut") {
  CHECK(wrapped("one two three", 12, "  ") == "  one two\n  three");
  CHECK(wrapped("", 20, "  ") == "  ");
  CHECK(wrapped("abcdefghijkl", 10, "") == "abcdefghij\nkl");
  CHECK(
      wrapped("\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc x",
              10, "") ==
      "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\nx");
}
