#include "harness/commands/completion.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "harness/manual/completion.hpp"
#include "harness/verdict/verdict.hpp"

namespace harness {

void add_completion(CLI::App& command, int& exit_code) {
  auto shell = std::make_shared<std::string>();
  command
      .add_option("shell", *shell,
                  "Whose. bash: source <(shakedown completion bash). zsh: a file _shakedown in a "
                  "folder of fpath. fish: ~/.config/fish/completions/shakedown.fish.")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->type_name("SHELL");
  command.callback([shell, &exit_code] {
    const std::vector<CommandPage> pages = command_pages();
    const std::string script = *shell == "bash"  ? bash_completion(pages)
                               : *shell == "zsh" ? zsh_completion(pages)
                                                 : fish_completion(pages);
    std::fwrite(script.data(), 1, script.size(), stdout);
    exit_code = exit_code::kPass;
  });
}

}  // namespace harness
