#include "harness/plan/plan.hpp"

#include <algorithm>
#include <variant>

#include "harness/plan/users.hpp"

namespace harness {
namespace {

constexpr std::uint64_t kClosedId = std::uint64_t{1} << 63;

struct Instants {
  const Scenario& scenario;
  const ArrivalWindow& window;

  std::vector<world::Instant> operator()(const Closed&) const { return {}; }
  std::vector<world::Instant> operator()(const Recorded& shape) const {
    return arrivals(shape, window, scenario.traces.at(shape.file));
  }
  template <class Shape>
  std::vector<world::Instant> operator()(const Shape& shape) const {
    return arrivals(shape, window);
  }
};

// Session and turn of a user's n-th turn.
world::TurnId place_turn(const Sessions& sessions, std::uint32_t user, std::uint32_t n) {
  const auto per_session = static_cast<std::uint32_t>(sessions.turns_per_session);
  if (per_session == 0) return {user, 0, n};
  return {user, n / per_session, n % per_session};
}

std::uint32_t tokens(const std::optional<world::Distribution>& lengths, world::Random random,
                     world::Purpose purpose, world::TurnId turn) {
  if (!lengths) return 0;
  const std::int64_t drawn = lengths->sample(random.bits(purpose, turn.key(), 0));
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(drawn, 1, kTraceTokensMax));
}

PlannedRequest request_of(const Scenario& scenario, world::Random random, std::uint32_t index,
                          world::TurnId turn) {
  const LoadClass& load_class = scenario.load[index];
  PlannedRequest request;
  request.load_class = index;
  request.turn = turn;
  request.prompt_tokens =
      tokens(load_class.prompt_tokens, random, world::Purpose("prompt tokens"), turn);
  request.output_tokens =
      tokens(load_class.output_tokens, random, world::Purpose("output tokens"), turn);
  request.stream = load_class.stream.value_or(scenario.client.stream);
  return request;
}

void plan_class(const Scenario& scenario, world::Random random, std::uint32_t index,
                UserRange range, std::vector<PlannedRequest>& requests) {
  const LoadClass& load_class = scenario.load[index];
  const std::uint64_t entity = world::entity_of(load_class.name);
  const ArrivalWindow window{load_class.from, load_class.to, random, entity};
  const std::vector<world::Instant> instants =
      std::visit(Instants{scenario, window}, load_class.arrivals);
  const auto* recorded = std::get_if<Recorded>(&load_class.arrivals);
  const UserPicker users(load_class.users, random, entity);
  std::vector<std::uint32_t> turns(range.count, 0);  // so far, of each user
  for (std::size_t k = 0; k < instants.size(); ++k) {
    const std::uint32_t user = users.pick(k);
    for (std::int64_t copy = 0; copy < load_class.parallel; ++copy) {
      const world::TurnId turn = place_turn(load_class.sessions, range.first + user, turns[user]++);
      PlannedRequest request = request_of(scenario, random, index, turn);
      request.at = instants[k];
      if (recorded) {
        const TraceRow& row = scenario.traces.at(recorded->file)[k];
        request.prompt_tokens = row.prompt_tokens;
        request.output_tokens = row.output_tokens;
      }
      requests.push_back(request);
    }
  }
}

}  // namespace

Plan make_plan(const Scenario& scenario, world::Random random) {
  Plan plan;
  std::uint32_t next_user = 0;
  for (std::uint32_t index = 0; index < scenario.load.size(); ++index) {
    const LoadClass& load_class = scenario.load[index];
    const UserRange range{next_user, static_cast<std::uint32_t>(load_class.users.count)};
    next_user += range.count;
    plan.users.push_back(range);
    if (std::holds_alternative<Closed>(load_class.arrivals)) {
      plan.closed.push_back({index, range, load_class.from, load_class.to});
    } else {
      plan_class(scenario, random, index, range, plan.requests);
    }
  }
  // Classes were planned one after the other; equal instants keep that order.
  std::stable_sort(plan.requests.begin(), plan.requests.end(),
                   [](const PlannedRequest& a, const PlannedRequest& b) { return a.at < b.at; });
  for (std::size_t i = 0; i < plan.requests.size(); ++i) plan.requests[i].id = i;
  return plan;
}

ClosedTurn closed_turn(const Scenario& scenario, world::Random random, const ClosedLoop& loop,
                       std::uint32_t user, std::uint32_t n) {
  const LoadClass& load_class = scenario.load[loop.load_class];
  const auto parallel = static_cast<std::uint32_t>(load_class.parallel);
  ClosedTurn step;
  const world::TurnId turn = place_turn(load_class.sessions, user, n);
  step.request = request_of(scenario, random, loop.load_class, turn);
  step.request.id = kClosedId | std::uint64_t{user} << 32 | n;
  if (n % parallel == 0) {
    const auto& think = std::get<Closed>(load_class.arrivals).think;
    step.think =
        world::Nanos(think.sample(random.bits(world::Purpose("think time"), user, n / parallel)));
  }
  return step;
}

std::string turn_text(std::string_view ask, world::TurnId turn, std::uint32_t prompt_tokens) {
  // Filler has whole words of plain English, about 4 bytes per token like real prompts.
  static constexpr std::string_view kFiller =
      "the order was placed last week and the status page still shows it as pending while the card "
      "has been charged twice so please look into the account history and tell me which of the two "
      "payments will be returned and when it should appear on the statement of this month because "
      "the support form did not accept the number that was printed on the receipt and nobody has "
      "answered the letter that we sent after the first delivery was returned by the post office ";
  constexpr std::size_t kBytesPerToken = 4;
  std::string text = world::marker(turn);
  const std::size_t wanted = std::size_t{prompt_tokens} * kBytesPerToken;
  text.reserve(std::max(wanted, text.size() + 1 + ask.size()));
  if (!ask.empty()) text.append(" ").append(ask);
  if (text.size() >= wanted) return text;
  text += ' ';
  std::size_t start = turn.key() % kFiller.size();  // different turns read differently
  while (text.size() < wanted) {
    text.append(kFiller.substr(start, wanted - text.size()));
    start = 0;
  }
  return text;
}

std::string turn_text(const Scenario& scenario, const PlannedRequest& request) {
  return turn_text(scenario.load[request.load_class].ask, request.turn, request.prompt_tokens);
}

}  // namespace harness
