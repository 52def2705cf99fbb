#include "harness/commands/fake.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "fakes/dialect.hpp"
#include "fakes/control/control.hpp"
#include "harness/commands/fake_setup.hpp"
#include "harness/commands/record.hpp"
#include "harness/commands/serve.hpp"
#include "harness/verdict/verdict.hpp"
#include "reports/text.hpp"
#include "world/real_files.hpp"
#include "world/real_network.hpp"

namespace harness {

namespace {

// With thousands of streams there is always one that is due: a wake for each would cost more than
// its write. So what comes within this time of a turn is written together; a lone stream's events
// leave on the dot.
constexpr world::Nanos kSlack = std::chrono::microseconds(200);

struct FakeCommand {
  FakeOptions fakes;
  std::string ca;       // file to be written
  std::string journal;  // file to be appended to
  RecordOptions record;  // instead of answering
  bool no_control = false;
};

// For clients that are told a file to trust, as by curl --cacert or NODE_EXTRA_CA_CERTS.
void write_authority(const world::Network& network, const std::string& file) {
  world::RealFiles files;
  const auto written = world::run_inline(files.replace(file, network.tls_ca_pem()));
  if (!written) {
    throw std::runtime_error("--ca " + file + ": cannot be written (" +
                             std::string(world::name_of(written.error())) + ")");
  }
}

// The requests, a line each as they end. A line that cannot be written is told of once.
class JournalFile {
 public:
  explicit JournalFile(const std::string& path) : path_(path) {
    if (path.empty()) return;
    world::FileResult<std::unique_ptr<world::File>> opened =
        world::run_inline(files_.open_append(path));
    if (!opened) fail(opened.error());
    file_ = std::move(*opened);
  }

  void note(const fakes::PromptRecord& record, const fakes::FaultSchedule& faults) {
    if (!file_) return;
    std::string line;
    fakes::write_record_line(line, number_++, record, faults);
    const world::FileResult<void> written = world::run_inline(file_->append(std::move(line)));
    if (written) return;
    file_.reset();
    lost_ = written.error();
    std::fprintf(stderr,
                 "shakedown: --journal %s: cannot be written (%s); nothing more goes there\n",
                 path_.c_str(), std::string(world::name_of(*lost_)).c_str());
  }

  bool whole() const { return !lost_; }

 private:
  [[noreturn]] void fail(world::FileFailure why) const {
    throw std::runtime_error("--journal " + path_ + ": cannot be written (" +
                             std::string(world::name_of(why)) + ")");
  }

