#include "harness/manual/markdown.hpp"

namespace harness {

namespace {

const char* const kWritten =
    "<!-- Written by a test from `--help`; UPDATE_GOLDEN=1 writes it anew. -->\n";

std::string table(const char* title, const std::vector<OptionPage>& options) {
  if (options.empty()) return {};
  std::string text = std::string("\n## ") + title + "\n| | |\n|---|---|\n";
  for (const OptionPage& option : options) {
    const std::string more = remarks(option);
    text += "| `" + in_a_cell(heading(option)) + "` | " + in_a_cell(option.doc) +
            (more.empty() ? "" : " *" + in_a_cell(more) + "*") + " |\n";
  }
  return text;
}

std::string exit_code_table() {
  std::string text = "\n## Exit codes\n| | |\n|---|---|\n";
  for (const ExitCode& code : exit_codes()) {
    text += "| " + std::to_string(code.code) + " | " + code.means + " |\n";
  }
  return text + "\nOf several scenarios the worst counts, in the order 5, 1, 4, 2, 0.\n";
}

// The example's lines but the first are indented for a terminal.
std::string fenced(const std::string& example) {
  std::string text = "```\n";
  for (std::size_t at = 0; at < example.size();) {
    const std::size_t end = std::min(example.find('\n', at), example.size());
    std::string line = example.substr(at, end - at);
    if (at > 0 && line.starts_with("  ")) line.erase(0, 2);
    text += line + "\n";
    at = end + 1;
  }
  return text + "```\n";
}

}  // namespace

std::string in_a_cell(std::string text) {
  for (std::size_t at = 0; (at = text.find_first_of("|<*", at)) != std::string::npos; at += 2) {
    text.insert(at, 1, '\\');
  }
  return text;
}

std::string markdown_page(const CommandPage& page) {
  return kWritten + ("# " + full_name(page)) + "\n" + page.doc + "\n\n" + fenced(page.example) +
         "\nUsage: `" + synopsis(page) + "`\n" + table("Arguments", page.arguments) +
         table("Options", page.options) + "\n[All commands](README.md)\n";
}

std::string markdown_index(const std::vector<CommandPage>& pages) {
  std::string text = kWritten;
  text += "# Commands\n" + pages.front().doc + "\n\n| | |\n|---|---|\n";
  for (std::size_t i = 1; i < pages.size(); ++i) {
    text += "| [`" + full_name(pages[i]) + "`](" + pages[i].name + ".md) | " +
            in_a_cell(pages[i].doc) + " |\n";
  }
  return text + exit_code_table();
}

}  // namespace harness
