#include "harness/init/answers.hpp"

#include <algorithm>
#include <stdexcept>

#include "fakes/dialect.hpp"
#include "harness/run/run.hpp"
#include "harness/run/target_url.hpp"
#include "harness/scenario/errors.hpp"
#include "harness/scenario/target.hpp"

namespace harness {

namespace {

bool is_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

void demand_one_of(std::vector<std::string>& faults, const std::string& what,
                   const std::string& given, const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), given) != known.end()) return;
  std::string all;
  for (const std::string& name : known) all += (all.empty() ? "" : ", ") + name;
  faults.push_back(what + " " + given + ": there is no such" + did_you_mean(given, known) +
                   "; there is: " + all);
}

// {port} is put in when the agent is started.
void check_url(std::vector<std::string>& faults, const InitAnswers& answers) {
  const std::string& url = answers.url;
  if (url.empty()) return;
  if (url.find("{port}") != std::string::npos && answers.command.empty()) {
    faults.push_back("--url " + url +
                     ": {port} is for an agent that is started by --command; write its port");
  }
  const bool printable = std::all_of(url.begin(), url.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != 0x7F;
  });
  if (!printable) {
    faults.push_back("--url " + url + ": has blanks or control characters; write http://host:port");
    return;
  }
  std::string with_port = url;
  const std::size_t port = url.find("{port}");
  if (port != std::string::npos) with_port.replace(port, 6, "1");
  try {
    parse_target_url(with_port);
  } catch (const TargetError& error) {
    faults.push_back("--url " + url + ": " + error.what());
  }
}

const fakes::Dialect& fake_of(const InitAnswers& answers) {
  for (const InitProvider& provider : init_providers()) {
    if (provider.name == answers.provider) return *fakes::find_dialect(provider.dialect);
  }
  return *fakes::kDialects.front();
}

}  // namespace

std::vector<InitProvider> init_providers() {
  std::vector<InitProvider> providers;
  for (const fakes::Dialect* dialect : fakes::kDialects) {
    std::string name(dialect->name());
    if (name == "mcp") continue;  // tools, not answers
    providers.push_back({name == "openai-chat" ? "openai" : name, name});
  }
  return providers;
}

std::vector<std::string> init_dialects() {
  std::vector<std::string> names;
  for (const auto& choice : choices(TargetDialect{})) names.emplace_back(choice.name);
  return names;
}

std::vector<std::string> init_cis() { return {"github", "gitlab", "jenkins", "none"}; }

std::vector<std::string> faults_of(const InitAnswers& answers) {
  std::vector<std::string> faults;
  const bool good_name = !answers.name.empty() && answers.name.size() <= 64 &&
                         std::all_of(answers.name.begin(), answers.name.end(), is_name_letter);
  if (!good_name) {
    faults.push_back("--name " + answers.name + ": must be of 1 to 64 letters, digits, - and _");
  }
  if (answers.command.empty() && answers.url.empty()) {
    faults.push_back(
        "how is your agent started? Give --command 'node server.mjs' (it will be started for each "
        "run, with its port in PORT), or --url http://127.0.0.1:8080 (it runs already)");
  }
  check_url(faults, answers);
  std::vector<std::string> providers;
  for (const InitProvider& provider : init_providers()) providers.push_back(provider.name);
  demand_one_of(faults, "--dialect", answers.dialect, init_dialects());
  demand_one_of(faults, "--provider", answers.provider, providers);
  demand_one_of(faults, "--ci", answers.ci, init_cis());
  return faults;
}

std::string name_from(std::string_view folder) {
  std::string name;
  for (const char c : folder) {
    if (is_name_letter(c)) name += c;
    else if (!name.empty() && name.back() != '_') name += '_';
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  if (name.size() > 64) name.resize(64);
  return name.empty() ? "agent" : name;
}

std::vector<InitFile> init_files(const InitAnswers& answers, bool has_gitlab_file) {
  std::vector<InitFile> files{{std::string(kFirstScenario), first_scenario(answers)}};
  for (InitFile& file : ci_files(answers, has_gitlab_file)) files.push_back(std::move(file));
  return files;
}

std::string fakes_address(const InitAnswers& answers) {
  const fakes::Dialect& fake = fake_of(answers);
  std::string text(fake.base_url_variable());
  if (!text.empty()) text += '=';
  return text + "http://127.0.0.1:" + std::to_string(kInitFakesPort) +
         std::string(fake.base_path());
}

std::string run_arguments(const InitAnswers& answers) {
  if (!answers.command.empty()) return {};
  return " --fakes-port " + std::to_string(kInitFakesPort);
}

}  // namespace harness
