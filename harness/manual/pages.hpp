// What a command's help, its page, its man page and its completion are made of: read off the CLI11
// apps, so that none of them is ever behind the options that there are.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace harness {

enum class Completes { nothing, files, folders, words };

struct OptionPage {
  std::vector<std::string> names;    // "-o", "--out"; of an argument: none
  std::string type;                  // "FILE"; empty: a flag
  std::string doc;
  bool required = false;
  bool repeats = false;              // takes several values, or may be given again
  std::vector<std::string> choices;  // all that are allowed, when they are few
  std::string range;                 // "1..256"
  std::string initial;               // its default
  std::string variable;              // of the environment, that says the same
  std::vector<std::string> needs;
  std::vector<std::string> excludes;
  Completes completes = Completes::nothing;
  std::vector<std::string> words;    // to complete with
  bool comma_list = false;           // several words, with commas between them
};

struct CommandPage {
  std::string name;     // "run"; empty: the program itself
  std::string doc;
  std::string example;  // lines, as they are typed
  std::vector<OptionPage> arguments;
  std::vector<OptionPage> options;  // --help first
};

CommandPage page_of(const CLI::App& app);

// The program first, then its commands as the table has them, without the hidden ones.
std::vector<CommandPage> command_pages();

std::string full_name(const CommandPage& page);  // "shakedown run"
std::string synopsis(const CommandPage& page);   // "shakedown run [OPTIONS] FILE|DIR..."
std::string heading(const OptionPage& option);   // "-o, --out RUN"; "FILE|DIR..."

// What is said of an option behind its sentence: "1..256; default: 1". Empty: nothing.
std::string remarks(const OptionPage& option);

struct ExitCode {
  int code;
  const char* means;
};
const std::vector<ExitCode>& exit_codes();

}  // namespace harness
