#include "tests/wire/wire.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "harness/scenario/loader.hpp"

namespace {

using namespace support;

std::vector<wire::Case> all_cases() {
  std::vector<wire::Case> all;
  for (const auto* layer : {&wire::dns_cases(), &wire::tcp_cases(), &wire::tls_cases(),
                            &wire::http_cases(), &wire::sse_cases(), &wire::json_cases(),
                            &wire::provider_cases(), &wire::tools_cases()}) {
    all.insert(all.end(), layer->begin(), layer->end());
  }
  return all;
}

const fakes::CatalogueRow& row_of(std::string_view name) {
  static const std::vector<fakes::CatalogueRow> rows = fakes::catalogue();
  for (const fakes::CatalogueRow& row : rows) {
    if (row.name == name) return row;
  }
  throw std::runtime_error("the catalogue has no row " + std::string(name));
}

// The example of a row as a user writes it: within a whole scenario, through the loader.
harness::Scenario scenario_of(const wire::Case& c) {
  const std::string text = R"(
scenario: wire
backends:
  primary: {dialect: )" + c.dialect +
                           ", ttft: 40ms, inter_token: 10ms" + (c.further.empty() ? "" : ", ") +
                           c.further + R"(}
phases: {all: 60s}
load: {chat: {users: 1, arrivals: constant(1/s)}}
faults:
  - {id: f, on: backends.primary, )" +
                           std::string(row_of(c.name).example) + "}\n";
  return harness::parse_scenario(text, "wire.yaml");
}

std::string request_of(const wire::Case& c) {
  if (!c.request.empty()) return c.request;
  return post_chat(ask({1, 0, 0}, c.stream, 8));
}

// What comes on one connection on which the request is sent twice.
template <class World>
world::Task<void> ask_again(FakeWorld<World>& fake, std::string request, const wire::Case& c,
                            Talk& talk) {
  auto stream = co_await fake.world.network.connect(fake.at);
  talk = co_await talk_on(fake.world.clock, **stream, request, c.again);
  if (talk.end != "silence") co_return;
  const std::string first = talk.bytes;
  talk = co_await talk_on(fake.world.clock, **stream, request, c.patience);
  talk.bytes.insert(0, first);
}

// A request for the stored answer that the bytes tell of.
std::string poll_of(const std::string& bytes) {
  const std::size_t at = bytes.find("\"resp_");
  if (at == std::string::npos) return {};
  const std::string id = bytes.substr(at + 1, bytes.find('"', at + 1) - at - 1);
  return "GET /v1/responses/" + id + " HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n";
}

template <class World>
world::Task<void> poll(FakeWorld<World>& fake, std::string request, const wire::Case& c,
                       Talk& talk) {
  auto stream = co_await fake.world.network.connect(fake.at);
  for (int asked = 0; asked <= c.polls; ++asked) {
    std::string before = std::move(talk.bytes);
    talk = co_await talk_on(fake.world.clock, **stream, request, c.again);
    talk.bytes.insert(0, before);
    request = poll_of(talk.bytes);
  }
}

template <class World>
Talk talk_of(FakeWorld<World>& fake, const wire::Case& c) {
  if (!c.afterwards.empty()) {
    Talk talk = fake.talk(request_of(c), c.patience);
    talk.bytes += fake.talk(c.afterwards, c.patience).bytes;
    return talk;
  }
  if (c.again == world::Nanos{0}) return fake.talk(request_of(c), c.patience);
  Talk talk;
  if (c.polls > 0) {
    fake.run(poll(fake, request_of(c), c, talk));
    return talk;
  }
  fake.run(ask_again(fake, request_of(c), c, talk));
  return talk;
}

// Long enough for a fake to do what it does after the client has left.
constexpr world::Nanos kLinger = std::chrono::milliseconds(1'500);

template <class World>
world::Task<void> leave_and_linger(FakeWorld<World>& fake, const wire::Case& c) {
  std::string request = request_of(c);
  std::string until = c.until;
  const Talk talk = co_await support::talk(fake.world.clock, fake.world.network, fake.at,
                                           std::move(request), c.patience, std::move(until));
  CHECK(talk.end == "enough");
  co_await fake.world.clock.sleep(kLinger);
}

template <class World>
bool notes(FakeWorld<World>& fake, const wire::Case& c) {
  fake.run(leave_and_linger(fake, c));
  return std::any_of(fake.records.begin(), fake.records.end(), c.noted);
}

template <class World>
void check_on_the_wire(const wire::Case& c) {
  const harness::Scenario scenario = scenario_of(c);
  const fakes::Backend backend = scenario.backends.at("primary");
  if (c.noted) {
    FakeWorld<World> plain({}, backend);
    CHECK_FALSE(notes(plain, c));
    FakeWorld<World> marked(scenario.faults, backend);
    CHECK(notes(marked, c));
    CHECK(marked.server.faults().fired(0) == 1);
    return;
  }
  FakeWorld<World> well({}, backend);
  const Talk usual = talk_of(well, c);
  FakeWorld<World> struck(scenario.faults, backend);
  const Talk talk = talk_of(struck, c);
  // Catch would take the quote in a number for the beginning of a character.
  constexpr std::size_t kShown = 2000;
  const std::string bytes = talk.bytes.substr(0, kShown);
  const std::string usual_bytes = usual.bytes.substr(0, kShown);
  CAPTURE(talk.end, bytes, usual_bytes);
  CHECK(c.seen(talk, usual));
  CHECK_FALSE(c.seen(usual, usual));  // what is seen must come from the fault
  // In live the kernel drops attempts at a black hole and tells nobody.
  const bool counted = c.name != "tcp.black_hole" || World::name == std::string("sim");
  if (counted) CHECK(struck.server.faults().fired(0) >= 1);
}

}  // namespace

TEMPLATE_TEST_CASE("every fault of the catalogue is found on the wire", "[wire]", InSim, Live) {
  for (const wire::Case& c : all_cases()) {
    const fakes::Fault fault = scenario_of(c).faults.at(0);
    const fakes::FaultKind& kind = fakes::kind_of(fault.action);
    const bool here = TestType::name == std::string("sim") ? kind.in_sim : kind.in_live;
    if (!here) continue;
    DYNAMIC_SECTION(c.name << (c.stream ? " on a stream" : "") << " " << c.dialect) {
      check_on_the_wire<TestType>(c);
    }
  }
}

TEST_CASE("every row of the catalogue has a wire test, and names are given once", "[wire]") {
  std::set<std::string_view> tested;
  for (const wire::Case& c : all_cases()) tested.insert(c.name);
  std::set<std::string_view> rows;
  for (const fakes::CatalogueRow& row : fakes::catalogue()) {
    CAPTURE(row.name);
    CHECK(rows.insert(row.name).second);
    CHECK(tested.contains(row.name));
    CHECK(row.doc.ends_with('.'));
  }
}

TEST_CASE("every kind of fault has a row in the catalogue", "[wire]") {
  std::set<std::size_t> kinds;
  for (const wire::Case& c : all_cases()) kinds.insert(scenario_of(c).faults.at(0).action.index());
  for (std::size_t kind = 0; kind < fakes::kFaultKinds.size(); ++kind) {
    CAPTURE(fakes::kFaultKinds[kind].name);
    CHECK(kinds.contains(kind));
  }
}
