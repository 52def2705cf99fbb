#include "harness/run/target_setup.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "fakes/dialect.hpp"
#include "harness/run/run.hpp"
#include "harness/run/suite_parts.hpp"
#include "harness/run/target_url.hpp"
#include "harness/scenario/yaml_document.hpp"

namespace harness {

namespace {

using Variables = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kCaBytesMax = 1 << 20;

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

ScenarioError error_of(const Scenario& scenario, const std::string& sentence) {
  return {Place{scenario.file, 0, 0}, sentence};
}

struct Expanded {
  std::string value;
  std::string missing;               // the first variable that is not set
  std::vector<std::string> secrets;  // what was put in
};

// A header's value with its ${NAME} put in.
Expanded expanded(std::string_view value) {
  constexpr std::size_t kSecretMin = 4;  // shorter ones would be found everywhere
  Expanded found;
  std::string& out = found.value;
  while (!value.empty()) {
    const std::size_t open = std::min(value.find("${"), value.size());
    const std::size_t close = value.find('}', open);
    out += value.substr(0, open);
    if (open == value.size() || close == std::string_view::npos) {
      out += value.substr(open);
      break;
    }
    const std::string name(value.substr(open + 2, close - open - 2));
    const char* set = std::getenv(name.c_str());
    if (set == nullptr && found.missing.empty()) found.missing = name;
    if (set != nullptr) out += set;
    if (set != nullptr && std::string_view(set).size() >= kSecretMin) {
      found.secrets.emplace_back(set);
    }
    value.remove_prefix(close + 1);
  }
  return found;
}

bool is_one_line(const std::string& text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
}

// What is wrong with a header's value, without a word of the value itself.
std::string problem_of_header(const std::string& name, const std::string& written) {
  const Expanded found = expanded(written);
  if (!found.missing.empty()) {
    const std::string missing = excerpt(found.missing);
    return "`target.headers." + name + "` needs the variable " + missing +
           ", which is not set; `export " + missing + "=...` first";
  }
  if (!is_one_line(found.value)) {
    return "`target.headers." + name + "` is, with its variables put in, more than one line";
  }
  return {};
}

std::string read_ca(const Target& target) {
  if (target.ca.empty()) return {};
  return read_bounded(target.ca, kCaBytesMax, "a file of certificates");
}

void check_backend_names(const Scenario& scenario, std::vector<ScenarioError>& errors) {
  std::vector<std::string> known;
  for (const auto& [name, backend] : scenario.backends) known.push_back(name);
  for (const auto& [variable, value] : scenario.target.environment) {
    constexpr std::string_view kOpen = "{backend.";
    for (std::size_t at = value.find(kOpen); at != std::string::npos;
         at = value.find(kOpen, at + 1)) {
      const std::size_t begin = at + kOpen.size();
      const std::size_t close = std::min(value.find('}', begin), value.size());
      const std::string name = value.substr(begin, close - begin);
      if (scenario.backends.contains(name)) continue;
      errors.push_back(error_of(scenario, "`target.environment." + variable + "` has `{backend." +
                                              excerpt(name) + "}`, which is not a backend" +
                                              did_you_mean(name, known)));
    }
  }
}

std::string base_of(const Scenario& scenario, const std::string& name,
                    const world::Endpoint& endpoint) {
  const bool tls = scenario.backends.at(name).tls;
  return (tls ? "https://" : "http://") + world::to_string(endpoint);
}

// As the agent's providers stand, or else in order of name.
std::vector<std::string> in_order(const Scenario& scenario) {
  std::vector<std::string> names = scenario.agent.providers;
  for (const auto& [name, backend] : scenario.backends) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  std::erase_if(names, [&](const std::string& name) { return !scenario.backends.contains(name); });
  return names;
}

std::string upper(std::string name) {
  for (char& c : name) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == '-') c = '_';
  }
  return name;
}

void set(Variables& variables, const std::string& name, const std::string& value) {
  for (auto& [known, old] : variables) {
    if (known != name) continue;
    old = value;
    return;
  }
  variables.emplace_back(name, value);
}

// The variables from which SDKs read where their provider is.
void set_base_urls(Variables& variables, const Scenario& scenario,
                   const std::map<std::string, world::Endpoint>& backends) {
  const std::vector<std::string> order = in_order(scenario);
  if (order.empty()) return;
  for (const fakes::Dialect* dialect : fakes::kDialects) {
    const std::string variable(dialect->base_url_variable());
    if (variable.empty()) continue;
    const auto speaks = [&](const std::string& name) {
      const fakes::Dialect* spoken = fakes::find_dialect(scenario.backends.at(name).dialect);
      return spoken != nullptr && spoken->base_url_variable() == variable;
    };
    const auto found = std::find_if(order.begin(), order.end(), speaks);
    const std::string& name = found == order.end() ? order.front() : *found;
    set(variables, variable,
        base_of(scenario, name, backends.at(name)) + std::string(dialect->base_path()));
  }
}

