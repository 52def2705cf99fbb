#include "harness/manual/pages.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "agent/profile.hpp"
#include "harness/commands/command.hpp"
#include "harness/commands/list.hpp"
#include "harness/scenario/target.hpp"

namespace harness {

namespace {

// CLI11 writes what it checks behind the name of the type: "MODE:{sim,live}", "N:INT in [1 - 9]".
void split_type(std::string text, OptionPage& page) {
  if (const std::size_t at = text.find(":{"); at != std::string::npos && text.ends_with('}')) {
    std::string rest = text.substr(at + 2, text.size() - at - 3);
    for (std::size_t comma; (comma = rest.find(',')) != std::string::npos;) {
      page.choices.push_back(rest.substr(0, comma));
      rest.erase(0, comma + 1);
    }
    page.choices.push_back(rest);
    text.resize(at);
  }
  if (const std::size_t in = text.find(" in ["); in != std::string::npos && text.ends_with(']')) {
    page.range = text.substr(in + 5, text.size() - in - 6);
    page.range.replace(page.range.find(" - "), 3, "..");
    text.resize(text.rfind(':', in));
  }
  page.type = std::move(text);
}

std::vector<std::string> names_of(const std::set<CLI::Option*>& options) {
  std::vector<std::string> names;
  for (const CLI::Option* option : options) names.push_back(option->get_name());
  std::sort(names.begin(), names.end());  // the set is in the order of addresses
  return names;
}

// Values that a table of the program has: too many for a help text, right for a completion.
std::vector<std::string> table_words(const std::string& option) {
  std::vector<std::string> words;
  if (option == "--profile" || option == "--profiles") {
    for (const agent::Profile& profile : agent::kProfiles) words.emplace_back(profile.name);
  } else if (option == "--dialect") {
    for (const auto& choice : choices(TargetDialect{})) words.emplace_back(choice.name);
  } else if (option == "kind") {
    words = list_kinds();
  }
  return words;
}

void set_completion(const std::string& name, OptionPage& page) {
  page.words = page.choices.empty() ? table_words(name) : page.choices;
  page.comma_list = page.type.ends_with(",...");
  if (!page.words.empty()) {
    page.completes = Completes::words;
  } else if (page.type.starts_with("FILE")) {
    page.completes = Completes::files;
  } else if (page.type == "DIR" || page.type == "RUN" || page.type == "BASE" ||
             page.type == "CANDIDATE") {
    page.completes = Completes::folders;
  }
}

OptionPage option_page(const CLI::Option& option) {
  OptionPage page;
  for (const std::string& name : option.get_snames()) page.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) page.names.push_back("--" + name);
  page.doc = option.get_description();
  page.required = option.get_required();
  page.variable = option.get_envname();
  page.needs = names_of(option.get_needs());
  page.excludes = names_of(option.get_excludes());
  if (option.get_type_size() != 0) {
    split_type(option.get_type_name(), page);
    page.repeats = option.get_items_expected_max() > 1 || option.get_multi_option_policy() ==
                                                              CLI::MultiOptionPolicy::TakeAll;
    page.initial = option.get_default_str();
    if (page.initial.starts_with('[') && page.initial.ends_with(']')) {
      page.initial = page.initial.substr(1, page.initial.size() - 2);
    }
    set_completion(option.get_name(option.get_positional()), page);
  }
  return page;
}

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

}  // namespace

CommandPage page_of(const CLI::App& app) {
  CommandPage page;
  page.doc = app.get_description();
  if (app.get_parent() != nullptr) {
    page.name = app.get_name();
    for (const Command& command : commands()) {
      if (command.name == page.name) page.example = command.example;
    }
  } else {
    page.example = "shakedown run scenarios/\n  shakedown run --help";
  }
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;  // hidden
    (option->get_positional() ? page.arguments : page.options).push_back(option_page(*option));
  }
  return page;
}

std::vector<CommandPage> command_pages() {
  int exit_code = 0;
  const std::shared_ptr<CLI::App> app = command_line(exit_code);
  std::vector<CommandPage> pages{page_of(*app)};
  for (const CLI::App* command : app->get_subcommands({})) {
    if (!command->get_group().empty()) pages.push_back(page_of(*command));
  }
  return pages;
}

std::string full_name(const CommandPage& page) {
  return page.name.empty() ? "shakedown" : "shakedown " + page.name;
}

std::string synopsis(const CommandPage& page) {
  std::string text = full_name(page) + " [OPTIONS]";
  if (page.name.empty()) text += " COMMAND ...";
  for (const OptionPage& option : page.options) {
    if (option.required) text += " " + option.names.back() + " " + option.type;
  }
  for (const OptionPage& argument : page.arguments) {
    const std::string word = heading(argument);
    text += argument.required ? " " + word : " [" + word + "]";
  }
  return text;
}

std::string heading(const OptionPage& option) {
  std::string text = joined(option.names, ", ");
  if (!option.type.empty()) text += (text.empty() ? "" : " ") + option.type;
  if (option.repeats && !option.comma_list) text += option.names.empty() ? "..." : " ...";
  return text;
}

std::string remarks(const OptionPage& option) {
  std::string text;
  const auto add = [&text](const std::string& what) { text += (text.empty() ? "" : "; ") + what; };
  if (option.required && !option.names.empty()) add("required");
  if (!option.choices.empty()) add(joined(option.choices, ", "));
  if (!option.range.empty()) add(option.range);
  if (!option.initial.empty()) add("default: " + option.initial);
  if (!option.variable.empty()) add("or in the environment: " + option.variable);
  if (!option.needs.empty()) add("only with " + joined(option.needs, ", "));
  if (!option.excludes.empty()) add("not with " + joined(option.excludes, ", "));
  return text;
}

const std::vector<ExitCode>& exit_codes() {
  static const std::vector<ExitCode> kCodes{
      {0, "PASS, or the command did what it should"},
      {1, "FAIL"},
      {2, "INCONCLUSIVE: too little was measured to tell"},
      {3, "bad usage or scenario"},
      {4, "INVALID: the run says nothing about what was tested"},
      {5, "nondeterminism found"},
      {130, "interrupted"}};
  return kCodes;
}

}  // namespace harness
