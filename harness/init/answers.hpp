// What `shakedown init` must know about an agent to write a first scenario for it, and the files
// that it writes. Plain data and pure functions; any thread.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace harness {

struct InitAnswers {
  std::string name;                  // of the agent, and so of the scenario
  std::vector<std::string> command;  // that starts it; empty: it is started by someone else
  std::string url;                   // empty for a command: the default
  std::string dialect = "openai-chat";
  std::string provider = "openai";
  std::string ci = "none";
};

struct InitFile {
  std::string path;  // from the project's folder
  std::string text;
};

// "openai" and the like, first what the most agents use; each with the dialect of the fakes.
struct InitProvider {
  std::string name;
  std::string dialect;
};
std::vector<InitProvider> init_providers();
std::vector<std::string> init_dialects();  // that an agent may speak
std::vector<std::string> init_cis();

// Every reason why a scenario cannot be made of these, as sentences that say what to give instead.
std::vector<std::string> faults_of(const InitAnswers& answers);

// A name of a scenario, from that of a folder.
std::string name_from(std::string_view folder);

// Asks for each thing that `given` does not name ("command" stands for how it is started). An empty
// answer takes what is offered. Throws std::runtime_error when the answers end too early.
void ask(InitAnswers& answers, const std::vector<std::string>& given, std::istream& in,
         std::ostream& out);

constexpr std::string_view kFirstScenario = "shakedown/first.yaml";
constexpr int kInitFakesPort = 9000;  // where the fakes are for an agent that others start

// The scenario first. `has_gitlab_file`: the project has a .gitlab-ci.yml.
std::vector<InitFile> init_files(const InitAnswers& answers, bool has_gitlab_file);
std::string first_scenario(const InitAnswers& answers);
std::vector<InitFile> ci_files(const InitAnswers& answers, bool has_gitlab_file);

// What to do now, in lines.
std::string next_steps(const InitAnswers& answers, bool has_gitlab_file);

// "OPENAI_BASE_URL=http://127.0.0.1:9000/v1": how an agent that others start finds the fakes.
std::string fakes_address(const InitAnswers& answers);

// Arguments of `shakedown run` that the scenario needs, with a blank before them; or nothing.
std::string run_arguments(const InitAnswers& answers);

}  // namespace harness
