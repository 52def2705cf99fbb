// Rules for what a fake says: the first whose conditions all hold gives the answer. The members are
// the YAML keys under `backends.<name>.replies`. Plain data; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "fakes/chat.hpp"
#include "fakes/sayings.hpp"
#include "world/count_range.hpp"
#include "world/field.hpp"

namespace fakes {

// Every given condition must hold; one that is not given always does.
struct ReplyMatch {
  std::string model;  // may end in * for any ending
  std::string user;
  std::string text;                             // contained in the last user message
  std::optional<world::CountRange> turn;         // how many user messages the prompt has
  std::optional<world::CountRange> tool_results; // how many stand behind the last user message
  std::optional<world::CountRange> attempt;      // of this turn at this backend
  std::optional<bool> stream;
  std::string tool_result;  // contained in the last tool result
  std::map<std::string, std::string> header;  // name, and what its value contains

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("model", &ReplyMatch::model, "Model asked for; a * at the end stands for the rest."),
        field("user", &ReplyMatch::user, "User, as u17, or as the request names it."),
        field("text", &ReplyMatch::text, "Contained in the last user message."),
        field("turn", &ReplyMatch::turn, "How many user messages the prompt has, as 1 or 2..4."),
        field("tool_results", &ReplyMatch::tool_results,
              "How many tool results stand behind the last user message, as 0 or 1.."),
        field("attempt", &ReplyMatch::attempt, "Which attempt of its turn it is; the first is 1."),
        field("stream", &ReplyMatch::stream, "Only streamed (true) or plain (false) requests."),
        field("tool_result", &ReplyMatch::tool_result, "Contained in the last tool result."),
        field("header", &ReplyMatch::header,
              "Headers that the request has, name: what its value contains."));
  }
  friend bool operator==(const ReplyMatch&, const ReplyMatch&) = default;
};

struct ReplyCall {
  std::string name = "*";  // * is the first tool that the request offers
  std::string arguments = "{}";
  std::string id;  // empty: made up, another for each call

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("name", &ReplyCall::name, "Tool to call; * is the first one on offer."),
        field("arguments", &ReplyCall::arguments, "Its arguments as JSON text; a template."),
        field("id", &ReplyCall::id, "Id of the call; made up if empty."));
  }
  friend bool operator==(const ReplyCall&, const ReplyCall&) = default;
};

constexpr std::array<world::Choice<Finish>, 9> choices(Finish) {
  return {{{"stop", Finish::stop},
           {"length", Finish::length},
           {"tool_calls", Finish::tool_calls},
           {"content_filter", Finish::content_filter},
           {"error", Finish::error},
           {"stop_sequence", Finish::stop_sequence},
           {"context_window", Finish::context_window},
           {"pause", Finish::pause},
           {"timeout", Finish::timeout}}};
}

struct ReplyRule {
  ReplyMatch match;
  std::uint32_t probability_ppm = 1'000'000;
  std::optional<std::string> text;  // a template
  std::optional<Saying> say;
  std::int64_t repeat = 1;
  std::vector<ReplyCall> calls;
  std::optional<Finish> finish;
  bool canary = true;

  static constexpr std::int64_t kCallsMax = 64;
  static constexpr auto fields() {
    using world::field;
    using world::Unit;
    return std::tuple(
        field("match", &ReplyRule::match, "When the rule applies; always if not given."),
        field("probability", &ReplyRule::probability_ppm, "Share of what matches that it answers.")
            .in(Unit::ppm)
            .between(1, 1'000'000),
        field("text", &ReplyRule::text,
              "What is said. {{user}}, {{model}}, {{text}}, {{turn}}, {{attempt}}, {{canary}} and "
              "{{tool_result}} stand for the request's own."),
        field("say", &ReplyRule::say, "One of the fake's own sayings instead of a text."),
        field("repeat", &ReplyRule::repeat, "How often the text is said, for giant replies.")
            .between(1, 1'000'000),
        field("calls", &ReplyRule::calls,
              "Tools that are called, several at once if there are several. The rule applies only "
              "to requests that offer all of them.")
            .between(0, kCallsMax),
        field("finish", &ReplyRule::finish, "Why the answer ends, if not as it naturally does."),
        field("canary", &ReplyRule::canary,
              "Begin the text with the canary of the turn, when the request carries a turn."));
  }
  friend bool operator==(const ReplyRule&, const ReplyRule&) = default;
};

// What is wrong with the templates of a rule, as a sentence; empty: nothing.
std::string problem_of(const ReplyRule& rule);

}  // namespace fakes
