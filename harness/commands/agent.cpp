#include "harness/commands/agent.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <stdexcept>

#include "agent/agent.hpp"
#include "agent/jobs/open_store.hpp"
#include "agent/ledger_json.hpp"
#include "agent/profile.hpp"
#include "harness/commands/command.hpp"
#include "harness/commands/serve.hpp"
#include "harness/run/programs.hpp"
#include "harness/run/target_url.hpp"
#include "harness/scenario/errors.hpp"
#include "harness/scenario/loader.hpp"
#include "harness/verdict/verdict.hpp"
#include "world/real_entropy.hpp"
#include "world/real_files.hpp"
#include "world/real_network.hpp"
#include "world/real_worker.hpp"
#include "world/real_processes.hpp"
#include "world/wall_step.hpp"

namespace harness {

namespace {

struct AgentCommand {
  std::string config;
  std::string listen = "127.0.0.1:8080";
  std::string profile = "hardened";
  std::vector<std::string> providers;  // name=host:port or name=https://host:port
  std::string provider_ca;             // a file, or the PEM itself
  std::vector<std::string> sets;
  double time_scale = 1.0;
  std::uint64_t seed = 1;
  std::string api_key;
  bool ledger = false;
  std::string wall_step;  // a file; empty: its wall clock is the machine's
};

constexpr std::string_view kHttps = "https://";
constexpr std::uint64_t kPemBytesMax = 1 << 20;

// Whom https providers must be vouched for by; empty: by whom the system trusts.
std::string read_authority(const std::string& given) {
  if (given.empty() || given.starts_with("-----BEGIN")) return given;
  world::RealFiles files;
  world::FileResult<std::string> pem = world::run_inline(files.read(given, kPemBytesMax));
  if (!pem) {
    throw std::runtime_error("--provider-ca " + given + ": cannot be read (" +
                             std::string(world::name_of(pem.error())) + ")");
  }
  if (pem->find("-----BEGIN CERTIFICATE-----") == std::string::npos) {
    throw std::runtime_error("--provider-ca " + given + ": has no certificate in PEM form");
  }
  return std::move(*pem);
}

std::vector<agent::Provider> parse_providers(const AgentCommand& command) {
  const std::string authority = read_authority(command.provider_ca);
  std::vector<agent::Provider> providers;
  for (const std::string& word : command.providers) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw std::runtime_error("--provider " + word +
                               ": write name=host:port, as primary=127.0.0.1:9000");
    }
    std::string address = word.substr(equals + 1);
    const bool tls = address.starts_with(kHttps);
    if (tls) address.erase(0, kHttps.size());
    agent::Provider provider{
        word.substr(0, equals), parse_address(address), {}, {}, command.api_key};
    if (tls) provider.tls = world::TlsClient{{}, true, authority};
    providers.push_back(std::move(provider));
  }
  if (providers.empty()) {
    throw std::runtime_error("give at least one --provider name=host:port; "
                             "`shakedown fake` serves one to try with");
  }
  return providers;
}

// What the core is to be, and the programs that its commands run; none: those of the machine.
struct Setup {
  agent::Config config;
  Programs programs;
};

Setup setup_of(const AgentCommand& command, const std::vector<agent::Provider>& providers) {
  const agent::Profile* profile = agent::find_profile(command.profile);
  if (profile == nullptr) {
    std::vector<std::string> names;
    for (const agent::Profile& p : agent::kProfiles) names.emplace_back(p.name);
    throw std::runtime_error("--profile " + command.profile + ": no such profile" +
                             did_you_mean(command.profile, names));
  }
  if (command.config.empty() && !command.sets.empty()) {
    throw std::runtime_error("--set overrides values of a file: give --config FILE too");
  }
  Setup setup;
  agent::Config& config = setup.config;
  config = profile->apply(agent::Config{});
  if (!command.config.empty()) {
    LoadOptions load;
    load.sets = command.sets;
    load.agent = config;
    Scenario scenario = load_scenario(command.config, load);
    config = std::move(scenario.agent);
    setup.programs = std::move(scenario.programs);
  }
  if (config.providers.empty()) {
    for (const agent::Provider& provider : providers) config.providers.push_back(provider.name);
  }
  return setup;
}

