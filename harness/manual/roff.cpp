#include "harness/manual/roff.hpp"

#include <algorithm>

namespace harness {

namespace {

// As it is, whatever it says: no escapes, and no dashes that could not be pasted into a shell.
std::string literal(std::string_view text) {
  std::string out;
  bool first = true;  // of a line: a dot or a quote would be a request
  for (const char c : text) {
    if (first && (c == '.' || c == '\'')) out += "\\&";
    switch (c) {
      case '\\': out += "\\e"; break;
      case '-': out += "\\-"; break;
      case '`': out += "\\(ga"; break;
      case '\'': out += "\\(aq"; break;
      case '^': out += "\\(ha"; break;
      case '~': out += "\\(ti"; break;
      default: out += c;
    }
    first = c == '\n';
  }
  return out;
}

// An argument of a request, in quotes.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : literal(text)) out += c == '"' ? std::string("\\(dq") : std::string(1, c);
  return out + "\"";
}

std::string section(const char* title) { return std::string(".SH ") + title + "\n"; }

std::string entry(const std::string& name, const std::string& doc) {
  return ".TP\n.B " + quoted(name) + "\n" + literal(doc) + "\n";
}

std::string group(const char* title, const std::vector<OptionPage>& options) {
  if (options.empty()) return {};
  std::string text = section(title);
  for (const OptionPage& option : options) {
    const std::string more = remarks(option);
    text += entry(heading(option), option.doc + (more.empty() ? "" : " [" + more + "]"));
  }
  return text;
}

std::string example(const std::string& lines) {
  std::string text = ".PP\n.nf\n.RS\n";
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size());
    std::string line = lines.substr(at, end - at);
    line.erase(0, std::min(line.find_first_not_of(' '), line.size()));
    text += literal(line) + "\n";
    at = end + 1;
  }
  return text + ".RE\n.fi\n";
}

std::string files() {
  return section("FILES") +
         entry("/usr/share/shakedown/scenarios",
               "The bundled scenarios: `shakedown run steady` finds them by their names, and "
               "`shakedown list scenarios` lists them.") +
         entry("shakedown-out", "Where results go unless --out says otherwise.");
}

std::string see_also(const CommandPage& page, const std::vector<CommandPage>& pages) {
  std::string text;
  for (const CommandPage& other : pages) {
    if (other.name == page.name) continue;
    if (!page.name.empty() && !other.name.empty()) continue;  // of a command: the program
    text += (text.empty() ? ".BR " : ",\n.BR ") + literal(man_name(other)) + " (1)";
  }
  return section("SEE ALSO") + text + "\n.PP\nThe documents in /usr/share/doc/shakedown.\n";
}

}  // namespace

std::string man_name(const CommandPage& page) {
  return page.name.empty() ? "shakedown" : "shakedown-" + page.name;
}

std::string man_page(const CommandPage& page, const std::vector<CommandPage>& pages,
                     std::string_view version) {
  std::string title = man_name(page);
  for (char& c : title) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  std::string doc = page.doc;
  if (doc.ends_with('.')) doc.pop_back();
  std::string text = ".TH " + quoted(title) + " 1 \"\" " +
                     quoted("shakedown " + std::string(version)) + " \"User Commands\"\n";
  text += section("NAME") + literal(man_name(page)) + " \\- " + literal(doc) + "\n";
  text += section("SYNOPSIS") + ".B " + quoted(synopsis(page)) + "\n";
  text += group("ARGUMENTS", page.arguments);
  if (page.name.empty()) {
    text += section("COMMANDS");
    for (const CommandPage& other : pages) {
      if (!other.name.empty()) text += entry(other.name, other.doc);
    }
  }
  text += group("OPTIONS", page.options);
  text += section("EXAMPLES") + example(page.example);
  text += section("EXIT STATUS");
  for (const ExitCode& code : exit_codes()) text += entry(std::to_string(code.code), code.means);
  if (page.name.empty()) text += files();
  return text + see_also(page, pages);
}

}  // namespace harness
