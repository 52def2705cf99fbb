// What a fake says by its rules: which rule speaks, templates, sayings, tool calls and tool loops,
// plain and streamed.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "fakes/reply_template.hpp"
#include "tests/fakes/fake_world.hpp"
#include "world/sse.hpp"

using namespace support;
using namespace std::chrono_literals;
using fakes::ReplyCall;
using fakes::ReplyRule;
using nlohmann::json;

namespace {

ReplyRule says(std::string text, fakes::ReplyMatch match = {}) {
  ReplyRule rule;
  rule.text = std::move(text);
  rule.match = std::move(match);
  return rule;
}

ReplyRule calls(std::vector<ReplyCall> wanted, fakes::ReplyMatch match = {}) {
  ReplyRule rule;
  rule.calls = std::move(wanted);
  rule.match = std::move(match);
  return rule;
}

fakes::Backend backend_with(std::vector<ReplyRule> rules) {
  fakes::Backend backend = steady_backend();
  backend.replies = std::move(rules);
  return backend;
}

const std::string kTools =
    R"("tools":[{"type":"function","function":{"name":"weather","parameters":{}}},)"
    R"({"type":"function","function":{"name":"time"}}])";

std::string request_with(const std::string& messages, const std::string& further = {}) {
  return post_chat(R"({"model":"m-1","user":"ann","messages":[)" + messages + "]" +
                   (further.empty() ? "" : "," + further) + "}");
}

const std::string kArguments = R"({"q":"{{text}}"})";
const std::string kAsk = R"({"role":"user","content":"Is it \"warm\" in Köln?"})";
const std::string kResult =
    R"(,{"role":"assistant","content":null,"tool_calls":[]},)"
    R"({"role":"tool","tool_call_id":"c","content":"21 degrees"})";

json answer_to(FakeWorld<InSim>& fake, const std::string& request) {
  return json::parse(body_of(fake.talk(request, 60s, "fp_").bytes).text);
}

std::string said(FakeWorld<InSim>& fake, const std::string& request) {
  const json content = answer_to(fake, request)["choices"][0]["message"]["content"];
  return content.is_null() ? "(null)" : content.get<std::string>();
}

}  // namespace

TEST_CASE("the first rule whose conditions hold speaks", "[replies]") {
  fakes::ReplyMatch model;
  model.model = "other*";
  fakes::ReplyMatch text;
  text.text = "\"warm\"";
  text.turn = world::CountRange{1, 1};
  fakes::ReplyMatch result;
  result.tool_results = world::CountRange{1, 9};
  result.tool_result = "21";
  FakeWorld<InSim> fake({}, backend_with({says("by model", model), says("by result", result),
                                          says("by text", text), says("else")}));
  CHECK(said(fake, request_with(kAsk)) == "by text");
  CHECK(said(fake, request_with(kAsk + kResult)) == "by result");
  CHECK(said(fake, request_with(kAsk + "," + kAsk)) == "else");
  CHECK(said(fake, request_with(R"({"role":"user","content":"x"})")) == "else");
}

TEST_CASE("a rule for the first attempt leaves the second to others", "[replies]") {
  fakes::ReplyMatch first;
  first.attempt = world::CountRange{1, 1};
  FakeWorld<InSim> fake({}, backend_with({says("once", first)}));
  const std::string request = post_chat(ask({1, 0, 0}, false, 5));
  CHECK(said(fake, request) == "[reply u1.s0.t0] once");
  CHECK(said(fake, request).find("[end 5 ") != std::string::npos);
}

TEST_CASE("templates take over what the request says", "[replies]") {
  FakeWorld<InSim> fake({}, backend_with({says("{{model}} {{user}}: {{text}} {{tool_result}}")}));
  CHECK(said(fake, request_with(kAsk + kResult)) == "m-1 ann: Is it \"warm\" in Köln? 21 degrees");
  CHECK(said(fake, request_with(R"({"role":"user","content":[{"type":"text","text":"in "},)"
                                R"({"type":"text","text":"parts"}]})")) == "m-1 ann: in parts ");
}

TEST_CASE("templates that name nothing known are refused", "[replies]") {
  CHECK(fakes::problem_of_template("{{usr}}").find("there is no {{usr}}") == 0);
  CHECK(fakes::problem_of_template("{{user}} and {\"a\":{\"b\":{}}} {{").empty());
  ReplyRule both = says("x");
  both.say = fakes::Saying::empty;
  CHECK_FALSE(fakes::problem_of(both).empty());
  CHECK(fakes::problem_of(says("x")).empty());
}