// A proxy that the machine is set up for must not stand between the target and the fakes.
void set_no_proxy(Variables& variables) {
  for (const char* name : {"NO_PROXY", "no_proxy"}) {
    const char* before = std::getenv(name);
    const std::string rest = before == nullptr || *before == '\0' ? "" : "," + std::string(before);
    set(variables, name, "127.0.0.1,localhost" + rest);
  }
}

}  // namespace

std::string target_url_of(const Target& target, std::uint16_t port) {
  const std::string url = target.url.empty() ? "http://127.0.0.1:{port}" : target.url;
  return replaced(url, "{port}", std::to_string(port));
}

std::vector<ScenarioError> target_errors(const Scenario& scenario) {
  std::vector<ScenarioError> errors;
  const Target& target = scenario.target;
  if (!target.is_given()) {
    const auto written = scenario.configuration.lower_bound("target");
    if (written != scenario.configuration.end() && written->first.starts_with("target")) {
      errors.push_back(error_of(scenario, "has a `target` without `command` or `url`: give one, "
                                          "or --target-command or --target"));
    }
    return errors;
  }
  try {
    parse_target_url(target_url_of(target, 1));
  } catch (const TargetError& error) {
    errors.push_back(error_of(scenario, std::string("target.url: ") + error.what()));
  }
  if (target.dialect == TargetDialect::json && !target.mapping) {
    errors.push_back(error_of(scenario, "the dialect `json` needs the scenario's "
                                        "`target.mapping`, which says what is where"));
  }
  check_backend_names(scenario, errors);
  for (const AgentFault& fault : scenario.agent_faults) {
    const std::string problem = problem_of(fault, target);
    if (problem.empty()) continue;
    errors.push_back(error_of(scenario, "`faults." + fault.id + "` " + problem));
  }
  return errors;
}

std::vector<ScenarioError> target_lacks(const Scenario& scenario) {
  std::vector<ScenarioError> errors;
  for (const auto& [name, value] : scenario.target.headers) {
    const std::string problem = problem_of_header(name, value);
    if (!problem.empty()) errors.push_back(error_of(scenario, problem));
  }
  try {
    const bool has_none = read_ca(scenario.target).find("BEGIN CERTIFICATE") == std::string::npos;
    if (!scenario.target.ca.empty() && has_none) {
      errors.push_back(error_of(scenario, "`target.ca`: " + scenario.target.ca +
                                              " has no certificate in it (PEM)"));
    }
  } catch (const ScenarioErrors& wrong) {
    errors.push_back(error_of(scenario, std::string("`target.ca`: ") + wrong.what()));
  }
  std::error_code ignored;
  const bool is_command = !scenario.target.command.empty() && !scenario.target.directory.empty();
  if (is_command && !std::filesystem::is_directory(scenario.target.directory, ignored)) {
    errors.push_back(error_of(scenario, "`target.directory`: there is no folder " +
                                            scenario.target.directory));
  }
  return errors;
}

TargetDoor target_door(const Target& target, std::uint16_t port) {
  const TargetUrl url = parse_target_url(target_url_of(target, port));
  TargetDoor door(url.endpoint);
  door.path = target.path;
  door.model = target.model;
  for (const auto& [name, written] : target.headers) {
    const std::string problem = problem_of_header(name, written);
    if (!problem.empty()) throw TargetError(problem);
    Expanded found = expanded(written);
    door.headers.emplace_back(name, std::move(found.value));
    for (std::string& secret : found.secrets) door.secrets.push_back(std::move(secret));
  }
  if (!url.is_https) return door;
  world::TlsClient tls;
  tls.verify = !target.insecure;
  tls.ca_pem = read_ca(target);
  door.tls = tls;
  return door;
}

Variables target_environment(const Scenario& scenario, const EnvironmentPlace& place) {
  const auto& [backends, seed, port, ca_file] = place;
  Variables variables;
  set(variables, "PORT", std::to_string(port));
  set_base_urls(variables, scenario, backends);
  for (const char* key : {"OPENAI_API_KEY", "ANTHROPIC_API_KEY", "CO_API_KEY", "COHERE_API_KEY",
                          "MISTRAL_API_KEY", "GROQ_API_KEY", "CEREBRAS_API_KEY"}) {
    set(variables, key, canary_key(seed));
  }
  set_no_proxy(variables);
  if (!place.ca_file.empty()) {
    for (const char* name : {"NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"}) {
      set(variables, name, place.ca_file);
    }
  }
  for (const auto& [name, endpoint] : backends) {
    set(variables, "SHAKEDOWN_BACKEND_" + upper(name) + "_URL",
        base_of(scenario, name, endpoint));
  }
  for (const auto& [name, written] : scenario.target.environment) {
    std::string value = replaced(written, "{port}", std::to_string(port));
    for (const auto& [backend, endpoint] : backends) {
      value = replaced(value, "{backend." + backend + "}", base_of(scenario, backend, endpoint));
    }
    set(variables, name, value);
  }
  return variables;
}

}  // namespace harness
