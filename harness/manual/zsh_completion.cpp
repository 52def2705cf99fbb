#include "harness/manual/completion.hpp"

namespace harness {

namespace {

// Within single quotes of the shell.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// A part of a specification of _arguments: colons and brackets end parts there.
std::string part(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string action(const OptionPage& option) {
  switch (option.completes) {
    case Completes::files: return "_files";
    case Completes::folders: return "_files -/";
    case Completes::words: {
      std::string words;
      for (const std::string& word : option.words) words += (words.empty() ? "" : " ") + word;
      return option.comma_list ? "_sequence compadd - " + words : "(" + words + ")";
    }
    case Completes::nothing: break;
  }
  return " ";
}

std::string specification(const OptionPage& option, const std::string& name) {
  std::string text = option.repeats ? "*" : "";
  text += name;
  if (!option.type.empty()) text += name.starts_with("--") ? "=" : "+";
  text += "[" + part(option.doc) + "]";
  if (!option.type.empty()) text += ":" + part(option.type) + ":" + action(option);
  return quoted(text);
}

std::string branch(const CommandPage& page) {
  std::string text = "        " + page.name + ")\n          _arguments";
  for (const OptionPage& option : page.options) {
    for (const std::string& name : option.names) {
      text += " \\\n            " + specification(option, name);
    }
  }
  for (const OptionPage& argument : page.arguments) {
    text += " \\\n            " + quoted(std::string(argument.repeats ? "*" : "") + ":" +
                                         part(argument.type) + ":" + action(argument));
  }
  return text + "\n          ;;\n";
}

}  // namespace

std::string zsh_completion(const std::vector<CommandPage>& pages) {
  std::string text =
      "#compdef shakedown\n"
      "# Completion of shakedown for zsh. `shakedown completion zsh` writes it, as a file\n"
      "# _shakedown in a folder of fpath.\n\n"
      "_shakedown() {\n"
      "  local context state state_descr line\n"
      "  typeset -A opt_args\n"
      "  local -a commands\n"
      "  commands=(\n";
  for (std::size_t i = 1; i < pages.size(); ++i) {
    text += "    " + quoted(pages[i].name + ":" + part(pages[i].doc)) + "\n";
  }
  text += "  )\n  _arguments -C";
  for (const OptionPage& option : pages.front().options) {
    for (const std::string& name : option.names) text += " " + specification(option, name);
  }
  text +=
      " '1:command:->command' '*::argument:->argument'\n"
      "  case $state in\n"
      "    command) _describe command commands ;;\n"
      "    argument)\n"
      "      case $line[1] in\n";
  for (std::size_t i = 1; i < pages.size(); ++i) text += branch(pages[i]);
  return text +
         "      esac\n"
         "      ;;\n"
         "  esac\n"
         "}\n\n"
         "if [ \"$funcstack[1]\" = _shakedown ]; then\n"
         "  _shakedown \"$@\"\n"
         "else\n"
         "  compdef _shakedown shakedown\n"
         "fi\n";
}

}  // namespace harness
