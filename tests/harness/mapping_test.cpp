// Requests and answers of a target with JSON of its own, by its mapping.
#include "harness/client/mapping.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace harness;
using nlohmann::json;

namespace {

TargetMapping mapping_of(const std::string& request, const std::string& text) {
  TargetMapping mapping;
  mapping.request.text = request;
  mapping.text = text;
  mapping.error = "/error";
  mapping.session = "/session_id";
  return mapping;
}

MappedWords words() {
  MappedWords words;
  words.text = "say \"hi\"\n";
  words.session = "u1.s2";
  words.user = "u1";
  words.turn = "u1.s2.t3";
  words.model = "m";
  words.messages = R"([{"role":"user","content":"hi"}])";
  return words;
}

}  // namespace

TEST_CASE("mapping: a body from its template", "[target]") {
  struct Row {
    const char* request;
    const char* server_session;
    const char* body;
  };
  for (const Row& row :
       {Row{R"({"q":"{text}"})", "", R"({"q":"say \"hi\"\n"})"},
        Row{R"({"a":"<{user}|{session}|{turn}|{model}>","n":1,"b":[true,null]})", "",
            R"({"a":"<u1|u1.s2|u1.s2.t3|m>","n":1,"b":[true,null]})"},
        Row{R"({"m":"{messages}"})", "", R"({"m":[{"role":"user","content":"hi"}]})"},
        Row{R"({"s":"{server_session}","t":"{text}"})", "", R"({"t":"say \"hi\"\n"})"},
        Row{R"({"s":"{server_session}"})", "x7", R"({"s":"x7"})"},
        Row{R"({"in":{"s":["{server_session}","{user}"]}})", "", R"({"in":{"s":["u1"]}})"},
        Row{R"(["{ text }","{","}{user}{"])", "", R"(["{ text }","{","}u1{"])"},
        Row{R"("{text}")", "", R"("say \"hi\"\n")"}}) {
    INFO(row.request);
    const TargetMapping described = mapping_of(row.request, "/reply");
    const Mapping mapping(described);
    MappedWords put_in = words();
    put_in.server_session = row.server_session;
    CHECK(json::parse(mapping.body(put_in)) == json::parse(row.body));
  }
}

// What stands in a word is not read again as a template.
TEST_CASE("mapping: words in what the user says are left alone", "[target]") {
  const TargetMapping described = mapping_of(R"({"q":"{text}"})", "/reply");
  MappedWords put_in = words();
  put_in.text = "{user} {text}";
  CHECK(json::parse(Mapping(described).body(put_in)).at("q") == "{user} {text}");
}

TEST_CASE("mapping: an answer by its pointers", "[target]") {
  struct Row {
    const char* pointer;
    const char* answer;
    const char* text;     // null: none
    bool has_error;
    const char* session;
    const char* trouble;  // a part of it
  };
  for (const Row& row :
       {Row{"/reply", R"({"reply":"yes","session_id":"s1"})", "yes", false, "s1", ""},
        Row{"/reply", R"({"reply":"yes","session_id":7,"error":null})", "yes", false, "7", ""},
        Row{"/a/0/b~1c", R"({"a":[{"b/c":"deep"}]})", "deep", false, "", ""},
        Row{"", R"("bare")", "bare", false, "", ""},
        Row{"/reply", R"({"reply":null})", "", false, "", ""},
        Row{"/reply", R"({"error":{"message":"no"}})", nullptr, true, "", ""},
        Row{"/reply", R"({"answer":"yes","id":1})", nullptr, false, "",
            "`target.mapping.text` is `/reply`, which is not in the answer: it has `answer`, `id`"},
        Row{"/a/b/c", R"({"a":{"x":1}})", nullptr, false, "", "`/a` has `x`"},
        Row{"/a/3", R"({"a":["x"]})", nullptr, false, "", "`/a` is a list of 1"},
        Row{"/a/01", R"({"a":["x","y"]})", nullptr, false, "", "`/a` is a list of 2"},
        Row{"/a/b", R"({"a":5})", nullptr, false, "", "`/a` is 5"},
        Row{"/a", R"({"a":5})", nullptr, false, "", "which is a number in the answer, not text"},
        Row{"/a", "{}", nullptr, false, "", "it is an empty object"},
        Row{"/a", "<html>", nullptr, false, "", "the answer is not JSON: `<html>`"},
        Row{"/a", "", nullptr, false, "", "the answer is not JSON"}}) {
    INFO(row.pointer << " in " << row.answer);
    const TargetMapping described = mapping_of("\"{text}\"", row.pointer);
    const MappedAnswer answer = Mapping(described).read(row.answer);
    INFO(answer.trouble);
    CHECK(answer.text.has_value() == (row.text != nullptr));
    if (row.text != nullptr) CHECK(answer.text.value_or("") == row.text);
    CHECK(answer.has_error == row.has_error);
    CHECK(answer.session == row.session);
    CHECK(answer.trouble.find(row.trouble) != std::string::npos);
    CHECK(answer.trouble.empty() == (row.text != nullptr || row.has_error));
  }
}

TEST_CASE("mapping: what a target says is bounded and harmless in messages", "[target]") {
  const TargetMapping described = mapping_of("\"{text}\"", "/reply");
  const Mapping mapping(described);
  json many;
  for (int i = 0; i < 1'000; ++i) many["\x1b[2J" + std::to_string(i) + std::string(500, 'k')] = i;
  for (const std::string& hostile :
       {many.dump(), std::string(100'000, '['), "\x1b[31m" + std::string(9'999, 'x'),
        "{\"a\":" + std::string(5'000, '[') + std::string(5'000, ']') + "}"}) {
    const MappedAnswer answer = mapping.read(hostile);
    CHECK(!answer.text);
    CHECK(answer.trouble.size() < 2'000);
    for (const char c : answer.trouble) CHECK(static_cast<unsigned char>(c) >= 0x20);
  }
}
