// What each provider says to a request that met a rate limit, or a server with too much to do: in
// its own words, with its own status and headers, as it goes over the wire.
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "tests/fakes/dialect_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using fakes::LimitHit;
using fakes::LimitKind;
using nlohmann::json;

namespace {

struct Refused {
  fakes::Refusal refusal;
  json body;
};

Refused refused(const std::string& dialect, const LimitHit& hit) {
  const fakes::Refusal refusal = dialect_named(dialect).refusal_of_limit(hit, "fake-1");
  return {refusal, refusal_body(dialect_named(dialect), refusal)};
}

LimitHit hit_of(LimitKind kind) { return {kind, 80'000, 79'000, 4'000, 1'500ms, false}; }

std::string ask_in(const std::string& dialect, std::uint32_t user) {
  std::string request = post(dialect_named(dialect).chat_path(), ask({user, 0, 0}, false, 3));
  request.insert(request.find("\r\n") + 2, "anthropic-version: 2023-06-01\r\n");
  return request;
}

world::Task<void> one(world::Clock& clock, world::Network& network, world::Endpoint at,
                      std::string request, Talk& talk) {
  talk = co_await support::talk(clock, network, at, std::move(request), 20s, {});
}

// All at once.
world::Task<void> burst(world::Clock& clock, world::Network& network, world::Endpoint at,
                        std::string dialect, std::vector<Talk>& talks) {
  world::Scope scope(clock);
  for (std::size_t i = 0; i < talks.size(); ++i) {
    std::string request = ask_in(dialect, static_cast<std::uint32_t>(i));
    scope.spawn(one(clock, network, at, std::move(request), talks[i]));
  }
  co_await scope.join();
}

std::vector<Body> bodies_of(const fakes::Backend& backend, std::size_t requests) {
  FakeWorld<InSim> fake({}, backend);
  std::vector<Talk> talks(requests);
  fake.run(burst(fake.world.clock, fake.world.network, fake.at, backend.dialect, talks));
  std::vector<Body> bodies;
  for (const Talk& talk : talks) bodies.push_back(body_of(talk.bytes));
  return bodies;
}

}  // namespace

TEST_CASE("limits in the words of Anthropic", "[limits]") {
  const Refused tokens = refused("anthropic", hit_of(LimitKind::tokens));
  CHECK(tokens.refusal.status == 429);
  CHECK(tokens.body["type"] == "error");
  CHECK(tokens.body["error"]["type"] == "rate_limit_error");
  CHECK_THAT(tokens.body["error"]["message"].get<std::string>(),
             Catch::StartsWith("This request would exceed your organization's rate limit of 80,000 "
                               "tokens per minute. For details"));
  const Refused busy = refused("anthropic", hit_of(LimitKind::concurrent));
  CHECK_THAT(busy.body["error"]["message"].get<std::string>(),
             Catch::StartsWith("Number of concurrent connections has exceeded"));
}

TEST_CASE("limits in the words of Mistral: its service, and its gateway", "[limits]") {
  const Refused tokens = refused("mistral", hit_of(LimitKind::tokens));
  CHECK(tokens.body == json{{"object", "error"}, {"message", "Rate limit exceeded"},
                            {"type", "rate_limited"}, {"param", nullptr}, {"code", "1300"},
                            {"raw_status_code", 429}});
  const Refused requests = refused("mistral", hit_of(LimitKind::requests));
  CHECK(requests.refusal.status == 429);
  CHECK(requests.body["message"] == "Requests rate limit exceeded");
  CHECK_FALSE(requests.body.contains("type"));
}

TEST_CASE("limits in the words of Groq", "[limits]") {
  const Refused tokens = refused("groq", hit_of(LimitKind::tokens));
  CHECK(tokens.refusal.status == 429);
  CHECK(tokens.body["error"]["type"] == "tokens");
  CHECK(tokens.body["error"]["code"] == "rate_limit_exceeded");
  CHECK_THAT(tokens.body["error"]["message"].get<std::string>(),
             Catch::StartsWith("Rate limit reached for model `fake-1` in organization "
                               "`org_shakedown` service tier `on_demand` on tokens per minute "
                               "(TPM): Limit 80000, Used 79000, Requested 4000. Please try again "
                               "in 1.5s."));
  LimitHit large = hit_of(LimitKind::tokens);
  large.too_large = true;
  CHECK(refused("groq", large).refusal.status == 413);
}

TEST_CASE("limits in the words of Cerebras", "[limits]") {
  const Refused requests = refused("cerebras", hit_of(LimitKind::requests));
  CHECK(requests.body ==
        json{{"message", "Requests per minute limit exceeded - too many requests sent."},
             {"type", "too_many_requests_error"}, {"param", "quota"},
             {"code", "request_quota_exceeded"}});
  CHECK(refused("cerebras", hit_of(LimitKind::requests_day)).body["message"] ==
        "Requests per day limit exceeded - too many requests sent.");
  CHECK(refused("cerebras", hit_of(LimitKind::tokens)).body["code"] == "token_quota_exceeded");
  const Refused busy = refused("cerebras", hit_of(LimitKind::concurrent));
  CHECK(busy.refusal.status == 429);
  CHECK(busy.body["code"] == "queue_exceeded");
}

