// Every command, one row each.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>

#include "harness/commands/agent.hpp"
#include "harness/commands/check.hpp"
#include "harness/commands/command.hpp"
#include "harness/commands/compare.hpp"
#include "harness/commands/completion.hpp"
#include "harness/commands/contrast.hpp"
#include "harness/commands/fake.hpp"
#include "harness/commands/init.hpp"
#include "harness/commands/list.hpp"
#include "harness/commands/manual.hpp"
#include "harness/commands/merge.hpp"
#include "harness/commands/plan.hpp"
#include "harness/commands/play.hpp"
#include "harness/commands/report.hpp"
#include "harness/commands/run.hpp"
#include "harness/commands/selftest.hpp"
#include "harness/commands/version.hpp"
#include "harness/manual/help.hpp"
#include "harness/scenario/errors.hpp"
#include "harness/verdict/verdict.hpp"
#include "harness/version.hpp"

namespace harness {

namespace {

constexpr std::array kCommands{
    Command{"run", "Run scenarios and give a verdict.",
            "shakedown run scenarios/backend_down.yaml --profile legacy", add_run},
    Command{"contrast", "Run scenarios with several profiles, verdicts side by side.",
            "shakedown contrast scenarios/ --profiles legacy,hardened", add_contrast},
    Command{"check", "Check scenario files without running them.",
            "shakedown check scenarios/", add_check},
    Command{"plan", "Requests and minutes that each objective needs to be decidable.",
            "shakedown plan scenarios/backend_down.yaml", add_plan},
    Command{"list", "List scenarios, faults, invariants, dialects, metrics or profiles.",
            "shakedown list faults", add_list},
    Command{"agent", "Serve the bundled agent core.",
            "shakedown agent --listen 127.0.0.1:8080 --provider primary=127.0.0.1:9000", add_agent},
    Command{"fake", "Serve fake LLM backends.",
            "shakedown fake --listen 127.0.0.1:9000 --fault \"rate_limit at 30s..90s p=50%\"\n"
            "  export OPENAI_BASE_URL=http://127.0.0.1:9000/v1       # where your agent runs\n"
            "  export ANTHROPIC_BASE_URL=http://127.0.0.1:9000",
            add_fake},
    Command{"compare", "Say whether runs became worse than others of the same scenario.",
            "shakedown compare before/steady after/steady --delta 10%", add_compare},
    Command{"report", "Render a finished run again.",
            "shakedown report shakedown-out/backend_down --markdown", add_report},
    Command{"selftest", "Prove that every oracle catches the defect planted for it.",
            "shakedown selftest", add_selftest},
    Command{"merge", "Make one result out of the segments of one run.",
            "shakedown run steady.yaml --segment 1/2 --out a      # on one machine\n"
            "  shakedown run steady.yaml --segment 2/2 --out b      # on another\n"
            "  shakedown merge a/steady b/steady -o merged",
            add_merge},
    Command{"play", "Play a program of a scenario, as a command of the agent does in a live run.",
            "shakedown play --config scenarios/selftest/commands.yaml build", add_play},
    Command{"init", "Write a first scenario and a CI file for your own agent.",
            "shakedown init --command 'node server.mjs' --ci github", add_init},
    Command{"completion", "Print a script by which a shell completes the command line.",
            "source <(shakedown completion bash)", add_completion},
    Command{"version", "Say which build this is.", "shakedown version --json", add_version},
    Command{"manual", "Write what packages install: manual pages and completions.",
            "shakedown manual DIR", add_manual, true},
};

// The nearest option, for a word that is none.
std::string suggestion_for(const CLI::App& app, int argc, const char* const* argv) {
  const CLI::App* command = &app;
  if (argc > 1) {
    for (const CLI::App* sub : app.get_subcommands({})) {
      if (sub->get_name() == argv[1]) command = sub;
    }
  }
  std::vector<std::string> options;
  for (const CLI::Option* option : command->get_options()) {
    for (const std::string& name : option->get_lnames()) options.push_back("--" + name);
  }
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    word = word.substr(0, word.find('='));
    if (!word.starts_with("--")) continue;
    if (std::find(options.begin(), options.end(), word) != options.end()) continue;
    return did_you_mean(word, options);
  }
  return {};
}

// The first word, when it should be a command and is none.
std::optional<std::string> unknown_command(const CLI::App& app, int argc,
                                           const char* const* argv) {
  if (argc < 2 || argv[1][0] == '-') return std::nullopt;
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands({})) names.push_back(sub->get_name());
  if (std::find(names.begin(), names.end(), argv[1]) != names.end()) return std::nullopt;
  return "`" + std::string(argv[1]) + "` is not a command" + did_you_mean(argv[1], names);
}

}  // namespace

std::span<const Command> commands() { return kCommands; }

std::string own_program() {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::string() : path.string();
}

