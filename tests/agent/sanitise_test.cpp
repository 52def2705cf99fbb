// What is taken out of texts before they leave, whole and in pieces.
#include <catch2/catch.hpp>

#include "agent/api/sanitise.hpp"
#include "world/random.hpp"

using agent::sanitised;

namespace {

struct Row {
  std::string text;
  std::string left;
};

const std::string kKey = "sk-proj-abcdefgh12345678";

const std::vector<Row>& rows() {
  static const std::vector<Row> all = {
      {"", ""},
      {"Nothing to see: sky, hf, gsk, Bear, sk-, A, eyJ.", "Nothing to see: sky, hf, gsk, Bear, "
                                                           "sk-, A, eyJ."},
      {"Line\\none\\ttab \\\"quoted\\\" \\u00e9 \\\\",
       "Line\\none\\ttab \\\"quoted\\\" \\u00e9 \\\\"},
      {"The key is " + kKey + ".", "The key is [redacted]."},
      {kKey, "[redacted]"},
      {"\\n" + kKey + "\\n", "\\n[redacted]\\n"},
      {"(" + kKey + "," + kKey + ")", "([redacted],[redacted])"},
      {"ask-" + kKey.substr(3), "ask-" + kKey.substr(3)},  // within a word
      {"sk-learn-documentation-page", "sk-learn-documentation-page"},  // no digit
      {"sk-short1", "sk-short1"},
      {"AKIAIOSFODNN7EXAMPLE", "[redacted]"},
      {"ghp_abcdefghijklmnop1234 x", "[redacted] x"},
      {"xoxb-123456789012-abc", "[redacted]"},
      {"gsk_abcdefghijklmnop1234", "[redacted]"},
      {"AIza" + std::string(30, '4'), "[redacted]"},
      {"Authorization: Bearer abcdefghijklmnop.1234~x/y+z==", "Authorization: [redacted]"},
      {"Bearer of bad news", "Bearer of bad news"},
      {"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3", "[redacted]"},
      {"a\\u0000b\\u001b[31mred\\u007f\\u0085\\bx\\fy", "ab[31mredxy"},
      {std::string("a\0b\x1b\x7f\xc2\x85 c\td\n", 12), "ab c\td\n"},
      {"caf\xc3\xa9 \xc2\xa9 \xe2\x82\xac", "caf\xc3\xa9 \xc2\xa9 \xe2\x82\xac"},
      {"C:\\users \\", "C:\\users \\"},
      {"sk-" + std::string(500, '7') + " end", "[redacted] end"}};
  return all;
}

}  // namespace

TEST_CASE("control characters and keys do not leave", "[sanitise][REQ-073]") {
  for (const Row& row : rows()) {
    CAPTURE(row.text);
    CHECK(sanitised(row.text) == row.left);
    CHECK(sanitised(row.left) == row.left);
  }
}

TEST_CASE("however a text is cut, the same leaves", "[sanitise][REQ-073]") {
  const world::Random random(5);
  std::uint64_t draw = 0;
  for (const Row& row : rows()) {
    for (int times = 0; times < 50; ++times) {
      agent::Sanitiser sanitiser;
      std::string left;
      std::string cuts;
      for (std::size_t at = 0; at < row.text.size();) {
        const std::size_t size = 1 + random.below(9, world::Purpose("piece"), ++draw, 0);
        const std::string piece = row.text.substr(at, size);
        cuts += piece + "|";
        left += sanitiser.piece(piece);
        at += piece.size();
        const std::string whole = sanitised(row.text.substr(0, at));
        CHECK(left.size() + agent::Sanitiser::kHeldMax + 10 >= whole.size());
      }
      left += sanitiser.finish();
      CAPTURE(cuts);
      CHECK(left == row.left);
    }
  }
}

TEST_CASE("plain words are not held back", "[sanitise]") {
  agent::Sanitiser sanitiser;
  CHECK(sanitiser.piece("The order") == "The order");
  CHECK(sanitiser.piece(" was placed") == " was placed");
  CHECK(sanitiser.piece(" s") == " ");
  CHECK(sanitiser.piece("k") == "");
  CHECK(sanitiser.piece("y is blue") == "sky is blue");
  CHECK(sanitiser.finish().empty());
}
