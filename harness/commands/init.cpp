// `shakedown init`: a first scenario and a CI file, after a few questions or flags. Nothing is
// overwritten without --force; either all files are written or none.
#include "harness/commands/init.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include "harness/commands/shell_words.hpp"
#include "harness/init/answers.hpp"
#include "harness/verdict/verdict.hpp"

namespace harness {

namespace {

namespace fs = std::filesystem;

struct InitCommand {
  InitAnswers answers;
  std::string command;
  std::string folder = ".";
  bool force = false;
  bool yes = false;
};

std::vector<std::string> given_options(const CLI::App& app) {
  std::vector<std::string> names;
  for (const char* name : {"name", "command", "url", "dialect", "provider", "ci"}) {
    if (app.count("--" + std::string(name)) > 0) names.emplace_back(name);
  }
  return names;
}

bool on_terminal() { return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1; }

void demand_good(const InitAnswers& answers) {
  std::string text;
  for (const std::string& fault : faults_of(answers)) text += (text.empty() ? "" : "\n  ") + fault;
  if (!text.empty()) throw std::runtime_error(text);
}

void demand_free(const std::vector<InitFile>& files, const fs::path& folder) {
  std::string there;
  for (const InitFile& file : files) {
    if (fs::exists(folder / file.path)) there += (there.empty() ? "" : ", ") + file.path;
  }
  if (there.empty()) return;
  throw std::runtime_error(there +
                           ": there already; nothing was written. --force writes it anew, or give "
                           "another --dir");
}

void write(const fs::path& path, const std::string& text) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  if (!file.flush()) throw std::runtime_error(path.string() + ": could not be written");
}

int init(InitCommand& command, const std::vector<std::string>& given) {
  InitAnswers& answers = command.answers;
  const fs::path folder(command.folder);
  if (!fs::is_directory(folder)) {
    throw std::runtime_error("--dir " + command.folder + ": no such folder");
  }
  if (answers.name.empty()) {
    answers.name = name_from(fs::canonical(folder).filename().string());
  }
  try {
    if (!command.command.empty()) answers.command = split_words(command.command);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error("--command " + command.command + ": " + error.what());
  }
  if (!command.yes && on_terminal()) ask(answers, given, std::cin, std::cout);
  demand_good(answers);

  const bool has_gitlab_file = fs::exists(folder / ".gitlab-ci.yml");  // never ours to overwrite
  const std::vector<InitFile> files = init_files(answers, has_gitlab_file);
  if (!command.force) demand_free(files, folder);
  for (const InitFile& file : files) {
    write(folder / file.path, file.text);
    std::printf("wrote %s\n", (folder / file.path).lexically_normal().c_str());
  }
  std::printf("%s", next_steps(answers, has_gitlab_file).c_str());
  return exit_code::kPass;
}

}  // namespace

void add_init(CLI::App& app, int& exit_code) {
  auto o = std::make_shared<InitCommand>();
  app.add_option("--name", o->answers.name, "Of your agent; default: that of the folder.")
      ->type_name("NAME");
  app.add_option("--command", o->command,
                 "Starts your agent for each run, as 'node server.mjs'; no shell is used.")
      ->type_name("COMMAND");
  app.add_option("--url", o->answers.url, "Where your agent listens, as http://127.0.0.1:8080.")
      ->type_name("URL");
  app.add_option("--dialect", o->answers.dialect, "The API that it has for its users.")
      ->check(CLI::IsMember(init_dialects()))
      ->type_name("NAME")
      ->capture_default_str();
  std::vector<std::string> providers;
  for (const InitProvider& provider : init_providers()) providers.push_back(provider.name);
  app.add_option("--provider", o->answers.provider, "Whose API it calls.")
      ->check(CLI::IsMember(providers))
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--ci", o->answers.ci, "Whose CI to write a file for.")
      ->check(CLI::IsMember(init_cis()))
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--dir", o->folder, "Your project's folder.")
      ->type_name("DIR")
      ->capture_default_str();
  app.add_flag("--force", o->force, "Overwrite what is there.");
  app.add_flag("--yes", o->yes, "Ask nothing; take the defaults for what is not given.");
  app.callback([o, &app, &exit_code] { exit_code = init(*o, given_options(app)); });
}

}  // namespace harness
