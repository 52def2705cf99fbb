// Help, pages and manual pages come from the options that there are. docs/commands/ is written
// here.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "harness/commands/command.hpp"
#include "harness/manual/help.hpp"
#include "harness/manual/markdown.hpp"
#include "harness/manual/roff.hpp"
#include "harness/manual/text.hpp"
#include "tests/support/places.hpp"

using namespace harness;

namespace {

namespace fs = std::filesystem;

const std::string kFolder = source_dir() + "/docs/commands";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string contents(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void check_page(const std::string& name, const std::string& expected) {
  const std::string path = kFolder + "/" + name + ".md";
  CAPTURE(path);
  if (std::getenv("UPDATE_GOLDEN")) {
    fs::create_directories(kFolder);
    std::ofstream(path) << expected;
  }
  CHECK(contents(path) == expected);
}

const OptionPage& option_of(const CommandPage& page, const std::string& name) {
  for (const OptionPage& option : page.options) {
    if (std::find(option.names.begin(), option.names.end(), name) != option.names.end()) {
      return option;
    }
  }
  FAIL("no option " << name);
  throw std::logic_error("unreachable");
}

}  // namespace

TEST_CASE("the pages of the commands are those of their options", "[manual]") {
  const std::vector<CommandPage> pages = command_pages();
  std::set<std::string> names{"README.md"};
  check_page("README", markdown_index(pages));
  for (std::size_t i = 1; i < pages.size(); ++i) {
    check_page(pages[i].name, markdown_page(pages[i]));
    names.insert(pages[i].name + ".md");
  }
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    INFO("a page of no command: " << entry.path());
    CHECK(names.count(entry.path().filename().string()) == 1);
  }
}

TEST_CASE("every command but the hidden ones has a page, every option a sentence", "[manual]") {
  const std::vector<CommandPage> pages = command_pages();
  const auto shown = std::count_if(commands().begin(), commands().end(),
                                   [](const Command& command) { return !command.hidden; });
  CHECK(pages.size() == static_cast<std::size_t>(shown) + 1);
  CHECK(static_cast<std::size_t>(shown) < commands().size());
  for (const CommandPage& page : pages) {
    CAPTURE(page.name);
    CHECK(page.doc.ends_with('.'));
    CHECK(page.example.find("shakedown") != std::string::npos);
    std::vector<OptionPage> all = page.options;
    all.insert(all.end(), page.arguments.begin(), page.arguments.end());
    for (const OptionPage& option : all) {
      CAPTURE(heading(option));
      CHECK_FALSE(option.doc.empty());
      CHECK_FALSE(heading(option).empty());
    }
  }
}

TEST_CASE("help fits a terminal of 80 columns and shows an example", "[manual]") {
  int exit_code = 0;
  const std::shared_ptr<CLI::App> app = command_line(exit_code);
  std::vector<const CLI::App*> apps{app.get()};
  for (const CLI::App* command : app->get_subcommands({})) apps.push_back(command);
  for (const CLI::App* command : apps) {
    CAPTURE(command->get_name());
    const std::string help = command->help();
    CHECK(help.find("\nExample:\n  ") != std::string::npos);
    for (const std::string& line : lines_of(help)) {
      CAPTURE(line);
      CHECK(line.size() <= kTerminalColumns);
      CHECK((line.empty() || line.back() != ' '));
    }
  }
}

TEST_CASE("what CLI11 knows of an option is read off it", "[manual]") {
  CLI::App app{"Does things."};
  std::string mode = "fast", file, listen = "127.0.0.1:1", key;
  int jobs = 2;
  std::vector<std::string> list, paths;
  bool loud = false;
  app.add_option("-m,--mode", mode, "How.")
      ->check(CLI::IsMember({"fast", "slow"}))
      ->type_name("MODE")
      ->capture_default_str();
  app.add_option("--jobs", jobs, "Many.")->check(CLI::Range(1, 9))->type_name("N");
  auto* record = app.add_option("--record", file, "Where.")->type_name("FILE");
  app.add_option("--listen", listen, "At.")->type_name("HOST:PORT")->capture_default_str();
  app.add_option("--list", list, "Several.")->delimiter(',')->type_name("NAME,...");
  auto* flag = app.add_flag("--loud", loud, "Loudly.");
  app.add_option("--key", key, "A key.")->type_name("KEY")->envname("THE_KEY")->required();
  app.add_option("paths", paths, "What.")->type_name("FILE|DIR")->required();
  record->needs(flag);
  record->excludes("--jobs");

  const CommandPage page = page_of(app);
  struct Row {
    const char* name;
    const char* heading;
    const char* remarks;
    Completes completes;
  };
  for (const Row& row : {Row{"--mode", "-m, --mode MODE", "fast, slow; default: fast",
                             Completes::words},
                         Row{"--jobs", "--jobs N", "1..9; not with --record", Completes::nothing},
                         Row{"--record", "--record FILE", "only with --loud; not with --jobs",
                             Completes::files},
                         Row{"--listen", "--listen HOST:PORT", "default: 127.0.0.1:1",
                             Completes::nothing},
                         Row{"--list", "--list NAME,...", "", Completes::nothing},
                         Row{"--loud", "--loud", "", Completes::nothing},
                         Row{"--key", "--key KEY", "required; or in the environment: THE_KEY",
                             Completes::nothing}}) {
    CAPTURE(row.name);
    const OptionPage& option = option_of(page, row.name);
    CHECK(heading(option) == row.heading);
    CHECK(remarks(option) == row.remarks);
    CHECK(option.completes == row.completes);
  }
  REQUIRE(page.arguments.size() == 1);
  CHECK(heading(page.arguments.front()) == "FILE|DIR...");
  CHECK(synopsis(page) == "shakedown [OPTIONS] COMMAND ... --key KEY FILE|DIR...");
}

TEST_CASE("words are wrapped behind their indent", "[manual]") {
  CHECK(wrapped("", 4, 0, 10).empty());
  CHECK(wrapped("one two", 4, 4, 11) == "one two");
  CHECK(wrapped("one two", 4, 4, 10) == "one\n    two");
  CHECK(wrapped("aa averyverylongword b", 2, 0, 8) == "aa\n  averyverylongword\n  b");
  CHECK(wrapped("a  b\nc", 0, 0, 80) == "a b c");
}

TEST_CASE("nothing in a text becomes a request of roff", "[manual]") {
  CommandPage page;
  page.name = "x";
  page.doc = ".so /etc/passwd";
  page.example = "shakedown x --y 'z'\n  .bp \\n";
  const std::string text = man_page(page, {page}, "1.2");
  CHECK(text.find("\n.so") == std::string::npos);
  CHECK(text.find("\\-y \\(aqz\\(aq\n\\&.bp \\en\n") != std::string::npos);
  CHECK(text.starts_with(".TH \"SHAKEDOWN\\-X\" 1 \"\" \"shakedown 1.2\" \"User Commands\"\n"));
}
