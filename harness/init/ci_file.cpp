// What CI runs: one command, shakedown-gate (ci/gate of the sources).
#include "harness/init/answers.hpp"

namespace harness {

namespace {

// The package is not in Debian: the project says where its copy is.
const char* const kInstall =
    "apt-get update && apt-get install -y --no-install-recommends ca-certificates curl && "
    "curl -fsSLo /tmp/shakedown.deb \"$SHAKEDOWN_DEB\" && apt-get install -y /tmp/shakedown.deb";

std::string gate(const InitAnswers& answers) {
  std::string text = "shakedown-gate --junit shakedown-out/junit " + std::string(kFirstScenario);
  const std::string arguments = run_arguments(answers);
  return text + (arguments.empty() ? "" : " --" + arguments);
}

// What the project has to add, as a comment.
std::string yours(const InitAnswers& answers, const std::string& indent) {
  if (!answers.command.empty()) {
    return indent + "# Before it: install what your agent needs to run.\n";
  }
  return indent + "# Before it: start your agent at " + answers.url + ", with\n" + indent + "# " +
         fakes_address(answers) + " as its provider's address.\n";
}

std::string github(const InitAnswers& answers) {
  return "# Stress test of " + answers.name +
         ". SHAKEDOWN_DEB: a variable of the repository, the address of shakedown's package.\n"
         "name: shakedown\n"
         "on: [push, pull_request]\n"
         "jobs:\n"
         "  shakedown:\n"
         "    runs-on: ubuntu-latest\n"
         "    container: debian:bookworm\n"
         "    steps:\n"
         "      - uses: actions/checkout@v4\n"
         "      - name: Install shakedown\n"
         "        env: {SHAKEDOWN_DEB: \"${{ vars.SHAKEDOWN_DEB }}\"}\n"
         "        run: " + std::string(kInstall) + "\n" + yours(answers, "      ") +
         "      - name: Run\n"
         "        run: " + gate(answers) + "\n"
         "      - uses: actions/upload-artifact@v4\n"
         "        if: always()\n"
         "        with: {name: shakedown, path: shakedown-out}\n";
}

std::string gitlab(const InitAnswers& answers) {
  return "# Stress test of " + answers.name +
         ". SHAKEDOWN_DEB: a CI/CD variable, the address of shakedown's package.\n"
         "shakedown:\n"
         "  image: debian:bookworm\n"
         "  before_script:\n"
         "    - " + std::string(kInstall) + "\n" + yours(answers, "    ") +
         "  script:\n"
         "    - " + gate(answers) + "\n"
         "  artifacts:\n"
         "    when: always\n"
         "    paths: [shakedown-out]\n"
         "    reports: {junit: shakedown-out/junit/*.xml}\n";
}

std::string jenkins(const InitAnswers& answers) {
  return "// Stress test of " + answers.name +
         ". shakedown's package is installed on the machines of this label.\n"
         "pipeline {\n"
         "  agent { label 'shakedown' }\n"
         "  stages {\n"
         "    stage('shakedown') {\n"
         "      steps {\n"
         "        sh '" + gate(answers) + "'\n"
         "      }\n"
         "    }\n"
         "  }\n"
         "  post {\n"
         "    always {\n"
         "      junit 'shakedown-out/junit/*.xml'\n"
         "      archiveArtifacts artifacts: 'shakedown-out/**', allowEmptyArchive: true\n"
         "    }\n"
         "  }\n"
         "}\n";
}

}  // namespace

std::vector<InitFile> ci_files(const InitAnswers& answers, bool has_gitlab_file) {
  if (answers.ci == "github") return {{".github/workflows/shakedown.yml", github(answers)}};
  if (answers.ci == "jenkins") return {{"shakedown/Jenkinsfile", jenkins(answers)}};
  if (answers.ci != "gitlab") return {};
  std::vector<InitFile> files{{".gitlab/shakedown.yml", gitlab(answers)}};
  if (!has_gitlab_file) {
    files.push_back({".gitlab-ci.yml", "include: [{local: .gitlab/shakedown.yml}]\n"});
  }
  return files;
}

std::string next_steps(const InitAnswers& answers, bool has_gitlab_file) {
  const std::string file(kFirstScenario);
  std::string text = "What to do now:\n";
  if (answers.dialect == "json") {
    text += "  Say in " + file + " what requests and answers of your agent look like (mapping).\n";
  }
  if (answers.command.empty()) {
    text += "  Start your agent at " + answers.url + ", with\n  " + fakes_address(answers) +
            " as its provider's address.\n";
  }
  text += "  shakedown check " + file + "\n  shakedown run " + file + run_arguments(answers) + "\n";
  if (answers.ci == "gitlab" && has_gitlab_file) {
    text += "  Add to your .gitlab-ci.yml:  include: [{local: .gitlab/shakedown.yml}]\n";
  }
  if (answers.ci == "github" || answers.ci == "gitlab") {
    text += "  Set the variable SHAKEDOWN_DEB in your CI: the address of shakedown's package.\n";
  }
  if (answers.ci == "jenkins") {
    text += "  Make a pipeline of shakedown/Jenkinsfile, on machines that have shakedown.\n";
  }
  return text;
}

}  // namespace harness
