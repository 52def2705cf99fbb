// What is said of a target's process: its last words, and never a secret.
#include "harness/run/target_process.hpp"

#include <catch2/catch.hpp>

using namespace harness;

TEST_CASE("target: the last words of a process are one harmless line", "[target]") {
  struct Row {
    std::string output;
    std::string words;
  };
  for (const Row& row :
       {Row{"", "it said nothing"}, Row{" \n\n", "it said nothing"},
        Row{"one\n", "its last output: one"},
        Row{"one\n\n two\nthree", "its last output: one | two | three"},
        Row{"\x1b[1;31mred\x1b[0m\x07!\r\n", "its last output: red ! "},
        Row{"\xff\xfe\n", "its last output: \xEF\xBF\xBD\xEF\xBF\xBD"},
        Row{"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "its last output: 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9"},
        Row{"Error: no such module\n    at load (a.js:1)\n\tat run (b.js:2)\n  code: 7\n",
            "its last output: Error: no such module | code: 7"},
        Row{"\x1b[", "it said nothing"}}) {
    CHECK(last_words(row.output) == row.words);
  }
  CHECK(last_words(std::string(100'000, 'x')).size() < 300);
}

TEST_CASE("target: secrets are put out of what is shown", "[target]") {
  CHECK(without_secrets("key abcd, abcd", {"abcd"}) == "key ***, ***");
  CHECK(without_secrets("abcdefgh", {"abcd", "efgh"}) == "******");
  CHECK(without_secrets("nothing", {"abcd"}) == "nothing");
  CHECK(without_secrets("****", {"***"}) == "****");
  CHECK(without_secrets("any", {}) == "any");
}
