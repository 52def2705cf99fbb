// Target: an agent of the user's own, which a run tests instead of the bundled core: an address, or
// a command that is started for the run. The members are the YAML keys of `target:`. Plain data;
// any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "world/field.hpp"
#include "world/units.hpp"

namespace harness {

enum class TargetDialect : std::uint8_t { openai_chat, openai_responses, anthropic, json };

constexpr std::array<world::Choice<TargetDialect>, 4> choices(TargetDialect) {
  return {{{"openai-chat", TargetDialect::openai_chat},
           {"openai-responses", TargetDialect::openai_responses},
           {"anthropic", TargetDialect::anthropic},
           {"json", TargetDialect::json}}};
}
std::string_view name_of(TargetDialect dialect);

// Where a dialect's requests go when the target names no path; json has none of its own: "/".
std::string_view path_of(TargetDialect dialect);

enum class MappedStream : std::uint8_t { no, sse };

constexpr std::array<world::Choice<MappedStream>, 2> choices(MappedStream) {
  return {{{"no", MappedStream::no}, {"sse", MappedStream::sse}}};
}

// Who remembers what was said: the target, by its names for user and conversation, or the client,
// which then sends all of it with each turn.
enum class KeptBy : std::uint8_t { target, client };

constexpr std::array<world::Choice<KeptBy>, 2> choices(KeptBy) {
  return {{{"target", KeptBy::target}, {"client", KeptBy::client}}};
}

struct JsonText {  // any YAML, kept as one JSON text
  std::string text;
  friend bool operator==(const JsonText&, const JsonText&) = default;
};

struct TargetReady {
  std::string path;
  std::optional<world::Nanos> within;

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("path", &TargetReady::path,
              "It is ready when a GET of this path has a status of 2xx; absent: when it accepts a "
              "connection."),
        field("within", &TargetReady::within,
              "How long it is waited for; 30s if absent, 3s for a target without a command.")
            .between(1'000'000, 3'600'000'000'000));
  }
};

struct TargetMapping {
  JsonText request;
  std::string text;
  std::string error;    // empty: none
  std::string session;  // empty: none
  MappedStream stream = MappedStream::no;
  std::string done;     // empty: the end of the stream

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("request", &TargetMapping::request,
              "The body of a request, with {text}, {session}, {user}, {turn}, {model}, "
              "{server_session} in its texts; a text that is exactly {messages} becomes the list "
              "of all that was said.")
            .required(),
        field("text", &TargetMapping::text,
              "JSON Pointer to the answer's text, as /reply; of a stream, to an event's piece.")
            .required(),
        field("error", &TargetMapping::error,
              "JSON Pointer to what says, when it is there and not null, that the request failed."),
        field("session", &TargetMapping::session,
              "JSON Pointer to the target's name of the conversation, which goes back as "
              "{server_session}."),
        field("stream", &TargetMapping::stream,
              "How it answers: with one JSON text, or with server-sent events whose data is JSON."),
        field("done", &TargetMapping::done,
              "Data or name of the event that ends a stream, as [DONE]; absent: its end does."));
  }
};

struct Target {  // neither url nor command: the bundled core
  std::vector<std::string> command;
  std::string directory;  // a loaded scenario has it relative to where shakedown runs
  std::string url;
  TargetDialect dialect = TargetDialect::openai_chat;
  std::string path;  // empty: the dialect's own
  std::string model = "agent";
  std::map<std::string, std::string> headers;
  std::optional<KeptBy> history;
  TargetReady ready;
  world::Nanos stop_within = std::chrono::seconds(5);
  std::map<std::string, std::string> environment;
  std::optional<TargetMapping> mapping;
  std::string ca;  // a loaded scenario has it relative to where shakedown runs
  bool insecure = false;

  bool is_given() const { return !url.empty() || !command.empty(); }
  KeptBy kept_by() const {
    const bool is_stateless = dialect == TargetDialect::anthropic;
    return history.value_or(is_stateless ? KeptBy::client : KeptBy::target);
  }

  static constexpr std::int64_t kWordsMax = 1'000;
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("command", &Target::command,
              "Program and arguments that are started for the run, without a shell.")
            .between(0, kWordsMax),
        field("directory", &Target::directory,
              "Where the command runs, from the scenario's folder; absent: in that folder."),
        field("url", &Target::url,
              "Address of the agent; {port} is a free port, which the command finds in PORT. "
              "http://127.0.0.1:{port} for a command if absent."),
        field("dialect", &Target::dialect, "Wire format that the agent speaks."),
        field("path", &Target::path, "Path of its requests; the dialect's own if absent."),
        field("model", &Target::model, "The model that its requests ask for."),
        field("headers", &Target::headers,
              "Sent with each request; ${NAME} is a variable of the environment."),
        field("history", &Target::history,
              "Who remembers a conversation. client: each request has all of it. By default the "
              "target; with dialect anthropic the client."),
        field("ready", &Target::ready, "When it can be asked."),
        field("stop_within", &Target::stop_within,
              "How long the command may take to end when it is told to (SIGTERM); then it is "
              "killed.")
            .between(0, 600'000'000'000),
        field("environment", &Target::environment,
              "Variables of the command; {port} and {backend.NAME} are put in."),
        field("mapping", &Target::mapping, "What requests and answers look like (dialect json)."),
        field("ca", &Target::ca,
              "File of certificates (PEM) that an https target is trusted by, from the scenario's "
              "folder; absent: whom the system trusts."),
        field("insecure", &Target::insecure,
              "Do not check the certificate of an https target."));
  }
};

}  // namespace harness
