// What may be spent: by one user in a window of time, in requests and tokens; and in money, by one
// task, session, user and by all. The members are the YAML keys under `agent.budget`. Money is in
// millionths of a dollar. Plain data; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "agent/bounds.hpp"
#include "world/field.hpp"
#include "world/units.hpp"

namespace agent {

// What a model costs, per million tokens.
struct PriceConfig {
  std::string model;
  std::int64_t input_usd = 0;
  std::int64_t output_usd = 0;

  static constexpr auto fields() {
    using world::field;
    using world::Unit;
    return std::tuple(
        field("model", &PriceConfig::model,
              "Its name. A model that has no price costs as much as the dearest one.")
            .required(),
        field("input_usd", &PriceConfig::input_usd, "Dollars per million tokens of prompts.")
            .in(Unit::micro)
            .between(0, 1'000'000'000'000),
        field("output_usd", &PriceConfig::output_usd, "Dollars per million tokens of answers.")
            .in(Unit::micro)
            .between(0, 1'000'000'000'000));
  }
  friend bool operator==(const PriceConfig&, const PriceConfig&) = default;
};

struct BudgetConfig {
  static constexpr std::int64_t kMoneyMax = 1'000'000'000'000'000;  // a billion dollars

  std::int64_t requests = 0;
  std::int64_t tokens = 0;
  std::int64_t tokens_guess = 500;
  world::Nanos window = std::chrono::seconds(60);
  std::int64_t task_usd = 0;
  std::int64_t session_usd = 0;
  std::int64_t user_day_usd = 0;
  std::int64_t global_day_usd = 0;
  std::int64_t alert_at_ppm = 800'000;
  std::vector<PriceConfig> prices;

  static constexpr auto fields() {
    using world::field;
    const auto money = [](std::string_view name, std::int64_t BudgetConfig::*member,
                          std::string_view doc) {
      return field(name, member, doc).in(world::Unit::micro).between(0, kMoneyMax);
    };
    return std::tuple(
        field("requests", &BudgetConfig::requests,
              "Requests of one user in the window; 0: no such limit.")
            .between(0, 1'000'000),
        field("tokens", &BudgetConfig::tokens, "Tokens of one user in the window; 0: no limit.")
            .between(0, 1'000'000'000'000),
        field("tokens_guess", &BudgetConfig::tokens_guess,
              "Tokens reserved for a request that does not say max_tokens.")
            .between(1, 1'000'000),
        field("window", &BudgetConfig::window, "Windows follow one another, so long each.")
            .between(1'000'000, 31 * kDay),
        money("task_usd", &BudgetConfig::task_usd, "Dollars of one task; 0: no limit."),
        money("session_usd", &BudgetConfig::session_usd, "Dollars of one session; 0: no limit."),
        money("user_day_usd", &BudgetConfig::user_day_usd,
              "Dollars of one user in a day (UTC); 0: no limit."),
        money("global_day_usd", &BudgetConfig::global_day_usd,
              "Dollars of all users in a day (UTC); 0: no limit."),
        field("alert_at", &BudgetConfig::alert_at_ppm,
              "The ledger says when so much of a budget of money is spent.")
            .in(world::Unit::ppm)
            .between(1, 1'000'000),
        field("prices", &BudgetConfig::prices, "What models cost; without them all are free.")
            .between(0, 1'000));
  }
  friend bool operator==(const BudgetConfig&, const BudgetConfig&) = default;
};

}  // namespace agent
