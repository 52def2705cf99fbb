// The tools of the core alone, in virtual time: scripted programs, tool servers of the fakes, and
// all that is told of the calls: to the user, to the ledger, to whoever keeps book of effects.
#pragma once

#include <optional>

#include "agent/tools/toolbox.hpp"
#include "tests/agent/core_world.hpp"
#include "world/sim_processes.hpp"

namespace support {

// A program that runs so long and prints at these instants.
inline world::SimScript program(world::Nanos runs, std::vector<world::SimStep> steps = {}) {
  world::SimScript script;
  world::Nanos printed{0};
  for (const world::SimStep& step : steps) printed += step.after;
  script.steps = std::move(steps);
  script.end_after = runs - printed;
  return script;
}

struct ToolWorld {
  struct Told {
    world::Instant at{};
    std::string kind;
    std::string json;

    std::string member(std::string_view name) const {
      const world::JsonValue value = world::member_of(json, name);
      return value.type == world::JsonType::string ? value.text() : std::string(value.raw);
    }
  };
  // What became of one call: nothing when whoever waited for it was cancelled.
  struct Done {
    std::optional<agent::ToolAnswer> answer;
    world::Instant ended{};

    std::string member(std::string_view name) const {
      if (!answer) return "cancelled";
      const world::JsonValue value = world::member_of(answer->text, name);
      return value.type == world::JsonType::string ? value.text() : std::string(value.raw);
    }
  };

  InSim world;
  world::SimProcesses processes{world.clock};
  agent::Config config;
  std::vector<agent::LedgerEntry> ledger;
  std::vector<Told> told;
  std::vector<world::Instant> effects;  // when one was about to begin
  bool books_are_kept = true;
  agent::Books books{world.clock, [this](const agent::LedgerEntry& e) { ledger.push_back(e); }};
  std::unique_ptr<fakes::Server> fake;
  std::unique_ptr<agent::Breaker> breaker;
  std::unique_ptr<agent::ToolLimiter> limiter;
  std::unique_ptr<agent::Toolbox> toolbox;

  // With tool servers, if there are any.
  explicit ToolWorld(agent::Config of, Setup setup = without_servers(),
                     agent::ToolRateConfig rate = {})
      : config(std::move(of)) {
    std::vector<agent::Provider> providers;
    if (!setup.backends.empty()) {
      fake = std::make_unique<fakes::Server>(world.clock, world.network,
                                             CoreWorld::fakes_of(setup),
                                             [](const fakes::PromptRecord&) {});
      ENSURE(fake->open().has_value(), "the fakes' ports must open");
      for (const auto& [name, endpoint] : fake->endpoints()) {
        agent::Provider provider{name, endpoint, {}, {}, {}};
        providers.push_back(std::move(provider));
      }
    }
    if (config.breaker.policy != agent::BreakerPolicy::none) {
      breaker = agent::make_breaker(
          world.clock, config.breaker, std::chrono::seconds(31), config.defect,
          [this](std::string_view key, std::string_view from, std::string_view to,
                 std::int64_t failures) {
            books.note(agent::LedgerKind::breaker, {},
                       {.key = key, .from = from, .to = to, .value = failures});
          });
    }
    limiter = std::make_unique<agent::ToolLimiter>(
        world.clock, rate, std::vector<agent::ToolOverride>(), config.defect);
    toolbox = std::make_unique<agent::Toolbox>(
        agent::Toolbox::Parts{world.clock, world.network, &processes, config, books,
                              breaker.get(), limiter.get()},
        providers);
  }

  static Setup without_servers() {
    Setup setup;
    setup.backends.clear();
    return setup;
  }

  // One call, and for how long somebody waits for it.
  struct Calling {
    std::string name;
    std::string arguments;
    world::Nanos patience = std::chrono::hours(10);
    world::Nanos at{0};
    std::string id = "call_1";
    std::string request = "u1.s0.t0";
    world::Nanos until = world::Nanos::max();  // of use for so long
  };
  Done call(Calling calling) { return call_all({std::move(calling)}).front(); }

  std::vector<Done> call_all(std::vector<Calling> callings) {
    std::vector<Done> all(callings.size());
    world::Task<void> work = make_all(std::move(callings), all);
    run(std::move(work));
    return all;
  }

  std::string offered() {
    std::string list;
    world::Task<void> work = learn(list);
    run(std::move(work));
    return list;
  }

  void run(world::Task<void> work) {
    if (fake) work = serve_during(world.clock, fake->serve(), std::move(work));
    world.clock.run(std::move(work));
  }

  std::vector<Told> heard(std::string_view kind) const {
    std::vector<Told> found;
    for (const Told& each : told) {
      if (each.kind == kind) found.push_back(each);
    }
    return found;
  }
  std::vector<agent::LedgerEntry> entries(agent::LedgerKind kind) const {
    std::vector<agent::LedgerEntry> found;
    for (const agent::LedgerEntry& e : ledger) {
      if (e.kind == kind) found.push_back(e);
    }
    return found;
  }

 private:
  world::Task<bool> begin_effects() {
    co_await world.clock.sleep(std::chrono::milliseconds(1));
    effects.push_back(world.clock.now());
    co_return books_are_kept;
  }

  world::Task<bool> make(agent::ToolCall call, Done& done) {
    agent::ToolAnswer answer = co_await toolbox->call(std::move(call));
    done.answer = std::move(answer);
    co_return true;
  }

  world::Task<void> make_later(Calling calling, Done& done) {
    co_await world.clock.sleep(calling.at);
    agent::ToolCall call;
    call.request = calling.request;
    call.user = "u1";
    call.task = calling.request;
    call.wanted = {calling.id, calling.name, calling.arguments};
    call.tell = [this](std::string_view kind, std::string json) {
      told.push_back({world.clock.now(), std::string(kind), std::move(json)});
    };
    call.begin_effects = [this] { return begin_effects(); };
    if (calling.until != world::Nanos::max()) call.until = world.clock.now() + calling.until;
    call.too_late = [this] { told.push_back({world.clock.now(), "too late", "{}"}); };
    world::Task<bool> making = make(std::move(call), done);
    const world::Instant until = world.clock.now() + calling.patience;
    auto waiting = world::with_deadline(world.clock, until, std::move(making));
    const std::optional<bool> made = co_await waiting;
    static_cast<void>(made);
    done.ended = world.clock.now();
  }

  world::Task<void> make_all(std::vector<Calling> callings, std::vector<Done>& all) {
    std::string list = co_await toolbox->offered();
    static_cast<void>(list);
    world::Scope scope(world.clock);
    for (std::size_t i = 0; i < callings.size(); ++i) {
      scope.spawn(make_later(std::move(callings[i]), all[i]));
    }
    co_await scope.join();
  }

  world::Task<void> learn(std::string& list) { list = co_await toolbox->offered(); }
};

}  // namespace support
