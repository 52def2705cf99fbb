// What the client reads out of a target's JSON, hostile input included.
#include "harness/client/chat_json.hpp"

#include <catch2/catch.hpp>

using namespace harness;

namespace {

struct Row {
  const char* what;
  std::string json;
  bool valid;
  bool has_choice;
  bool has_error;
  std::optional<std::string> content;
};

std::string deep(std::size_t depth, const char* open, const char* close) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += open;
  text += "1";
  for (std::size_t i = 0; i < depth; ++i) text += close;
  return text;
}

constexpr auto kNone = std::nullopt;

}  // namespace

TEST_CASE("answers", "[chat_json]") {
  const std::string half = R"({"choices":[{"message":{"content":"x"}}])";
  const std::vector<Row> rows{
      {"an answer", R"({"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"}}]})",
       true, true, false, "Hi"},
      {"blanks around", " \n{\"choices\" : [ {\"message\":{\"content\":\"Hi\"}} ] }\n", true, true,
       false, "Hi"},
      {"escapes", R"({"choices":[{"message":{"content":"a\"\u00e9\n\ud83d\ude00"}}]})", true, true,
       false, "a\"\xC3\xA9\n\xF0\x9F\x98\x80"},
      {"an empty text", R"({"choices":[{"message":{"content":""}}]})", true, true, false, ""},
      {"null for a text", R"({"choices":[{"message":{"content":null}}]})", true, true, false,
       kNone},
      {"a number for a text", R"({"choices":[{"message":{"content":7}}]})", true, true, false,
       kNone},
      {"parts for a text", R"({"choices":[{"message":{"content":[{"text":"x"}]}}]})", true, true,
       false, kNone},
      {"no message", R"({"choices":[{"index":0}]})", true, true, false, kNone},
      {"a delta in place of a message", R"({"choices":[{"delta":{"content":"Hi"}}]})", true, true,
       false, kNone},
      {"the second choice's text is not the answer",
       R"({"choices":[{"index":0},{"message":{"content":"second"}}]})", true, true, false, kNone},
      {"the first of two choices",
       R"({"choices":[{"message":{"content":"first"}},{"message":{"content":"second"}}]})", true,
       true, false, "first"},
      {"content at another depth", R"({"content":"x","message":{"content":"y"}})", true, false,
       false, kNone},
      {"content of a tool call inside the message",
       R"({"choices":[{"message":{"tool":{"content":"no"},"content":"yes"}}]})", true, true, false,
       "yes"},
      {"choices inside something else", R"({"x":{"choices":[{"message":{"content":"no"}}]}})", true,
       false, false, kNone},
      {"no choices", R"({"choices":[]})", true, false, false, kNone},
      {"choices that is a map", R"({"choices":{"message":{"content":"x"}}})", true, false, false,
       kNone},
      {"choices of numbers", R"({"choices":[1,2]})", true, false, false, kNone},
      {"an error inside a 200", R"({"error":{"message":"overloaded"}})", true, false, true, kNone},
      {"an error as text", R"({"error":"overloaded"})", true, false, true, kNone},
      {"null for an error is none",
       R"({"error":null,"choices":[{"message":{"content":"Hi"}}]})", true, true, false, "Hi"},
      {"an error deeper down is none",
       R"({"choices":[{"error":"x","message":{"content":"Hi"}}]})", true, true, false, "Hi"},
      {"empty map", "{}", true, false, false, kNone},
      {"nothing", "", false, false, false, kNone},
      {"not JSON", "<html>502</html>", false, false, false, kNone},
      {"a list", "[]", false, false, false, kNone},
      {"a text", R"("Hi")", false, false, false, kNone},
      {"a number", "1", false, false, false, kNone},
      {"null", "null", false, false, false, kNone},
      {"cut off", half.substr(0, half.size() - 3), false, true, false, "x"},
      {"two documents", half + "}{}", false, true, false, "x"},
      {"bytes that are not UTF-8", "{\"choices\":[{\"message\":{\"content\":\"\xff\xfe\"}}]}",
       false, true, false, kNone},
      {"half of a surrogate pair", R"({"choices":[{"message":{"content":"\ud83d"}}]})", false, true,
       false, kNone},
      {"a bare control character", "{\"choices\":[{\"message\":{\"content\":\"a\nb\"}}]}", false,
       true, false, kNone},
      {"a hundred thousand lists deep", deep(100'000, "[", "]"), false, false, false, kNone},
      {"a hundred thousand maps deep", deep(100'000, R"({"choices":)", "}"), false, false, false,
       kNone},
      {"a number too large for any type",
       R"({"usage":{"completion_tokens":99999999999999999999999999},"choices":[)"
       R"({"message":{"content":"Hi"}}]})",
       true, true, false, "Hi"},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.what) {
      const ChatPiece piece = read_chat_answer(row.json);
      CHECK(piece.valid == row.valid);
      if (!row.valid) continue;  // nothing else is looked at
      CHECK(piece.has_choice == row.has_choice);
      CHECK(piece.has_error == row.has_error);
      CHECK(piece.content == row.content);
    }
  }
}

TEST_CASE("chunks of a stream", "[chat_json]") {
  const ChatPiece role = read_chat_chunk(
      R"({"choices":[{"index":0,"delta":{"role":"assistant"},"finish_reason":null}]})");
  CHECK(role.valid);
  CHECK(!role.content);
  CHECK(role.finish_reason.empty());

  const ChatPiece token = read_chat_chunk(R"({"choices":[{"delta":{"content":" word"}}]})");
  CHECK(token.content == " word");

  const ChatPiece last =
      read_chat_chunk(R"({"choices":[{"delta":{},"finish_reason":"length"}]})");
  CHECK(last.finish_reason == "length");

  // What the usage chunk counts; it has no choices.
  const ChatPiece usage =
      read_chat_chunk(R"({"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":41}})");
  CHECK(usage.valid);
  CHECK(!usage.has_choice);
  CHECK(usage.completion_tokens == 41u);

  // An answer's message is no chunk.
  CHECK(!read_chat_chunk(R"({"choices":[{"message":{"content":"x"}}]})").content);
  CHECK(read_chat_chunk(R"({"error":{"message":"overloaded"}})").has_error);
}

TEST_CASE("a count of tokens is a number that is not negative", "[chat_json]") {
  for (const std::string value : {"-1", "1.5", "\"3\"", "null", "[3]", "{\"a\":3}"}) {
    INFO(value);
    const ChatPiece piece = read_chat_answer(R"({"usage":{"completion_tokens":)" + value + "}}");
    CHECK(piece.valid);
    CHECK(!piece.completion_tokens);
  }
}