// `shakedown play`, up to the name of the program, which comes behind it.
std::vector<std::string> player_of(const AgentCommand& command) {
  std::vector<std::string> words = {own_program(), "play", "--config",
                                    std::filesystem::absolute(command.config).string(),
                                    "--time-scale", fmt::format("{}", command.time_scale)};
  for (const std::string& set : command.sets) {
    words.push_back("--set");
    words.push_back(set);
  }
  return words;
}

// One line per entry, at once: who reads them judges the run by them.
void print_entry(const agent::LedgerEntry& entry) {
  const std::string line = agent::to_line(entry, world::RealClock::steady_now());
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

int serve_agent(const AgentCommand& command) {
  const std::vector<agent::Provider> providers = parse_providers(command);
  const Setup setup = setup_of(command, providers);
  world::RealClockOptions options;
  options.scale = command.time_scale;
  std::optional<world::WallStep> wall_step;
  if (!command.wall_step.empty()) options.wall_step = &wall_step.emplace(command.wall_step);
  world::RealClock clock(options);
  world::RealNetwork network(clock);
  world::raise_descriptor_limit();
  world::RealProcesses machine(clock);
  std::vector<std::string> player;
  if (!setup.programs.empty()) player = player_of(command);
  PlayedProcesses played(machine, std::move(player));
  world::Processes* processes = &machine;
  if (!setup.programs.empty()) processes = &played;
  const std::unique_ptr<agent::JobStore> store = agent::open_store(
      clock, setup.config.store, [&clock] { return std::make_unique<world::RealWorker>(clock); },
      setup.config.defect);
  agent::Outside outside;
  outside.store = store.get();
  outside.processes = processes;
  outside.ids.emplace(world::Random(world::entropy_bits()), world::Random(world::entropy_bits()));
  agent::Agent core(clock, network, setup.config, providers,
                    command.ledger ? agent::LedgerSink(print_entry) : agent::LedgerSink(),
                    world::Random(command.seed), outside);
  const world::Endpoint on = parse_address(command.listen);
  auto listener = network.listen(on);
  if (!listener) {
    throw std::runtime_error("--listen " + command.listen + ": cannot listen there (" +
                             std::string(world::name_of(listener.error())) +
                             "); give another port");
  }
  std::printf("listening on %s\n", world::to_string((*listener)->endpoint()).c_str());
  std::fflush(stdout);
  serve_until_interrupted(clock, core.serve(**listener));
  return exit_code::kPass;
}

}  // namespace

void add_agent(CLI::App& command, int& exit_code) {
  auto o = std::make_shared<AgentCommand>();
  command
      .add_option("--config", o->config,
                  "Scenario file whose `agent:` section configures the core.")
      ->type_name("FILE");
  command.add_option("--listen", o->listen, "Address to serve on; port 0 takes a free one.")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  command
      .add_option("--profile", o->profile, "How the core behaves; see `shakedown list profiles`.")
      ->type_name("NAME")
      ->capture_default_str();
  command
      .add_option("--provider", o->providers,
                  "A provider and where it is, first choice first; may be given again.")
      ->type_name("NAME=[https://]HOST:PORT");
  command
      .add_option("--provider-ca", o->provider_ca,
                  "Who vouches for https providers, as a PEM file; default: the system's roots.")
      ->type_name("FILE");
  command
      .add_option("--api-key", o->api_key, "Sent to the providers as a bearer token.")
      ->type_name("KEY")
      ->envname("SHAKEDOWN_AGENT_API_KEY");
  command.add_flag("--ledger", o->ledger,
                   "Print what the core does, a line of JSON per entry, behind the line that says "
                   "where it listens.");
  command.add_option("--set", o->sets, "Override a value of the file: agent.user_rate=60/min.")
      ->type_name("PATH=VALUE");
  command.add_option("--seed", o->seed, "Seed of its random draws.")->type_name("N");
  command.add_option("--time-scale", o->time_scale, "Its seconds per second of the wall clock.")
      ->check(CLI::Range(0.001, 1000.0))
      ->type_name("X");
  command
      .add_option("--wall-step", o->wall_step,
                  "File of 8 bytes, a number of nanoseconds, by which its wall clock is ahead of "
                  "the machine's; made if it is not there, looked at all the time.")
      ->type_name("FILE");
  command.callback([o, &exit_code] { exit_code = serve_agent(*o); });
}

}  // namespace harness
