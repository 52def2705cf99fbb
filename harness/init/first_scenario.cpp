// The text of a first scenario: one outage, with objectives that its requests can decide.
#include <algorithm>

#include "fakes/dialect.hpp"
#include "harness/init/answers.hpp"
#include "world/json_text.hpp"

namespace harness {

namespace {

constexpr std::size_t kCommentColumn = 36;

// A scalar of YAML: as it is if that is safe, else as JSON, which YAML reads too.
std::string scalar(const std::string& text) {
  const bool plain =
      !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                              "0123456789_./-") == std::string::npos;
  const bool is_word = std::any_of(text.begin(), text.end(),
                                   [](char c) { return c >= 'a' && c <= 'z'; });
  const bool special = text == "true" || text == "false" || text == "null" || text == "yes" ||
                       text == "no" || text == "on" || text == "off" || text.starts_with('-') ||
                       (text.front() >= '0' && text.front() <= '9') || text.starts_with('.');
  if (plain && is_word && !special) return text;
  std::string json;
  world::append_json_string(json, text);
  return json;
}

std::string line(std::string text, const std::string& comment) {
  if (text.size() + 2 > kCommentColumn) return text + "  # " + comment + "\n";
  text.resize(kCommentColumn, ' ');
  return text + "# " + comment + "\n";
}

std::string command_list(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + scalar(word);
  return "[" + text + "]";
}

std::string target(const InitAnswers& answers) {
  std::string text = line("target:", "what is tested");
  if (!answers.command.empty()) {
    text += line("  command: " + command_list(answers.command),
                 "started for each run, without a shell; it listens on $PORT");
    text += line("  directory: ..", "where it is started, from this file's folder");
  }
  if (!answers.url.empty()) {
    text += line("  url: " + scalar(answers.url), "where it listens");
  }
  text += line("  dialect: " + answers.dialect, "the API that it has for its users");
  if (answers.dialect == "json") {
    text += line("  path: /chat", "change these to what your agent's API is like");
    text += "  mapping:\n";
    text += line("    request: {message: \"{text}\", session: \"{session}\", user: \"{user}\"}",
                 "the body");
    text += line("    text: /reply", "JSON Pointer to the answer's text");
    text += line("    error: /error/message", "there and not null: it failed");
  } else {
    text += line("  # path: /v1/...", "if it is not the dialect's own");
  }
  if (answers.dialect.starts_with("openai")) {
    text += line("  # history: client", "if it keeps no conversations: each request has all of it");
  }
  if (!answers.command.empty()) {
    text += line("  # ready: {path: /health, within: 30s}", "else: it accepts connections");
    text += line("  # environment: {LOG_LEVEL: warn}", "added to yours");
  }
  text += line("  # headers: {authorization: \"Bearer ${MY_TOKEN}\"}", "sent with each request");
  return text;
}

std::string backends(const InitAnswers& answers) {
  std::string dialect, text = "# A fake provider, which your agent asks instead of the real one: ";
  for (const InitProvider& provider : init_providers()) {
    if (provider.name == answers.provider) dialect = provider.dialect;
  }
  const std::string_view variable = fakes::find_dialect(dialect)->base_url_variable();
  if (answers.command.empty()) {
    text += "start it with\n# " + fakes_address(answers) +
            (variable.empty() ? " as its provider's address" : "");
  } else {
    text += "it finds it in\n# " +
            std::string(variable.empty() ? "SHAKEDOWN_BACKEND_PROVIDER_URL" : variable);
  }
  text += ". No key is needed, and it costs nothing.\nbackends:\n  provider:\n";
  text += "    dialect: " + dialect + "\n";
  text += line("    ttft: lognormal(p50=300ms, p99=1s)", "to the first token");
  return text + "    inter_token: 10ms\n    output_tokens: uniform(20, 60)\n";
}

const char* const kRest = R"yaml(
phases: {baseline: 30s, outage: 20s, recovery: 40s}
load:
  chat:
    arrivals: constant(5/s)         # whether it answers in time or not
    users: round_robin(40)          # each asks every 8 s
    sessions: {turns_per_session: 4}
    ask: How do I reset my password?
client: {timeout: 30s}              # then the user has left

faults:                             # `shakedown list faults` has them all, with examples
  - {id: down, on: backends, at: outage, status: 503}

slo:                                # `shakedown plan` says how many requests each one needs
  - error_rate < 5% in baseline
  - response.p95 < 10s in baseline
  - "response.count{phase:outage,outcome:timeout} == 0"   # a no comes in time, too
  - recovery_time < 30s             # until service is good again, and stays so

invariants:                         # one violation is a FAIL; `shakedown list invariants`
  - terminal_once                   # each request ends exactly once
  - no_empty_response
  - conversation_integrity          # no turn is lost, doubled, or in another conversation
  - isolation_canary                # nobody sees another user's data
  - no_internal_leak                # errors show no stack traces, keys or inner addresses
  - bounded_retries: 3              # calls to the provider for each thing asked, on average
)yaml";

}  // namespace

std::string first_scenario(const InitAnswers& answers) {
  const std::string file(kFirstScenario);
  std::string text = "# A first scenario: the provider fails for 20 s, and heals. It takes 90 s.\n";
  text += "#   shakedown check " + file + "\n#   shakedown run " + file + run_arguments(answers) +
          "\n";
  text += "scenario: " + scalar(answers.name) + "\nabout: >\n  Forty users talk to " +
          answers.name +
          ". Its provider answers 503 for 20 seconds, then heals. Nobody may hang,\n"
          "  be told nonsense, or lose a turn; and service must be good again soon.\n"
          "seed: 7\n\n";
  return text + target(answers) + "\n" + backends(answers) + kRest;
}

}  // namespace harness