  std::string path_;
  world::RealFiles files_;
  std::unique_ptr<world::File> file_;
  std::optional<world::FileFailure> lost_;
  std::uint64_t number_ = 0;
};

void tell_end(fakes::Server& server) {
  server.faults().settle_counts();
  for (std::size_t i = 0; i < server.faults().faults().size(); ++i) {
    std::printf("fault %s fired %llu times\n", server.faults().faults()[i].id.c_str(),
                static_cast<unsigned long long>(server.faults().fired(i)));
  }
  std::printf("%llu requests, %lld tokens\n",
              static_cast<unsigned long long>(server.journal().requests()),
              static_cast<long long>(server.journal().tokens()));
  const fakes::Emission emission = server.emission();
  if (emission.writes() == 0) return;
  std::printf("%llu writes, late by %s at p50, %s at p99 and %s at most\n",
              static_cast<unsigned long long>(emission.writes()),
              reports::human_duration(emission.late(500'000)).c_str(),
              reports::human_duration(emission.late(990'000)).c_str(),
              reports::human_duration(emission.late_max()).c_str());
}

int serve_fakes(const FakeCommand& command) {
  const fakes::ServerConfig config = fake_setup(command.fakes);
  world::RealClockOptions pacing;
  pacing.slack = kSlack;
  world::RealClock clock(pacing);
  world::RealNetwork network(clock);
  if (!command.ca.empty()) write_authority(network, command.ca);
  world::raise_descriptor_limit();
  JournalFile journal(command.journal);
  std::function<void(const fakes::PromptRecord&)> note;
  fakes::Server server(clock, network, config,
                       [&note](const fakes::PromptRecord& record) { note(record); });
  fakes::Control control(clock, server, [&](const std::string& line, const auto& others) {
    return read_live_fault(line, config, others);
  });
  note = [&](const fakes::PromptRecord& record) {
    journal.note(record, server.faults());
    if (!command.no_control) control.note(record);
  };
  const world::Result<void> opened = server.open();
  if (!opened) {
    throw std::runtime_error("--listen " + command.fakes.listen + ": cannot listen there (" +
                             std::string(world::name_of(opened.error())) + "); give another port");
  }
  for (const std::string& line : base_url_lines(server)) std::printf("%s\n", line.c_str());
  if (!command.no_control) {
    server.set_aside([&control](fakes::Established& e, const world::HttpRequest& request) {
      return control.answer(e, request);
    });
    const bool tls = config.backends.begin()->second.tls;
    std::printf("control: %s://%s/_shakedown\n", tls ? "https" : "http",
                world::to_string(server.endpoints().begin()->second).c_str());
  }
  std::fflush(stdout);
  serve_until_interrupted(clock, server.serve());
  tell_end(server);
  return journal.whole() ? exit_code::kPass : exit_code::kInvalid;
}

}  // namespace

void add_fake(CLI::App& command, int& exit_code) {
  auto o = std::make_shared<FakeCommand>();
  FakeOptions& fakes = o->fakes;
  command
      .add_option("--config", fakes.config,
                  "File whose `backends:` and `faults:` are served, as in a scenario; times count "
                  "from the start. Default: a backend for each dialect, without faults.")
      ->type_name("FILE");
  command.add_option("--listen", fakes.listen, "Address at which all backends listen.")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  command.add_flag("--own-ports", fakes.own_ports,
                   "A port for each backend: the one of --listen and those behind it.");
  command
      .add_option("--fault", fakes.faults,
                  "A fault in one line: \"rate_limit at 30s..90s p=50%\", or with a name of "
                  "`shakedown list faults`: \"sse.no_terminal p=10%\". May be given again.")
      ->type_name("LINE")
      ->take_all()
      ->allow_extra_args(false);
  command
      .add_option("--set", fakes.sets,
                  "Override a value of the --config file: backends.primary.ttft=2s.")
      ->type_name("PATH=VALUE");
  command.add_option("--journal", o->journal, "Append a line of JSON for each request to a file.")
      ->type_name("FILE");
  command.add_flag("--no-control", o->no_control,
                   "Without the paths /_shakedown and /metrics, by which faults can be changed.");
  command
      .add_option("--ca", o->ca,
                  "Where to write the authority whose certificates backends with `tls: true` show; "
                  "it is another one each time.")
      ->type_name("FILE");
  command.add_option("--seed", fakes.seed, "Seed of every random draw.")->type_name("N");
  CLI::Option* record =
      command
          .add_option("--record", o->record.file,
                      "Answer nothing: pass all requests on to --upstream; append each exchange, "
                      "with its times, without keys, to a file that a backend can `replay`.")
          ->type_name("FILE");
  CLI::Option* upstream =
      command
          .add_option("--upstream", o->record.upstream,
                      "Whom to record: a provider as https://api.openai.com, or another fake. A "
                      "path is put before the client's.")
          ->type_name("URL");
  record->needs(upstream);
  upstream->needs(record);
  for (const char* other : {"--config", "--own-ports", "--fault", "--set", "--journal", "--ca"}) {
    record->excludes(other);
  }
  command.callback([o, &exit_code] {
    o->record.listen = o->fakes.listen;
    exit_code = o->record.file.empty() ? serve_fakes(*o) : record_upstream(o->record);
  });
}

}  // namespace harness