TEST_CASE("every saying arrives as it is, plain and streamed", "[replies]") {
  const std::size_t which = GENERATE(Catch::Generators::range<std::size_t>(1, fakes::kSayingCount));
  const bool stream = GENERATE(false, true);
  ReplyRule rule;
  rule.say = static_cast<fakes::Saying>(which);
  CAPTURE(fakes::kSayings[which].name);
  FakeWorld<InSim> fake({}, backend_with({rule}));
  std::string text;
  if (stream) {
    const Talk talk = fake.talk(request_with(kAsk, R"("stream":true)"), 60s, "0\r\n\r\n");
    world::SseReader reader;
    std::vector<world::SseEvent> events;
    REQUIRE(reader.feed(body_of(talk.bytes).text, events).has_value());
    for (std::size_t i = 0; i + 1 < events.size(); ++i) {
      const json delta = json::parse(events[i].data)["choices"][0]["delta"];
      text += delta.value("content", "");
    }
  } else {
    text = said(fake, request_with(kAsk));
  }
  CHECK(text == fakes::kSayings[which].text);
}

TEST_CASE("a giant reply is repeated text, cut at the backend's bound", "[replies]") {
  ReplyRule rule = says("again and ");
  rule.repeat = 1'000;
  fakes::Backend backend = backend_with({rule});
  FakeWorld<InSim> fake({}, backend);
  CHECK(said(fake, request_with(kAsk)).size() == 10'000);
  backend.output_tokens_max = 10;
  FakeWorld<InSim> bounded({}, backend);
  const json answer = answer_to(bounded, request_with(kAsk));
  CHECK(answer["choices"][0]["finish_reason"] == "length");
  CHECK(answer["usage"]["completion_tokens"] == 10);
}

TEST_CASE("tools are called only when they are on offer, several at once too", "[replies]") {
  fakes::ReplyMatch no_result;
  no_result.tool_results = world::CountRange{0, 0};
  const ReplyRule both = calls({{"weather", kArguments, ""}, {"time", "{}", ""}}, no_result);
  FakeWorld<InSim> fake({}, backend_with({both, says("It is {{tool_result}}.")}));
  CHECK(said(fake, request_with(kAsk)) == "It is .");
  const json choice = answer_to(fake, request_with(kAsk, kTools))["choices"][0];
  CHECK(choice["finish_reason"] == "tool_calls");
  CHECK(choice["message"]["content"].is_null());
  const json made = choice["message"]["tool_calls"];
  REQUIRE(made.size() == 2);
  CHECK(json::parse(made[0]["function"]["arguments"].get<std::string>())["q"] ==
        "Is it \"warm\" in Köln?");
  CHECK(made[1]["function"]["name"] == "time");
  CHECK(made[0]["id"] != made[1]["id"]);
  CHECK(said(fake, request_with(kAsk + kResult, kTools)) == "It is 21 degrees.");
}

TEST_CASE("streamed calls come in fragments that join to the whole", "[replies]") {
  const ReplyRule both = calls({{"*", kArguments, ""}, {"time", "{}", ""}});
  FakeWorld<InSim> fake({}, backend_with({both}));
  const Talk talk =
      fake.talk(request_with(kAsk, kTools + R"(,"stream":true)"), 60s, "0\r\n\r\n");
  world::SseReader reader;
  std::vector<world::SseEvent> events;
  REQUIRE(reader.feed(body_of(talk.bytes).text, events).has_value());
  std::vector<std::string> arguments(2);
  std::vector<std::string> names(2);
  std::string finish;
  for (std::size_t i = 0; i + 1 < events.size(); ++i) {
    const json choice = json::parse(events[i].data)["choices"][0];
    if (!choice["finish_reason"].is_null()) finish = choice["finish_reason"];
    for (const json& call : choice["delta"].value("tool_calls", json::array())) {
      const std::size_t index = call["index"];
      arguments.at(index) += call["function"].value("arguments", "");
      names.at(index) += call["function"].value("name", "");
    }
  }
  CHECK(names == std::vector<std::string>{"weather", "time"});
  CHECK(json::parse(arguments[0])["q"] == "Is it \"warm\" in Köln?");
  CHECK(arguments[1] == "{}");
  CHECK(finish == "tool_calls");
}

TEST_CASE("a share of what matches is drawn by key, not by order", "[replies]") {
  ReplyRule rare = says("rare");
  rare.probability_ppm = 300'000;
  FakeWorld<InSim> fake({}, backend_with({rare, says("usual")}));
  int found = 0;
  std::vector<std::string> first;
  for (std::uint32_t user = 0; user < 200; ++user) {
    first.push_back(said(fake, post_chat(ask({user, 0, 0}, false, 5))));
    found += first.back().ends_with("rare");
  }
  CHECK(found > 35);
  CHECK(found < 90);
  FakeWorld<InSim> again({}, backend_with({rare, says("usual")}));
  for (std::uint32_t user = 200; user-- > 0;) {
    CHECK(said(again, post_chat(ask({user, 0, 0}, false, 5))) == first[user]);
  }
}
