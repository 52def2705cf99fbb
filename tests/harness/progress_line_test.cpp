#include "harness/run/progress_line.hpp"

#include <catch2/catch.hpp>

#include "reports/text.hpp"

using harness::progress_text;
using harness::ProgressFacts;
using namespace std::chrono_literals;

namespace {

ProgressFacts half_way() {
  ProgressFacts facts;
  facts.scenario = "backend_down";
  facts.done = 150;
  facts.all = 300;
  facts.rate = 20.04;
  facts.p95 = 1'200ms;
  facts.ended = 1'000;
  facts.failed = 15;
  facts.faults = {"down"};
  facts.left = 149.7;
  return facts;
}

}  // namespace

TEST_CASE("the progress line says how far, how fast, how well, what is broken, how long") {
  CHECK(progress_text(half_way()) ==
        "backend_down              50%  20/s  p95 1.2s  errors 1.5%  [down]  2m 30s left");
}

TEST_CASE("the progress line of a run that has not begun") {
  ProgressFacts facts = half_way();
  facts.done = -12;
  CHECK(progress_text(facts) == "backend_down              begins in 12s");
}

TEST_CASE("the progress line says nothing that it does not know") {
  ProgressFacts facts;
  facts.scenario = "steady";
  facts.all = 60;
  CHECK(progress_text(facts) == "steady                     0%  0/s  errors 0%");
}

TEST_CASE("the progress line is one line of at most 79 columns, whatever it is told") {
  ProgressFacts facts = half_way();
  facts.scenario = std::string(64, 'x');
  facts.faults.clear();
  for (int i = 0; i < 30; ++i) {
    facts.faults.push_back("fault-" + std::to_string(i) + "\x1b[31m\n");
    const std::string line = progress_text(facts);
    CHECK(reports::width_of(line) <= 79);
    CHECK(line.find('\x1b') == std::string::npos);
    CHECK(line.find('\n') == std::string::npos);
    CHECK(line.ends_with("left"));
  }
}
