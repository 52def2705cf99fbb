#include "harness/commands/shell_words.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

using harness::split_words;

TEST_CASE("words of a command, as a shell splits them", "[target]") {
  using Words = std::vector<std::string>;
  struct Row {
    const char* command;
    Words words;
  };
  for (const Row& row : {Row{"node server.mjs", {"node", "server.mjs"}},
                         Row{"  a\t b\n", {"a", "b"}},
                         Row{"a 'b c' \"d e\"f", {"a", "b c", "d ef"}},
                         Row{R"(a b\ c \'x "q\"\\z" 'r\s')", {"a", "b c", "'x", "q\"\\z", "r\\s"}},
                         Row{"a '' \"\"", {"a", "", ""}},
                         Row{"sh -c 'a | b > $C'", {"sh", "-c", "a | b > $C"}}}) {
    INFO(row.command);
    CHECK(split_words(row.command) == row.words);
  }
  for (const char* wrong : {"", "  ", "''", "a 'b", "a \"b", "a | b", "a > b", "a $B", "a; b"}) {
    INFO(wrong);
    CHECK_THROWS_AS(split_words(wrong), std::runtime_error);
  }
}
