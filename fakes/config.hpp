// Configuration of one fake backend: which provider it plays and how fast it talks. The members are
// the YAML keys under `backends.<name>`. Plain data; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "fakes/load_config.hpp"
#include "fakes/reply_rule.hpp"
#include "fakes/tools/tool.hpp"
#include "world/distribution.hpp"
#include "world/field.hpp"
#include "world/units.hpp"

namespace fakes {

struct Recording;

struct Backend {
  std::string dialect = "openai-chat";
  std::string model = "fake-1";
  // Time to first token, gap between tokens (ns), and answer length when the request has none.
  world::Distribution ttft = world::Distribution::lognormal(350'000'000, 2'000'000'000);
  world::Distribution inter_token = world::Distribution::fixed(20'000'000);
  world::Distribution output_tokens = world::Distribution::lognormal(60, 400);
  world::Nanos prefill{0};                  // per token of the prompt, before the first token
  world::Nanos coalesce{0};                 // tokens of a stream so close together leave as one
  // Of background answers: before the model starts.
  world::Distribution queue_time = world::Distribution::fixed(0);
  world::Nanos stored_for = std::chrono::hours(1);        // then a stored answer is forgotten
  world::Nanos resumable_for = std::chrono::minutes(5);   // its stream, from when it was asked for
  std::int64_t output_tokens_max = 16'384;  // longer answers are cut with finish_reason length
  std::vector<ReplyRule> replies;
  std::vector<Tool> tools;                  // of the dialect mcp; empty: default_tools()
  std::int64_t max_concurrent = 10'000;     // more at once get the provider's 429
  std::int64_t body_bytes_max = 16 << 20;   // larger requests get 413
  ColdStart cold_start;
  Scheduler scheduler;
  Limits limits;
  bool tls = false;
  std::string replay;
  bool replay_only = false;
  std::shared_ptr<const Recording> recording;  // what `replay` names; the loader reads it

  static constexpr std::int64_t kRepliesMax = 1'000;
  static constexpr std::int64_t kToolsMax = 1'000;
  static constexpr std::int64_t kStoredForMax = 30 * 86'400 * 1'000'000'000LL;  // 30 days
  static constexpr auto fields() {
    using world::field;
    using world::Unit;
    return std::tuple(
        field("dialect", &Backend::dialect, "Wire format that the backend speaks."),
        field("model", &Backend::model,
              "Name of the model that answers; empty: the one asked for."),
        field("ttft", &Backend::ttft, "Time to first token.").in(Unit::duration),
        field("inter_token", &Backend::inter_token, "Gap between tokens.").in(Unit::duration),
        field("prefill", &Backend::prefill,
              "Time for each token of the prompt, added to the time to first token.")
            .between(0, 1'000'000'000),
        field("coalesce", &Backend::coalesce,
              "Tokens of a stream that are due up to this long after another leave with it in one "
              "write, when the last of them is due; the first waits for none. 0s: each on its own.")
            .between(0, 60'000'000'000),
        field("output_tokens", &Backend::output_tokens,
              "Length of an answer when the request does not say.")
            .in(Unit::count),
        field("queue_time", &Backend::queue_time,
              "How long a background answer waits before the model starts.")
            .in(Unit::duration),
        field("stored_for", &Backend::stored_for,
              "How long a stored answer can be fetched; then it is unknown.")
            .between(1, kStoredForMax),
        field("resumable_for", &Backend::resumable_for,
              "How long the stream of a background answer can be resumed.")
            .between(1, kStoredForMax),
        field("output_tokens_max", &Backend::output_tokens_max, "Longest answer, in tokens.")
            .between(1, 1'000'000),
        field("replies", &Backend::replies,
              "Rules for what is said; the first that applies does. Without one, checkable text.")
            .between(0, kRepliesMax),
        field("tools", &Backend::tools,
              "Tools of a tool server (dialect mcp). Without any: echo, add_note, list_notes and "
              "run_command.")
            .between(0, kToolsMax),
        field("max_concurrent", &Backend::max_concurrent,
              "Requests served at once; more get the provider's 429.")
            .between(1, 1'000'000),
        field("body_bytes_max", &Backend::body_bytes_max, "Largest request body; more gets 413.")
            .in(Unit::bytes)
            .between(1, 1 << 30),
        field("cold_start", &Backend::cold_start, "A model that is unloaded when nobody asks."),
        field("scheduler", &Backend::scheduler,
              "A server that answers several requests side by side and slows down under load."),
        field("limits", &Backend::limits, "The provider's rate limits."),
        field("tls", &Backend::tls, "Serve https, with a certificate of the run's own authority."),
        field("replay", &Backend::replay,
              "A recording, beside this file: requests that are in it get the recorded answers."),
        field("replay_only", &Backend::replay_only,
              "Requests that are not in the recording get a 404, not an answer of the fake."));
  }
  friend bool operator==(const Backend&, const Backend&) = default;
};

}  // namespace fakes
