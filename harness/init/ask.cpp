// The questions of `shakedown init`, on a terminal.
#include <algorithm>
#include <functional>
#include <istream>
#include <ostream>
#include <stdexcept>

#include "harness/commands/shell_words.hpp"
#include "harness/init/answers.hpp"

namespace harness {

namespace {

struct Asker {
  std::istream& in;
  std::ostream& out;

  // Asks until the answer is taken: `take` returns what is wrong with it, or nothing.
  void ask(const std::string& question, const std::string& offered,
           const std::function<std::string(const std::string&)>& take) {
    for (;;) {
      out << question << (offered.empty() ? "" : " [" + offered + "]") << ": " << std::flush;
      std::string answer;
      if (!std::getline(in, answer)) {
        throw std::runtime_error("the answers ended before the questions; nothing was written");
      }
      while (answer.ends_with(' ') || answer.ends_with('\t') || answer.ends_with('\r')) {
        answer.pop_back();
      }
      const std::string wrong = take(answer.empty() ? offered : answer);
      if (wrong.empty()) return;
      out << "  " << wrong << "\n";
    }
  }

  void choose(const std::string& question, const std::vector<std::string>& known,
              std::string& choice) {
    std::string all;
    for (const std::string& name : known) all += (all.empty() ? "" : ", ") + name;
    ask(question + " (" + all + ")", choice, [&](const std::string& answer) {
      if (std::find(known.begin(), known.end(), answer) == known.end()) {
        return "one of: " + all;
      }
      choice = answer;
      return std::string();
    });
  }
};

std::string take_command_or_url(InitAnswers& answers, const std::string& answer) {
  InitAnswers tried = answers;
  tried.command.clear();
  tried.url.clear();
  const bool is_url = answer.starts_with("http://") || answer.starts_with("https://");
  try {
    if (is_url) tried.url = answer;
    else tried.command = split_words(answer);
  } catch (const std::exception& error) {
    return error.what();
  }
  const std::vector<std::string> faults = faults_of(tried);
  if (!faults.empty()) return faults.front();
  answers.command = tried.command;
  answers.url = tried.url;
  return {};
}

}  // namespace

void ask(InitAnswers& answers, const std::vector<std::string>& given, std::istream& in,
         std::ostream& out) {
  Asker asker{in, out};
  const auto is_given = [&given](const char* what) {
    return std::find(given.begin(), given.end(), what) != given.end();
  };
  if (!is_given("name")) {
    asker.ask("What is your agent called?", answers.name, [&](const std::string& answer) {
      if (name_from(answer) != answer) return std::string("letters, digits, - and _ only");
      answers.name = answer;
      return std::string();
    });
  }
  if (!is_given("command") && !is_given("url")) {
    asker.ask("How is it started (node server.mjs), or where does it run (http://...)?", "",
              [&](const std::string& answer) { return take_command_or_url(answers, answer); });
  }
  if (!is_given("dialect")) {
    asker.choose("Which API does it have for its users?", init_dialects(), answers.dialect);
  }
  if (!is_given("provider")) {
    std::vector<std::string> names;
    for (const InitProvider& provider : init_providers()) names.push_back(provider.name);
    asker.choose("Whose API does it call?", names, answers.provider);
  }
  if (!is_given("ci")) asker.choose("Which CI?", init_cis(), answers.ci);
}

}  // namespace harness
