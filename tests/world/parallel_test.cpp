#include <atomic>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "world/thread.hpp"

using world::run_parallel;

TEST_CASE("run_parallel does each piece once and tells of them in order") {
  for (const std::size_t jobs : {1u, 2u, 4u, 100u}) {
    for (const std::size_t count : {0u, 1u, 3u, 64u}) {
      CAPTURE(jobs, count);
      std::vector<int> done(count, 0);
      std::vector<std::size_t> order;
      run_parallel(
          jobs, count, [&](std::size_t i) { ++done[i]; },
          [&](std::size_t i) {
            CHECK(done[i] == 1);
            order.push_back(i);
          });
      CHECK(done == std::vector<int>(count, 1));
      REQUIRE(order.size() == count);
      for (std::size_t i = 0; i < count; ++i) CHECK(order[i] == i);
    }
  }
}

TEST_CASE("pieces of run_parallel run side by side") {
  // Each waits for the other to have begun: with one thread this would never end.
  std::atomic<int> begun{0};
  run_parallel(2, 2, [&](std::size_t) {
    ++begun;
    while (begun < 2) {
    }
  });
  CHECK(begun == 2);
}

TEST_CASE("an exception of run_parallel comes out when all threads have ended") {
  for (const std::size_t jobs : {1u, 4u}) {
    CAPTURE(jobs);
    std::vector<std::size_t> told;
    const auto work = [](std::size_t i) {
      if (i >= 2) throw std::runtime_error("piece " + std::to_string(i));
    };
    CHECK_THROWS_WITH(run_parallel(jobs, 50, work, [&](std::size_t i) { told.push_back(i); }),
                      Catch::StartsWith("piece "));
    CHECK(told.size() <= 2);  // never one behind the gap
    CHECK_THROWS_WITH(
        run_parallel(jobs, 50, [](std::size_t) {},
                     [](std::size_t i) {
                       if (i == 1) throw std::runtime_error("told of 1");
                     }),
        "told of 1");
  }
}
