// The reader and the writer of JSON text, compared with nlohmann's on the same bytes.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "world/json_reader.hpp"
#include "world/json_text.hpp"
#include "world/lru_map.hpp"
#include "world/random.hpp"

using nlohmann::json;
using world::JsonReader;
using world::JsonType;
using world::JsonValue;

namespace {

bool accepts(const std::string& text) {
  JsonReader reader(text);
  const JsonValue value = reader.take();
  return value && reader.finished();
}

const std::vector<std::string> kCorpus = {
    R"({"model":"agent","messages":[{"role":"user",)"
    R"("content":"[turn u1.s2.t3] hi \n \u00e9 \ud83d\ude00"}]})",
    R"( { "a" : [ 1 , -2.5e+3 , 0 , true , false , null , "" ] , "b\u0041" : { } } )",
    "\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"",
    "[[[[[[]]]]]]",
    "-0",
    "0.1",
    "1e5",
    "nul",
    "01",
    "\"\\ud800\"",
    "\"\\udc00\\ud800\"",
    "\"\\u12g4\"",
    "\"\xc0\xaf\"",
    "\"\xed\xa0\x80\"",
    "[1,]",
    "{\"a\":1,}",
    "{,}",
    "[,]",
    "{\"a\" 1}",
    "{1:2}",
    "[1 2]",
    "\"tab\there\"",
    "NaN",
    "Infinity",
    "-",
    "1.",
    ".5",
    "1e",
    "tru",
    "\"unterminated",
    "",
    " ",
    "[",
    "{\"a\":",
    "\"\\x\"",
    "\xef\xbb\xbf{}",
    std::string("\"\0\"", 3)};

}  // namespace

TEST_CASE("the reader accepts what nlohmann accepts", "[json]") {
  // nlohmann skips a byte order mark, which RFC 8259 forbids to send and allows to reject.
  for (const std::string& text : kCorpus) {
    CAPTURE(text);
    const bool mark = text.rfind("\xef\xbb\xbf", 0) == 0;
    CHECK(accepts(text) == (json::accept(text) && !mark));
  }
  // nlohmann also takes a zero byte for the end of the text.
  CHECK_FALSE(accepts(std::string("null\0", 5)));
}

TEST_CASE("so it does on damaged text", "[json]") {
  const world::Random random(11);
  std::uint64_t n = 0;
  int valid = 0;
  for (const std::string& text : kCorpus) {
    const bool strange = text.find('\0') != std::string::npos || text.rfind("\xef\xbb\xbf", 0) == 0;
    if (text.empty() || strange) continue;
    for (int i = 0; i < 3'000; ++i) {
      std::string damaged = text;
      const std::size_t at = random.below(damaged.size(), world::Purpose("at"), n, 0);
      constexpr std::string_view bytes = "\"\\{}[],:0129eE+-.u \n\x01\x80\xc3\xed\xf4tfnab";
      switch (random.below(3, world::Purpose("how"), n, 0)) {
        case 0:
          damaged[at] = bytes[random.below(bytes.size(), world::Purpose("byte"), n, 0)];
          break;
        case 1: damaged.erase(at, 1); break;
        default:
          damaged.insert(at, 1, bytes[random.below(bytes.size(), world::Purpose("byte"), n, 0)]);
      }
      ++n;
      const bool expected = json::accept(damaged);
      if (accepts(damaged) != expected) {
        CAPTURE(damaged);
        CHECK(accepts(damaged) == expected);
      }
      valid += expected;
    }
  }
  CHECK(valid > 1'000);
}

TEST_CASE("texts are resolved as nlohmann does", "[json]") {
  for (const char* text :
       {R"("")", R"("plain")", R"("\"\\\/\b\f\n\r\t")", R"("\u0041\u00e9\u20ac\ud83d\ude00")"}) {
    JsonReader reader(text);
    CHECK(reader.take().text() == json::parse(text).get<std::string>());
  }
}

TEST_CASE("slices are the bytes that came", "[json]") {
  JsonReader reader(R"({"k\u0065y" : {"a":[1, 2]} , "n":12, "s":"x"})");
  std::string_view key;
  REQUIRE(reader.enter_object());
  REQUIRE(reader.next_key(key));
  const JsonValue nested = reader.take();
  CHECK(key == "key");
  CHECK(nested.raw == R"({"a":[1, 2]})");
  REQUIRE(reader.next_key(key));
  CHECK(reader.take().integer() == std::optional<std::int64_t>(12));
  REQUIRE(reader.next_key(key));
  CHECK(reader.peek() == JsonType::string);
  CHECK(reader.take().inside() == "x");
  CHECK_FALSE(reader.next_key(key));
  CHECK(reader.finished());
}

TEST_CASE("integers are only whole numbers of 64 bits", "[json]") {
  const auto integer = [](const char* text) { return JsonReader(text).take().integer(); };
  CHECK(integer("-7") == std::optional<std::int64_t>(-7));
  for (const char* text : {"1.0", "1e3", "9223372036854775808", "\"1\"", "true"}) {
    CAPTURE(text);
    CHECK_FALSE(integer(text).has_value());
  }
}

TEST_CASE("depth is bounded", "[json]") {
  const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  CHECK(accepts(nested(JsonReader::kDepthMax)));
  CHECK_FALSE(accepts(nested(JsonReader::kDepthMax + 1)));
  CHECK_FALSE(accepts(nested(1'000'000)));
}

TEST_CASE("any text becomes a valid JSON string", "[json]") {
  struct Row {
    std::string text;
    std::string json;
  };
  const Row rows[] = {{"", R"("")"},
                      {"a\"b\\c", R"("a\"b\\c")"},
                      {std::string("\0\x1f\n\r\t", 5), R"("\u0000\u001f\n\r\t")"},
                      {"\x7f/", "\"\x7f/\""},
                      {"\xc3\xa9", "\"\xc3\xa9\""},
                      {"a\xff\xc3", "\"a\xef\xbf\xbd\xef\xbf\xbd\""},
                      {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}};
  for (const Row& row : rows) {
    std::string out;
    world::append_json_string(out, row.text);
    CHECK(out == row.json);
    CHECK(json::accept(out));
  }
  const world::Random random(5);
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    std::string text;
    for (std::uint64_t k = 0; k < i % 12; ++k) {
      text += static_cast<char>(random.bits(world::Purpose("char"), i, k));
    }
    std::string out;
    world::append_json_string(out, text);
    if (!json::accept(out)) FAIL("not JSON: " << out);
  }
}

TEST_CASE("an LruMap forgets what was used longest ago", "[lru]") {
  world::LruMap<std::string, int> map(2);
  map.at("a") = 1;
  map.at("b") = 2;
  CHECK(map.at("a") == 1);
  map.at("c") = 3;
  CHECK(map.size() == 2);
  CHECK(map.find("b") == nullptr);
  REQUIRE(map.find("a") != nullptr);
  CHECK(*map.find("c") == 3);
}
