#include "harness/run/ledger_reader.hpp"

#include <catch2/catch.hpp>

#include "agent/ledger_json.hpp"

using namespace harness;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kOrigin = 5'000'000'000;

std::string line(const char* key, std::int64_t at_ns) {
  agent::LedgerEntry entry;
  entry.kind = agent::LedgerKind::called;
  entry.request = "u1.s0.t2";
  entry.key = key;
  entry.value = 3;
  return agent::to_line(entry, at_ns) + "\n";
}

struct Read {
  std::vector<agent::LedgerEntry> entries;
  std::uint64_t malformed = 0;
};

Read read(const std::string& output, std::size_t cut, double time_scale = 1) {
  Read result;
  LedgerReader reader(kOrigin, time_scale, [&result](const agent::LedgerEntry& entry) {
    result.entries.push_back(entry);
  });
  for (std::size_t i = 0; i < output.size(); i += cut) {
    reader.feed(std::string_view(output).substr(i, cut));
  }
  CHECK(reader.entries() == result.entries.size());
  result.malformed = reader.malformed();
  return result;
}

}  // namespace

TEST_CASE("entries come out whole wherever the output is cut", "[ledger]") {
  const std::string output = line("a", kOrigin + 7) + line("b", kOrigin + 9);
  for (std::size_t cut = 1; cut <= output.size(); ++cut) {
    const Read result = read(output, cut);
    REQUIRE(result.entries.size() == 2);
    CHECK(result.entries[0].key == "a");
    CHECK(result.entries[0].kind == agent::LedgerKind::called);
    CHECK(result.entries[0].request == "u1.s0.t2");
    CHECK(result.entries[0].value == 3);
    CHECK(result.entries[1].key == "b");
    CHECK(result.malformed == 0);
  }
}

TEST_CASE("the host's clock becomes scenario time", "[ledger]") {
  const std::string output = line("a", kOrigin + 2'000'000'000) + line("early", kOrigin - 1);
  CHECK(read(output, 100).entries[0].at == world::at(2s));
  CHECK(read(output, 100, 30).entries[0].at == world::at(60s));
  CHECK(read(output, 100).entries[1].at == world::at(0s));
}

TEST_CASE("what is no entry is counted and skipped, however long", "[ledger]") {
  const std::string endless(3 * agent::kLedgerLineBytesMax, 'x');
  const std::string output = "hello\n\n{\"at_ns\":1}\n" + endless + "\n" + line("a", kOrigin) +
                             endless + line("swallowed", kOrigin) + line("b", kOrigin) + "{\"at";
  for (const std::size_t cut : {std::size_t{1}, std::size_t{4'096}, output.size()}) {
    const Read result = read(output, cut);
    CHECK(result.malformed == 5);
    REQUIRE(result.entries.size() == 2);
    CHECK(result.entries[0].key == "a");
    CHECK(result.entries[1].key == "b");
  }
}