TEST_CASE("limits in the words of Cohere", "[limits]") {
  const Refused requests = refused("cohere", hit_of(LimitKind::requests));
  CHECK(requests.refusal.status == 429);
  CHECK_THAT(requests.body["message"].get<std::string>(),
             Catch::StartsWith("You are using a Trial key, which is limited to 80000 API calls / "
                               "minute."));
}

TEST_CASE("a limit on the wire: one refusal, and how long to wait in seconds alone", "[limits]") {
  const std::string dialect = GENERATE("anthropic", "cohere", "mistral", "groq", "cerebras");
  CAPTURE(dialect);
  fakes::Backend backend = steady_backend();
  backend.dialect = dialect;
  backend.limits.requests_per_minute = 6;
  int refusals = 0;
  for (const Body& body : bodies_of(backend, 7)) {
    if (body.status == 200) continue;
    ++refusals;
    CHECK(body.status == 429);
    CHECK(body.headers.get("retry-after") == "10");
    CHECK_FALSE(body.headers.contains("retry-after-ms"));
    CHECK(body.text.find("org-shakedown") == std::string::npos);  // that is OpenAI's
    CHECK(json::accept(body.text));
  }
  CHECK(refusals == 1);
}

TEST_CASE("a server with too much to do says so with its provider's status", "[load]") {
  struct Row {
    const char* dialect;
    int status;
    const char* says;
  };
  const Row row = GENERATE(Row{"anthropic", 529, R"("type":"overloaded_error")"},
                           Row{"cohere", 503, "service unavailable, please try again"},
                           Row{"mistral", 503, "Service tier capacity exceeded for this model."},
                           Row{"groq", 503, "Service Unavailable"},
                           Row{"cerebras", 503, R"("code":"queue_exceeded")"});
  CAPTURE(row.dialect);
  fakes::Backend backend = steady_backend();
  backend.dialect = row.dialect;
  backend.ttft = world::Distribution::fixed(2'000'000'000);  // all come before the first ends
  backend.scheduler.slots = 1;
  backend.scheduler.queue_max = 1;
  int refusals = 0;
  for (const Body& body : bodies_of(backend, 3)) {
    if (body.status == 200) continue;
    ++refusals;
    CHECK(body.status == row.status);
    CHECK(body.text.find(row.says) != std::string::npos);
  }
  CHECK(refusals == 1);
}

namespace {

// The words with every number and wait blotted out: figures differ from one refusal to the next.
std::string shape_of(const std::string& text) {
  const std::string shape = std::regex_replace(text, std::regex("[0-9]+(,[0-9]{3})*"), "#");
  return std::regex_replace(shape, std::regex("try again in [#.msh]+"), "try again in #");
}

std::set<std::string> names_of(const world::HttpHeaders& headers) {
  std::set<std::string> names;
  for (const auto& [name, value] : headers) names.insert(name);
  return names;
}

// Of two requests the second, which a backend of these limits refuses.
Body refused_by_limits(const std::string& dialect, const fakes::Limits& limits) {
  fakes::Backend backend = steady_backend();
  backend.dialect = dialect;
  backend.limits = limits;
  for (Body& body : bodies_of(backend, 2)) {
    if (body.status == 429) return body;
  }
  return {};
}

Body refused_by_fault(const std::string& dialect, const fakes::RateLimit& action) {
  fakes::Backend backend = steady_backend();
  backend.dialect = dialect;
  FakeWorld<InSim> fake({fault(action)}, backend);
  return body_of(fake.talk(ask_in(dialect, 1), 20s).bytes);
}

}  // namespace

TEST_CASE("the fault `rate_limit` looks as the refusal of a limit does", "[limits]") {
  fakes::Limits requests, tokens;
  requests.requests_per_minute = 1;
  tokens.requests_per_minute = 100;
  tokens.tokens_per_minute = 15;
  for (const std::string name :
       {"openai-chat", "anthropic", "cohere", "mistral", "groq", "cerebras"}) {
    for (const fakes::LimitOf of : {fakes::LimitOf::requests, fakes::LimitOf::tokens}) {
      const bool of_tokens = of == fakes::LimitOf::tokens;
      const Body real = refused_by_limits(name, of_tokens ? tokens : requests);
      fakes::RateLimit action;
      action.of = of;
      const Body played = refused_by_fault(name, action);
      CAPTURE(name, of_tokens, real.text, played.text);
      REQUIRE(real.status == 429);
      CHECK(played.status == 429);
      CHECK(shape_of(played.text) == shape_of(real.text));
      CHECK(names_of(played.headers) == names_of(real.headers));
      CHECK(played.headers.get("retry-after") == "20");
      for (const std::string kind : {"requests", "tokens", "tokens-minute"}) {
        const std::string left(real.headers.get("x-ratelimit-remaining-" + kind));
        if (left == "0") CHECK(played.headers.get("x-ratelimit-remaining-" + kind) == "0");
      }
    }
  }
}
