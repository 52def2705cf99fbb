#include "harness/manual/completion.hpp"

namespace harness {

namespace {

// Needs no package of completions. Bash splits words at `=` too: `--mode=s` is three of them.
const char* const kOpening = R"bash(# Completion of shakedown for bash.
# `shakedown completion bash` writes it; in a shell: source <(shakedown completion bash)

_shakedown_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur"); }

_shakedown_list() { # the last one of several, with commas between them
  mapfile -t COMPREPLY < <(compgen -P "${cur%"${cur##*,}"}" -W "$1" -- "${cur##*,}")
}

_shakedown_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}

_shakedown_folders() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -d -- "$cur")
}

_shakedown() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev="" command=${COMP_WORDS[1]}
  [[ $COMP_CWORD -eq 0 ]] || prev=${COMP_WORDS[COMP_CWORD - 1]}
  if [[ $cur == '=' ]]; then
    cur=
  elif [[ $prev == '=' ]]; then
    prev=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
)bash";

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string call(const OptionPage& option) {
  switch (option.completes) {
    case Completes::files: return "_shakedown_files";
    case Completes::folders: return "_shakedown_folders";
    case Completes::words:
      return (option.comma_list ? "_shakedown_list '" : "_shakedown_words '") +
             joined(option.words) + "'";
    case Completes::nothing: break;
  }
  return ":";
}

std::string names_of(const CommandPage& page) {
  std::string names;
  for (const OptionPage& option : page.options) {
    names += (names.empty() ? "" : " ") + joined(option.names);
  }
  return names;
}

std::string branch(const CommandPage& page) {
  std::string text = "    " + page.name + ")\n      case $prev in\n";
  for (const OptionPage& option : page.options) {
    if (option.type.empty()) continue;
    std::string names;
    for (const std::string& name : option.names) names += (names.empty() ? "" : " | ") + name;
    text += "        " + names + ") " + call(option) + "; return ;;\n";
  }
  text += "      esac\n      if [[ $cur == -* ]]; then\n        _shakedown_words '" +
          names_of(page) + "'\n";
  if (!page.arguments.empty()) text += "      else\n        " + call(page.arguments.front()) + "\n";
  return text + "      fi\n      ;;\n";
}

}  // namespace

std::string bash_completion(const std::vector<CommandPage>& pages) {
  std::string text = kOpening, commands;
  for (std::size_t i = 1; i < pages.size(); ++i) {
    commands += (i == 1 ? "" : " ") + pages[i].name;
  }
  text += "  if [[ $COMP_CWORD -le 1 ]]; then\n    _shakedown_words '" + commands + " " +
          names_of(pages.front()) + "'\n    return\n  fi\n  case $command in\n";
  for (std::size_t i = 1; i < pages.size(); ++i) text += branch(pages[i]);
  return text + "  esac\n}\n\ncomplete -F _shakedown shakedown\n";
}

}  // namespace harness
