// scenarios/outages: the shapes of outages that happened. Each is played in virtual time, with the
// bundled core in the place of an agent, and keeps what it promises.
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "agent/profile.hpp"
#include "harness/run/suite_parts.hpp"
#include "harness/scenario/loader.hpp"
#include "harness/scenario/never_asked.hpp"
#include "tests/support/places.hpp"

using namespace harness;
using namespace std::chrono_literals;

namespace {

const std::string kFolder = source_dir() + "/scenarios/outages";

std::vector<std::string> outages() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    names.push_back(entry.path().stem().string());
  }
  return names;
}

const std::string kProfile = "hardened";  // as without --profile

Scenario load(const std::string& name) {
  LoadOptions options;
  options.agent = agent::find_profile(kProfile)->apply(agent::Config{});
  return load_scenario(kFolder + "/" + name + ".yaml", options);
}

}  // namespace

TEST_CASE("the outages of the field are played in sim, and their faults fire", "[outages]") {
  REQUIRE(outages().size() == 6);
  for (const std::string& name : outages()) {
    INFO(name);
    Scenario scenario = load(name);
    CHECK(scenario.name == name);
    CHECK(never_asked(scenario).empty());
    CHECK(cannot_run(scenario, Mode::sim).empty());
    CHECK(cannot_run(scenario, Mode::live).empty());
    const std::uint64_t seed = scenario.seed;
    RunOptions options;
    options.profile = kProfile;
    const reports::RunRecord record =
        run_scenario(prepare(std::move(scenario), seed), options, RunHooks{}).record;
    for (const std::string& reason : record.reasons) UNSCOPED_INFO(reason);
    CHECK(record.verdict == reports::Verdict::pass);
    for (const reports::FaultResult& fault : record.faults) {
      INFO(fault.id);
      CHECK(fault.fired > 0);
    }
  }
}

TEST_CASE("a regional brown-out strikes all models of the region at the same times",
          "[outages]") {
  Scenario scenario = load("regional_brown_out");
  const world::Instant end = scenario.end();
  fakes::FaultSchedule schedule(scenario.faults, world::Random(scenario.seed));
  int struck = 0;
  for (world::Instant at{}; at < end; at += 1s) {
    std::set<bool> region;
    for (const char* model : {"large", "small", "other"}) {
      fakes::RequestFacts request;
      request.backend = model;
      region.insert(schedule.decide(at, request) != nullptr);
    }
    CHECK(region.size() == 1);
    struck += *region.begin() ? 1 : 0;
    fakes::RequestFacts elsewhere;
    elsewhere.backend = "elsewhere";
    CHECK(schedule.decide(at, elsewhere) == nullptr);
  }
  CHECK(struck > 30);   // of ten minutes a quarter, more or less
  CHECK(struck < 400);
}
