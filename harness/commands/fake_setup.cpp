#include "harness/commands/fake_setup.hpp"

#include <algorithm>
#include <stdexcept>

#include "harness/run/suite_parts.hpp"
#include "harness/run/target_url.hpp"
#include "harness/scenario/fault_line.hpp"
#include "harness/scenario/loader.hpp"

namespace harness {
namespace {

// Without a file: each provider under its own name; the answers say the model that was asked for.
std::map<std::string, fakes::Backend> every_dialect() {
  std::map<std::string, fakes::Backend> backends;
  for (const fakes::Dialect* dialect : fakes::kDialects) {
    std::string name(dialect->provider());
    if (backends.contains(name)) name = dialect->name();  // OpenAI speaks two
    fakes::Backend& backend = backends[name];
    backend.dialect = dialect->name();
    backend.model.clear();
  }
  return backends;
}

// The line is read as in a scenario with these backends, whose dialects count.
fakes::Fault read_line(const std::string& line, const fakes::ServerConfig& config,
                       const std::vector<fakes::Fault>& others) {
  Scenario scenario;
  scenario.backends = config.backends;
  scenario.faults = others;
  return read_fault_line(line, scenario);
}

bool strikes_connections(const fakes::Fault& fault) {
  return fakes::kind_of(fault.action).layer == fakes::FaultLayer::connection;
}

void check_live(const fakes::Fault& fault, const fakes::ServerConfig& config) {
  const fakes::FaultKind& kind = fakes::kind_of(fault.action);
  const std::string it = "fault " + fault.id + " (" + std::string(kind.name) + ") ";
  if (!kind.in_live) throw std::runtime_error(it + "can fire in sim only, not in a real server");
  const bool shared = config.one_port && config.backends.size() > 1;
  if (shared && strikes_connections(fault) && !fault.on.empty()) {
    throw std::runtime_error(it + "strikes connections, and all backends share one port: let it be "
                             "on all of them, or give --own-ports");
  }
}

void check_ports(const fakes::ServerConfig& config) {
  constexpr std::size_t kPortMax = 65'535;
  if (!config.one_port && config.listen.port != 0 &&
      config.listen.port + config.backends.size() - 1 > kPortMax) {
    throw std::runtime_error("--own-ports: behind --listen there are not enough ports for " +
                             std::to_string(config.backends.size()) + " backends");
  }
  for (const char* taken : {"v1", "v2", "metrics", "_shakedown"}) {
    if (!config.one_port || !config.backends.contains(taken)) continue;
    throw std::runtime_error(std::string("a backend may not be called ") + taken +
                             " on a shared port, where paths begin so: give it another name, or "
                             "--own-ports");
  }
}

// Whoever could end the fault comes by the same port.
void check_lockout(const fakes::Fault& fault) {
  const bool all = fault.course.shape == fakes::Course::Shape::constant &&
                   fault.probability_ppm >= 1'000'000 && !fault.limit && !fault.load &&
                   !fault.wave && !fault.markov;
  const bool shuts_out = std::holds_alternative<fakes::Refuse>(fault.action) ||
                         std::holds_alternative<fakes::BlackHole>(fault.action) ||
                         std::holds_alternative<fakes::Accept>(fault.action);
  if (!all || !shuts_out || fault.to != world::kNever) return;
  throw std::runtime_error("fault " + fault.id + " would also shut out whoever could end it: give "
                           "it an end, as `at 0s..30s`");
}

void check_tls(const fakes::ServerConfig& config) {
  if (!config.one_port) return;
  const auto has_tls = [](const auto& entry) { return entry.second.tls; };
  const auto with = std::count_if(config.backends.begin(), config.backends.end(), has_tls);
  if (with == 0 || with == static_cast<std::ptrdiff_t>(config.backends.size())) return;
  throw std::runtime_error("some backends have `tls: true` and some have not, and all share one "
                           "port: let all have it, or give --own-ports");
}

// Whether a client of a backend that is given such a prefix gets its answers from it: of its
// prompts, and the list of models from this provider at least.
bool reaches(const fakes::Server& server, const fakes::FakeBackend& backend,
             const std::string& prefix) {
  const fakes::Dialect& dialect = backend.dialect();
  world::HttpRequest request;
  for (const fakes::ClientMark& mark : dialect.client_marks()) {
    request.headers.add(mark.header, mark.value);
  }
  request.method = "POST";
  request.target = prefix + std::string(dialect.chat_path());
  if (&server.reached_at(backend.name(), request) != &backend) return false;
  request.method = "GET";
  if (dialect.route(request.method, dialect.models_path()).call != fakes::Call::models) return true;
  request.target = prefix + std::string(dialect.models_path());
  return server.reached_at(backend.name(), request).dialect().provider() == dialect.provider();
}

}  // namespace

fakes::ServerConfig fake_setup(const FakeOptions& options) {
  fakes::ServerConfig config;
  config.seed = options.seed;
  config.listen = parse_address(options.listen);
  config.one_port = !options.own_ports;
  if (options.config.empty()) {
    if (!options.sets.empty()) {
      throw std::runtime_error("--set overrides values of a file: give --config FILE too");
    }
    config.backends = every_dialect();
  } else {
    LoadOptions load;
    load.sets = options.sets;
    load.only_fakes = true;
    Scenario scenario = load_scenario(options.config, load);
    std::vector<ScenarioError> errors = sim_only(scenario);
    if (!errors.empty()) throw ScenarioErrors(std::move(errors));
    config.backends = std::move(scenario.backends);
    config.faults = std::move(scenario.faults);
  }
  for (const std::string& line : options.faults) {
    config.faults.push_back(read_line(line, config, config.faults));
  }
  if (config.faults.size() > fakes::FaultSchedule::kRowsMax) {
    throw std::runtime_error("--fault: with those of the file there are more than " +
                             std::to_string(fakes::FaultSchedule::kRowsMax) + " faults");
  }
  for (const fakes::Fault& fault : config.faults) check_live(fault, config);
  check_ports(config);
  check_tls(config);
  return config;
}

fakes::Fault read_live_fault(const std::string& line, const fakes::ServerConfig& config,
                             const std::vector<fakes::Fault>& others) {
  fakes::Fault fault = read_line(line, config, others);
  check_live(fault, config);
  if (config.one_port || fault.on.empty()) check_lockout(fault);
  return fault;
}

std::vector<std::string> base_url_lines(const fakes::Server& server) {
  std::vector<std::string> lines;
  for (const fakes::FakeBackend* backend : server.in_order()) {
    const fakes::Dialect& dialect = backend->dialect();
    std::string prefix;
    if (!reaches(server, *backend, prefix)) prefix = "/" + backend->name();
    if (!reaches(server, *backend, prefix)) {
      throw std::runtime_error("another backend answers the paths below " + prefix + "/ on the "
                               "port that all share: give backends." + backend->name() +
                               " another name, or --own-ports");
    }
    std::string line = backend->name() + ": ";
    line += dialect.base_url_variable();
    if (!dialect.base_url_variable().empty()) line += '=';
    line += backend->config().tls ? "https://" : "http://";
    line += world::to_string(server.endpoints().at(backend->name()));
    line += prefix;
    line += dialect.base_path();
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace harness
