// Keys of idempotency: what is read off a request, and what the store's answer means.
#include "agent/jobs/idempotency.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "agent/jobs/job_ids.hpp"
#include "world/digest.hpp"
#include "world/real_entropy.hpp"

using namespace agent;

TEST_CASE("SHA-256 is SHA-256", "[jobs]") {
  // FIPS 180-2, appendix B.
  CHECK(world::sha256_hex("abc") ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(world::sha256_hex("") ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("a key of idempotency is short, visible text", "[jobs][REQ-029]") {
  struct Row {
    std::string header;
    std::optional<std::string> key;
  };
  const std::vector<Row> rows = {
      {"8e03978e-40d5", "8e03978e-40d5"},
      {"\"8e03978e-40d5\"", "8e03978e-40d5"},
      {"  k  ", "k"},
      {"\"", "\""},
      {std::string(255, 'k'), std::string(255, 'k')},
      {std::string(256, 'k'), std::nullopt},
      {"", std::nullopt},
      {"\"\"", std::nullopt},
      {"two words", std::nullopt},
      {"tab\tbed", std::nullopt},
      {"\xC3\xA4", std::nullopt},
      {"\x7F", std::nullopt},
  };
  for (const Row& row : rows) {
    CAPTURE(row.header);
    CHECK(read_idempotency_key(row.header) == row.key);
  }
}

TEST_CASE("JSON has one canonical form", "[jobs][REQ-029]") {
  struct Row {
    std::string text;
    std::string canonical;
  };
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  const std::vector<Row> rows = {
      {R"( { "b" : 1 , "a" : [ 1 , true , null ] } )", R"({"a":[1,true,null],"b":1})"},
      {R"({"a":{"d":{},"c":[]}})", R"({"a":{"c":[],"d":{}}})"},
      {R"({"\u0061":"\u0062\/"})", R"({"a":"b/"})"},
      {R"({"a":1,"a":2})", R"({"a":2})"},
      {R"([{"b":1,"a":2},[]])", R"([{"a":2,"b":1},[]])"},
      {"1.0", "1.0"},
      {"\"x\"", "\"x\""},
      // What is no JSON, or too deep, stays as it is.
      {"{\"a\":", "{\"a\":"},
      {"{} {}", "{} {}"},
      {"", ""},
      {deep, deep},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(canonical_json(row.text) == row.canonical);
  }
}

TEST_CASE("a fingerprint is of method, path and canonical body", "[jobs][REQ-029]") {
  const std::string print = fingerprint_of("POST", "/v1/responses", R"({"a":1,"b":2})");
  CHECK(print.size() == 64);
  CHECK(fingerprint_of("POST", "/v1/responses", R"({ "b":2, "a":1 })") == print);
  const std::set<std::string> all = {
      print,
      fingerprint_of("PUT", "/v1/responses", R"({"a":1,"b":2})"),
      fingerprint_of("POST", "/v1/chat", R"({"a":1,"b":2})"),
      fingerprint_of("POST", "/v1/responses", R"({"a":1,"b":3})"),
      fingerprint_of("POST", "/v1/responses{", R"("a":1,"b":3})"),
      fingerprint_of("POS", "T/v1/responses", R"({"a":1,"b":2})"),
  };
  CHECK(all.size() == 6);
}

TEST_CASE("what a request under a key gets", "[jobs][REQ-029]") {
  using How = Created::How;
  struct Row {
    How how;
    JobState state;
    Replay replay;
  };
  const std::vector<Row> rows = {
      {How::created, JobState::queued, Replay::none},
      {How::replayed, JobState::queued, Replay::in_flight},
      {How::replayed, JobState::in_progress, Replay::in_flight},
      {How::replayed, JobState::completed, Replay::again},
      {How::replayed, JobState::failed, Replay::again},
      {How::replayed, JobState::cancelled, Replay::again},
      {How::replayed, JobState::incomplete, Replay::again},
      {How::conflict, JobState::queued, Replay::conflict},
      {How::conflict, JobState::completed, Replay::conflict},
  };
  for (const Row& row : rows) {
    Created created;
    created.how = row.how;
    created.row.state = row.state;
    CHECK(replay_of(created) == row.replay);
  }
}

TEST_CASE("ids of jobs are 128 bits of two seeds", "[jobs][REQ-087]") {
  constexpr int kMany = 10'000;
  std::set<std::string> seen;
  for (const auto& [high, low] : {std::pair(1, 2), std::pair(1, 3), std::pair(3, 2)}) {
    JobIds ids{world::Random(high), world::Random(low)};
    for (int i = 0; i < kMany; ++i) {
      const std::string id = ids.next("resp_");
      if (id.size() != 37) FAIL(id);
      seen.insert(id);
    }
  }
  CHECK(seen.size() == 3 * kMany);
  JobIds one{world::Random(1), world::Random(2)};
  JobIds same{world::Random(1), world::Random(2)};
  CHECK(one.next("resp_") == same.next("resp_"));
  CHECK(world::entropy_bits() != world::entropy_bits());
}
