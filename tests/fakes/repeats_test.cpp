// Attempts of clients that say neither a turn nor which retry it is: the same request again is the
// next attempt, until it has succeeded, or for a while.
#include "fakes/repeats.hpp"

#include <catch2/catch.hpp>

#include "tests/fakes/fake_world.hpp"

using namespace support;
using namespace std::chrono_literals;

namespace {

const std::string kPlain = R"({"model":"m","messages":[{"role":"user","content":"Hi."}]})";
const std::string kOther = R"({"model":"m","messages":[{"role":"user","content":"Ho."}]})";

std::string with_header(std::string request, const std::string& header) {
  return request.insert(request.find("host: x\r\n"), header + "\r\n");
}

fakes::Fault failing(std::uint32_t attempts) {
  fakes::Fault f = fault(fakes::Status{});
  f.attempts.last = attempts;
  return f;
}

std::vector<int> statuses(FakeWorld<InSim>& fake, const std::vector<std::string>& requests) {
  std::vector<int> found;
  for (const std::string& request : requests) {
    found.push_back(body_of(fake.talk(request, 10s, "}}").bytes).status);
  }
  return found;
}

}  // namespace

TEMPLATE_TEST_CASE("repeats: a client without a word on retries fails twice, then succeeds",
                   "[repeats]", InSim, Live) {
  const std::string dialect = GENERATE("openai-chat", "cohere", "mistral");
  CAPTURE(dialect);
  fakes::Backend backend;
  backend.dialect = dialect;
  backend.ttft = backend.inter_token = world::Distribution::fixed(0);
  backend.output_tokens = world::Distribution::fixed(3);
  FakeWorld<TestType> fake({failing(2)}, backend);
  const std::string path(fakes::find_dialect(dialect)->chat_path());
  std::vector<int> found;
  std::vector<std::uint32_t> attempts;
  for (int n = 0; n < 4; ++n) {
    found.push_back(body_of(fake.talk(post(path, kPlain), 2s, "}").bytes).status);
    attempts.push_back(fake.records.back().attempt);
  }
  CHECK(found == std::vector<int>{503, 503, 200, 503});  // success has ended its count
  CHECK(attempts == std::vector<std::uint32_t>{1, 2, 3, 1});
}

TEST_CASE("repeats: requests that differ are counted apart", "[repeats]") {
  FakeWorld<InSim> fake({failing(1)});
  const std::string keyed = with_header(post_chat(kPlain), "authorization: Bearer other");
  CHECK(statuses(fake, {post_chat(kPlain), post_chat(kOther), keyed, post_chat(kPlain),
                        post_chat(kOther), keyed}) ==
        std::vector<int>{503, 503, 503, 200, 200, 200});
}

TEST_CASE("repeats: who tells which retry it is, is believed", "[repeats]") {
  FakeWorld<InSim> fake({failing(1)});
  const std::string first = with_header(post_chat(kPlain), "x-stainless-retry-count: 0");
  const std::string second = with_header(post_chat(kPlain), "x-stainless-retry-count: 1");
  CHECK(statuses(fake, {first, first, second}) == std::vector<int>{503, 503, 200});
}

TEST_CASE("repeats: rules of replies see the attempt", "[repeats]") {
  fakes::Backend backend = steady_backend();
  fakes::ReplyRule rule;
  rule.match.attempt = world::CountRange{2, 2};
  rule.text = "again";
  backend.replies = {rule};
  FakeWorld<InSim> fake({failing(1)}, backend);
  CHECK(statuses(fake, {post_chat(kPlain)}) == std::vector<int>{503});
  CHECK(fake.talk(post_chat(kPlain), 9s, "}}").bytes.find("again") != std::string::npos);
}

TEST_CASE("repeats: a count ends with time, and for want of room", "[repeats]") {
  fakes::Repeats repeats(2, 10min);
  CHECK(repeats.next(1, world::at(0s)) == 1);
  CHECK(repeats.next(1, world::at(10min)) == 2);
  CHECK(repeats.next(1, world::at(20min + 1ns)) == 1);
  CHECK(repeats.next(2, world::at(21min)) == 1);
  CHECK(repeats.next(3, world::at(21min)) == 1);  // no room for the first
  CHECK(repeats.size() == 2);
  CHECK(repeats.next(2, world::at(21min)) == 2);
  CHECK(repeats.next(1, world::at(21min)) == 1);
  repeats.succeeded(2);
  CHECK(repeats.next(2, world::at(21min)) == 1);
}
