#include "harness/manual/completion.hpp"

namespace harness {

namespace {

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string values(const OptionPage& option) {
  switch (option.completes) {
    case Completes::files: return " -r -F";
    case Completes::folders: return " -x -a '(__fish_complete_directories)'";
    case Completes::words: {
      std::string words;
      for (const std::string& word : option.words) words += (words.empty() ? "" : " ") + word;
      return option.comma_list
                 ? " -x -a '(__fish_complete_list , \"string split \\\" \\\" \\\"" + words +
                       "\\\"\")'"
                 : " -x -a " + quoted(words);
    }
    case Completes::nothing: break;
  }
  return " -x";
}

std::string option_line(const std::string& condition, const OptionPage& option) {
  std::string text = "complete -c shakedown -n " + quoted(condition);
  for (const std::string& name : option.names) {
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (!option.type.empty()) text += values(option);
  return text + " -d " + quoted(option.doc) + "\n";
}

}  // namespace

std::string fish_completion(const std::vector<CommandPage>& pages) {
  std::string text =
      "# Completion of shakedown for fish. `shakedown completion fish` writes it.\n"
      "complete -c shakedown -f\n";
  for (const OptionPage& option : pages.front().options) {
    text += option_line("__fish_use_subcommand", option);
  }
  for (std::size_t i = 1; i < pages.size(); ++i) {
    text += "complete -c shakedown -n __fish_use_subcommand -a " + pages[i].name + " -d " +
            quoted(pages[i].doc) + "\n";
  }
  for (std::size_t i = 1; i < pages.size(); ++i) {
    const std::string condition = "__fish_seen_subcommand_from " + pages[i].name;
    text += "\n";
    for (const OptionPage& option : pages[i].options) text += option_line(condition, option);
    for (const OptionPage& argument : pages[i].arguments) {
      if (argument.completes == Completes::nothing) continue;
      const bool files = argument.completes == Completes::files;
      text += "complete -c shakedown -n " + quoted(condition) +
              (files ? std::string(" -F") : " -a" + values(argument).substr(6)) + "\n";
    }
  }
  return text;
}

}  // namespace harness
