#include "harness/commands/manual.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "harness/manual/completion.hpp"
#include "harness/manual/roff.hpp"
#include "harness/verdict/verdict.hpp"
#include "harness/version.hpp"

namespace harness {

namespace {

void write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) throw std::runtime_error(path.string() + ": cannot be written");
}

}  // namespace

// The folder is laid out as share/ of an installation is.
void add_manual(CLI::App& command, int& exit_code) {
  auto folder = std::make_shared<std::string>();
  command.add_option("folder", *folder, "Where to write them.")->required()->type_name("DIR");
  command.callback([folder, &exit_code] {
    const std::filesystem::path share(*folder);
    const std::vector<CommandPage> pages = command_pages();
    for (const CommandPage& page : pages) {
      write(share / "man/man1" / (man_name(page) + ".1"), man_page(page, pages, version()));
    }
    write(share / "bash-completion/completions/shakedown", bash_completion(pages));
    write(share / "zsh/vendor-completions/_shakedown", zsh_completion(pages));
    write(share / "fish/vendor_completions.d/shakedown.fish", fish_completion(pages));
    exit_code = exit_code::kPass;
  });
}

}  // namespace harness
