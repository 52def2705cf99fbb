#include "harness/manual/help.hpp"

#include <CLI/CLI.hpp>

#include "harness/manual/text.hpp"

namespace harness {

namespace {

constexpr std::size_t kDocColumn = 28;

// A name and what it means, side by side; below one another when the name is long.
std::string entry(const std::string& name, const std::string& doc) {
  std::string text = "  " + name;
  if (text.size() + 2 > kDocColumn) {
    text += '\n';
    text.append(kDocColumn, ' ');
  } else {
    text.resize(kDocColumn, ' ');
  }
  return text + wrapped(doc, kDocColumn, kDocColumn) + "\n";
}

std::string option_entry(const OptionPage& option) {
  const std::string more = remarks(option);
  return entry(heading(option), option.doc + (more.empty() ? "" : " [" + more + "]"));
}

std::string group(const char* title, const std::vector<OptionPage>& options) {
  if (options.empty()) return {};
  std::string text = std::string("\n") + title + ":\n";
  for (const OptionPage& option : options) text += option_entry(option);
  return text;
}

class Help : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const override {
    std::vector<CommandPage> commands;
    for (const CLI::App* command : app->get_subcommands({})) {
      if (command->get_group().empty()) continue;
      CommandPage& page = commands.emplace_back();
      page.name = command->get_name();
      page.doc = command->get_description();
    }
    return help_text(page_of(*app), commands);
  }
};

}  // namespace

std::string help_text(const CommandPage& page, const std::vector<CommandPage>& commands) {
  const std::string usage = "Usage: ";
  std::string text = wrapped(page.doc, 0, 0) + "\n\n" + usage +
                     wrapped(synopsis(page), usage.size() + 2, usage.size()) + "\n";
  text += group("Arguments", page.arguments) + group("Options", page.options);
  if (page.name.empty()) {
    text += "\nCommands:\n";
    for (const CommandPage& command : commands) text += entry(command.name, command.doc);
    text += "\nExit codes:\n";
    for (const ExitCode& code : exit_codes()) text += entry(std::to_string(code.code), code.means);
  }
  text += "\nExample:\n  " + page.example + "\n";
  return text;
}

std::shared_ptr<CLI::FormatterBase> help_formatter() { return std::make_shared<Help>(); }

}  // namespace harness
