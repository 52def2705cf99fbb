#include "harness/commands/fake.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <stdexcept>

#include "fakes/dialect.hpp"
#include "fakes/server.hpp"
#include "harness/commands/serve.hpp"
#include "harness/run/prepared.hpp"
#include "harness/run/suite_parts.hpp"
#include "harness/run/target_url.hpp"
#include "harness/scenario/errors.hpp"
#include "harness/scenario/loader.hpp"
#include "harness/verdict/verdict.hpp"
#include "world/real_files.hpp"
#include "world/real_network.hpp"

namespace harness {

namespace {

struct FakeCommand {
  std::string config;
  std::string listen = "127.0.0.1:9000";
  std::vector<std::string> sets;
  std::string ca;  // file to be written
  std::uint64_t seed = 1;
};

fakes::ServerConfig config_of(const FakeCommand& command) {
  fakes::ServerConfig config;
  if (command.config.empty()) {
    if (!command.sets.empty()) {
      throw std::runtime_error("--set overrides values of a file: give --config FILE too");
    }
    config.backends["fake"] = fakes::Backend{};
  } else {
    LoadOptions load;
    load.sets = command.sets;
    Scenario scenario = load_scenario(command.config, load);
    std::vector<ScenarioError> errors = sim_only(scenario);
    if (!errors.empty()) throw ScenarioErrors(std::move(errors));
    config.backends = std::move(scenario.backends);
    config.faults = std::move(scenario.faults);
  }
  config.seed = command.seed;
  config.listen = parse_address(command.listen);
  return config;
}

// For clients that are told a file to trust, as by curl --cacert or NODE_EXTRA_CA_CERTS.
void write_authority(const world::Network& network, const std::string& file) {
  world::RealFiles files;
  const auto written = world::run_inline(files.replace(file, network.tls_ca_pem()));
  if (!written) {
    throw std::runtime_error("--ca " + file + ": cannot be written (" +
                             std::string(world::name_of(written.error())) + ")");
  }
}

// What to set so that a client of the provider talks to the fake: OPENAI_BASE_URL=http://...
std::string base_url_setting(const fakes::Dialect& dialect, const world::Endpoint& endpoint,
                             bool tls) {
  std::string setting(dialect.base_url_variable());
  if (!setting.empty()) setting += '=';
  setting += (tls ? "https://" : "http://") + world::to_string(endpoint);
  setting += dialect.base_path();
  return setting;
}

int serve_fakes(const FakeCommand& command) {
  fakes::ServerConfig config = config_of(command);
  const auto backends = config.backends;
  std::map<std::string, const fakes::Dialect*> dialects;
  for (const auto& [name, backend] : config.backends) {
    dialects[name] = fakes::find_dialect(backend.dialect);
  }
  world::RealClock clock;
  world::RealNetwork network(clock);
  if (!command.ca.empty()) write_authority(network, command.ca);
  world::raise_descriptor_limit();
  fakes::Server server(clock, network, std::move(config));
  const world::Result<void> opened = server.open();
  if (!opened) {
    throw std::runtime_error("--listen " + command.listen + ": cannot listen there (" +
                             std::string(world::name_of(opened.error())) + "); give another port");
  }
  for (const auto& [name, endpoint] : server.endpoints()) {
    std::printf("%s: %s\n", name.c_str(),
                base_url_setting(*dialects.at(name), endpoint,
                                 backends.at(name).tls).c_str());
  }
  std::fflush(stdout);
  serve_until_interrupted(clock, server.serve());
  for (std::size_t i = 0; i < server.faults().faults().size(); ++i) {
    std::printf("fault %s fired %llu times\n", server.faults().faults()[i].id.c_str(),
                static_cast<unsigned long long>(server.faults().fired(i)));
  }
  std::printf("%llu requests, %lld tokens\n",
              static_cast<unsigned long long>(server.journal().requests()),
              static_cast<long long>(server.journal().tokens()));
  return exit_code::kPass;
}

}  // namespace

void add_fake(CLI::App& command, int& exit_code) {
  auto o = std::make_shared<FakeCommand>();
  command
      .add_option("--config", o->config,
                  "Scenario file whose `backends:` and `faults:` are served; its times count from "
                  "the start. Default: one backend without faults.")
      ->type_name("FILE");
  command
      .add_option("--listen", o->listen,
                  "Address of the first backend; further ones take the next ports.")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  command.add_option("--set", o->sets, "Override a value: backends.primary.ttft=2s.")
      ->type_name("PATH=VALUE");
  command
      .add_option("--ca", o->ca,
                  "Where to write the authority whose certificates backends with `tls: true` show; "
                  "it is another one each time.")
      ->type_name("FILE");
  command.add_option("--seed", o->seed, "Seed of every random draw.")->type_name("N");
  command.callback([o, &exit_code] { exit_code = serve_fakes(*o); });
}

}  // namespace harness