std::string scenarios_directory() {
  namespace fs = std::filesystem;
  if (const char* given = std::getenv("SHAKEDOWN_SCENARIOS")) return given;
  const fs::path folder = fs::path(own_program()).parent_path();
  // Installed: <prefix>/bin beside <prefix>/share. From the build tree: build/<preset>/shakedown.
  for (const fs::path& candidate : {folder / "../share/shakedown/scenarios",
                                    folder / "../../scenarios", fs::path("scenarios")}) {
    std::error_code error;
    if (fs::is_directory(candidate, error)) return fs::weakly_canonical(candidate, error).string();
  }
  return {};
}

// The file of a bundled scenario that is called so; empty: there is none.
static std::string bundled_scenario(const std::string& name) {
  const bool bare = name.find_first_of("/.") == std::string::npos;
  const std::string folder = bare ? scenarios_directory() : std::string();
  if (folder.empty()) return {};
  std::string file = folder + "/" + name + ".yaml";
  std::error_code error;
  return std::filesystem::is_regular_file(file, error) ? file : std::string();
}

// For a name that is none.
static std::string nearest_bundled(const std::string& name) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(scenarios_directory(), error)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return did_you_mean(name, names);
}

std::vector<std::string> scenario_files(const std::vector<std::string>& arguments) {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  std::vector<ScenarioError> errors;
  for (const std::string& argument : arguments) {
    std::error_code error;
    if (fs::is_directory(argument, error)) {
      std::vector<std::string> found;
      for (const auto& entry : fs::directory_iterator(argument, error)) {
        const fs::path& path = entry.path();
        if (path.extension() == ".yaml" || path.extension() == ".yml") {
          found.push_back(path.string());
        }
      }
      if (found.empty()) {
        errors.push_back({Place{argument, 0, 0}, "no scenario files (*.yaml) in this folder"});
      }
      std::sort(found.begin(), found.end());
      files.insert(files.end(), found.begin(), found.end());
    } else if (fs::exists(argument, error)) {
      files.push_back(argument);
    } else if (const std::string bundled = bundled_scenario(argument); !bundled.empty()) {
      files.push_back(bundled);
    } else {
      errors.push_back({Place{argument, 0, 0},
                        "no such file or folder" + nearest_bundled(argument) +
                            "; `shakedown list scenarios` shows the bundled ones"});
    }
  }
  if (!errors.empty()) throw ScenarioErrors(std::move(errors));
  return files;
}

std::shared_ptr<CLI::App> command_line(int& exit_code) {
  auto app =
      std::make_shared<CLI::App>("Stress tests and chaos for LLM agents, with a verdict.");
  app->name("shakedown");
  app->formatter(help_formatter());  // its commands take it over
  app->set_version_flag("--version", [] { return version_text(); }, "Say which build this is.");
  app->set_help_flag("-h,--help", "Show this help.");
  app->require_subcommand(1);
  for (const Command& command : kCommands) {
    CLI::App* sub = app->add_subcommand(std::string(command.name), std::string(command.doc));
    if (command.hidden) sub->group("");
    command.add(*sub, exit_code);
  }
  return app;
}

int run_command_line(int argc, const char* const* argv) {
  int exit_code = exit_code::kUsage;
  const std::shared_ptr<CLI::App> whole = command_line(exit_code);
  CLI::App& app = *whole;
  // `--version --json`, as the command of that name.
  static constexpr std::array kVersionJson{"shakedown", "version", "--json"};
  if (argc == 3 && argv[1] == std::string_view("--version") &&
      argv[2] == std::string_view("--json")) {
    argv = kVersionJson.data();
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help) == 0 ? exit_code::kPass : exit_code::kUsage;
  } catch (const CLI::Success& done) {
    app.exit(done);
    return exit_code::kPass;
  } catch (const CLI::ParseError& error) {
    std::string sentence = unknown_command(app, argc, argv)
                               .value_or(error.what() + suggestion_for(app, argc, argv));
    std::string help = "shakedown --help";
    const bool lacks = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
    for (const Command& command : kCommands) {
      if (argc < 2 || command.name != argv[1]) continue;
      help.insert(9, " " + std::string(argv[1]));
      const std::string_view example = command.example.substr(0, command.example.find('\n'));
      if (lacks) sentence += ", as in `" + std::string(example) + "`";
    }
    std::fprintf(stderr, "shakedown: %s\nTry `%s`.\n", sentence.c_str(), help.c_str());
    return exit_code::kUsage;
  } catch (const ScenarioErrors& errors) {
    std::fprintf(stderr, "%s\n", errors.what());
    return exit_code::kUsage;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "shakedown: %s\n", error.what());
    return exit_code::kUsage;
  }
  // Output that nobody received (a full disk behind the redirection) is not a success.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    std::fprintf(stderr, "shakedown: standard output could not be written: %s\n",
                 std::strerror(errno));
    return exit_code::kInvalid;
  }
  return exit_code;
}

}  // namespace harness
