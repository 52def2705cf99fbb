// The text of answers, token by token and whole, and what its checksum finds.
#include <catch2/catch.hpp>

#include "fakes/dialect.hpp"
#include "fakes/reply_text.hpp"

using fakes::check_text;
using fakes::ReplyText;
using fakes::TextCheck;

namespace {

std::string joined(const ReplyText& text) {
  std::string all;
  for (std::int64_t n = 1; n <= text.tokens(); ++n) all += text.token(n);
  return all;
}

}  // namespace

TEST_CASE("checkable text says the same token by token as whole", "[reply]") {
  const int tokens = GENERATE(0, 1, 2, 3, 100);
  const bool cut_off = GENERATE(false, true);
  fakes::Words words;
  const ReplyText text = ReplyText::checkable("[reply u1.s0.t0]", tokens, cut_off, words);
  std::string all;
  text.append_all(all);
  CHECK(all == joined(text));
  CHECK((check_text(all) == TextCheck::whole) == (tokens >= 2 && !cut_off));
}

TEST_CASE("the checksum finds what was lost, doubled, exchanged or mixed up", "[reply]") {
  fakes::Words words;
  std::string all;
  ReplyText::checkable("[reply u1.s0.t0]", 20, false, words).append_all(all);
  REQUIRE(check_text(all) == TextCheck::whole);
  const auto at = all.find(" t7");
  std::string lost = all;
  lost.erase(at, 3);
  std::string doubled = all;
  doubled.insert(at, " t7");
  std::string exchanged = all;
  exchanged.replace(at, 6, " t8 t7");
  std::string mixed = all;
  mixed.replace(mixed.find("u1"), 2, "u2");
  for (const std::string& spoilt : {lost, doubled, exchanged, mixed, all + " more"}) {
    CAPTURE(spoilt);
    CHECK(check_text(spoilt) == TextCheck::wrong);
  }
  CHECK(check_text(all.substr(0, at)) == TextCheck::no_end);
  CHECK(check_text("") == TextCheck::no_end);
}

TEST_CASE("other text is cut at its words and spelt as JSON", "[reply]") {
  struct Row {
    const char* raw;
    std::int64_t tokens;
    const char* json;
  };
  const Row row = GENERATE(Row{"", 0, ""}, Row{"one", 1, "one"},
                           Row{"a \"b\" c", 3, R"(a \"b\" c)"},
                           Row{"Grüße aus\nKöln", 3, R"(Grüße aus\nKöln)"},
                           Row{"x\xff", 1, "x\xEF\xBF\xBD"}, Row{"  a", 2, "  a"});
  const ReplyText text = ReplyText::literal(row.raw, 1'000);
  CHECK(text.tokens() == row.tokens);
  CHECK(joined(text) == row.json);
  CHECK(ReplyText::literal("a b c d", 2).tokens() == 2);
}

TEST_CASE("a walk over a stream's events can begin anywhere", "[reply]") {
  fakes::Words words;
  fakes::Answer answer;
  answer.has_text = GENERATE(false, true);
  answer.text = ReplyText::checkable("[reply]", GENERATE(0, 1, 5), false, words);
  const int calls = GENERATE(0, 1, 2);
  for (int i = 0; i < calls; ++i) answer.calls.push_back({"c", "f", "{\"a\":1}", 3});
  for (const fakes::Dialect* dialect : fakes::kDialects) {
    CAPTURE(dialect->name());
    const std::int64_t events = fakes::events_of(*dialect, answer);
    fakes::StreamCursor step(*dialect, answer);
    std::int64_t units = 0;
    for (std::int64_t event = 0; event < events; ++event) {
      fakes::StreamCursor jump(*dialect, answer);
      jump.skip_to(event);
      CHECK(jump.place() == step.place());
      if (step.place().stage == fakes::Stage::unit) CHECK(step.place().unit == ++units);
      step.next();
    }
    CHECK(units == answer.units());
    CHECK(step.event() == events);
  }
}
