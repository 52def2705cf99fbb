// What is read of a command and of its output: pure functions, as tables.
#include <catch2/catch.hpp>

#include "agent/tools/command_output.hpp"
#include "agent/tools/command_request.hpp"
#include "agent/tools/plain_text.hpp"

using namespace agent;
using namespace std::chrono_literals;

TEST_CASE("output becomes text that is safe to show", "[tools][REQ-073]") {
  struct Row {
    std::string bytes;
    std::string text;
  };
  const Row rows[] = {
      {"plain\ttext\n", "plain\ttext\n"},
      {"a\r\nb\rc", "a\nb\nc"},
      {std::string("z\0e\ar\bo\x7f", 8), "zero"},
      {"\x1b[1;31mred\x1b[0m and \x1b]0;title\x07 done\x1b]8;;x\x1b\\.", "red and  done."},
      {"cut \x1b[12", "cut "},
      {"caf\xC3\xA9 \xE2\x82\xAC", "caf\xC3\xA9 \xE2\x82\xAC"},
      {"bad \xC3( \xFF", "bad \xEF\xBF\xBD( \xEF\xBF\xBD"},
      {"turn\xE2\x80\xAEs \xE2\x81\xA6" "back\xC2\x85", "turns back"},
      {"key sk-abcdefghijklmnop done", "key [redacted] done"},
      {"OPENAI=sk-abc_DEF-ghi.jkl-mnop", "OPENAI=[redacted]"},
      {"ghp_0123456789abcdefghij,AKIAABCDEFGHIJKLMNOP", "[redacted],[redacted]"},
      {"Authorization: Bearer abcdefghijklmnop.qrst", "Authorization: Bearer [redacted]"},
      {"task-sk-short risk-assessment-of-all", "task-sk-short risk-assessment-of-all"},
      {"the bearer of Bearer short", "the bearer of Bearer short"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.bytes);
    CHECK(plain_text(row.bytes) == row.text);
  }
}

TEST_CASE("one line of it, bounded, cut between characters", "[tools][REQ-073]") {
  CHECK(plain_line("a\nb\tc", 10) == "a b c");
  CHECK(plain_line("0123456789", 10) == "0123456789");
  CHECK(plain_line("0123456789a", 10) == "0123456...");
  CHECK(plain_line("01234\xC3\xA9\xC3\xA9\xC3\xA9", 10) == "01234\xC3\xA9...");
  CHECK(plain_line("0123456789a", 2) == "...");
}

TEST_CASE("how far a line says to have come", "[tools][REQ-080]") {
  struct Row {
    const char* line;
    int percent;
  };
  const Row rows[] = {{"", -1},          {"nothing", -1},        {"%", -1},
                      {"2%", 2},         {"[ 45%] Building", 45}, {"99.9% done", 99},
                      {"100%", 100},     {"101%", -1},           {"1000%", -1},
                      {"5% then 70%", 70}, {"70% of %d", 70},    {"12.5.1%", 12},
                      {"7 %", -1},       {".5%", -1}};
  for (const Row& row : rows) {
    CAPTURE(row.line);
    CHECK(percent_in(row.line) == row.percent);
  }
}

TEST_CASE("output is kept with its beginning and its end", "[tools]") {
  CommandOutput output(20);
  SECTION("all of it while it fits") {
    output.add("0123456789");
    output.add("abcdefghij");
    CHECK_FALSE(output.truncated());
    CHECK(output.text() == "0123456789abcdefghij");
  }
  SECTION("then a line says what is missing") {
    for (int i = 0; i < 100; ++i) output.add("0123456789");
    output.add("the end");
    CHECK(output.truncated());
    CHECK(output.bytes() == 1'007);
    CHECK(output.text() == "0123456789\n[... 987 bytes left out ...]\n789the end");
  }
  SECTION("in one piece") {
    output.add(std::string(1'000'000, 'x') + "0123456789");
    CHECK(output.text() == "xxxxxxxxxx\n[... 999990 bytes left out ...]\n0123456789");
  }
}

TEST_CASE("the last line, and progress that never falls", "[tools][REQ-080]") {
  CommandOutput output(1'000);
  CHECK(output.percent() == -1);
  CHECK(output.last_line().empty());
  output.add("one\n12");
  CHECK(output.last_line() == "12");
  CHECK(output.percent() == -1);
  output.add("% of it\r\n");
  CHECK(output.last_line() == "12% of it");
  CHECK(output.percent() == 12);
  output.add("\n\n");
  CHECK(output.last_line() == "12% of it");
  output.add("40%\n50%\n30%\nrest");
  CHECK(output.last_line() == "rest");
  CHECK(output.percent() == 30);
  output.add(std::string(5'000, 'y'));
  CHECK(output.last_line().size() == CommandOutput::kLineBytesMax);
  output.add("\n3%\n");
  CHECK(output.last_line() == "3%");
  CHECK(output.percent() == 30);
}

TEST_CASE("what the model wants to run is checked", "[tools][REQ-103]") {
  CommandConfig config;
  config.allow = {"ls", "make"};
  config.timeout = 30s;
  config.timeout_max = 900s;
  struct Row {
    std::string arguments;
    std::string wrong;
    std::size_t words;
    world::Nanos timeout;
  };
  const std::string long_word(5'000, 'x');
  std::string many = R"("ls")";
  for (int i = 0; i < 64; ++i) many += R"(,"x")";
  const std::string shape = R"(The arguments must be a JSON object such as )"
                            R"({"argv":["ls","-l"],"timeout_seconds":60}.)";
  const std::string list = "`argv` must be a list of 1 to 64 texts, ";
  const std::string range = "`timeout_seconds` must be a whole number from 1 to 900, got ";
  const Row rows[] = {
      {R"({"argv":["ls"]})", "", 1, 30s},
      {R"({"argv":["ls","-l",""],"timeout_seconds":600})", "", 3, 600s},
      {R"({"timeout_seconds":900,"argv":["make","a; rm -rf $(b) | c"]})", "", 2, 900s},
      {"", shape, 0, 0s},
      {"[]", shape, 0, 0s},
      {R"({"argv":["ls"]} more)", shape, 0, 0s},
      {R"({"argv":["ls")", shape, 0, 0s},
      {"{}", list + "got nothing.", 0, 0s},
      {R"({"argv":"ls -l"})", list + "got \"ls -l\".", 0, 0s},
      {R"({"argv":null})", list + "got null.", 0, 0s},
      {R"({"argv":[]})", list + "got none.", 0, 0s},
      {R"({"argv":["ls",7]})", list + "one of them is not a text: got 7.", 0, 0s},
      {R"({"argv":[)" + many + "]}", list + "got more.", 0, 0s},
      {R"({"argv":[""]})", "`argv[0]` must name a program, got an empty text.", 0, 0s},
      {R"({"argv":["ls",")" + long_word + R"("]})",
       "A word of `argv` must not be longer than 4096 bytes.", 0, 0s},
      {R"({"argv":["ls","a\u0000b"]})", "A word of `argv` must not hold a zero byte.", 0, 0s},
      {R"({"argv":["ls"],"timeout_seconds":0})", range + "0.", 0, 0s},
      {R"({"argv":["ls"],"timeout_seconds":901})", range + "901.", 0, 0s},
      {R"({"argv":["ls"],"timeout_seconds":"60"})", range + "\"60\".", 0, 0s},
      {R"({"argv":["ls"],"timeout_seconds":1.5})", range + "1.5.", 0, 0s},
      {R"({"argv":["ls"],"shell":true})",
       "There is no argument `shell`; there are `argv` and `timeout_seconds`.", 0, 0s},
      {R"({"argv":["rm","-rf","/"]})",
       "The program `rm` is not allowed, so nothing was done. Allowed are: ls, make.", 0, 0s},
      {R"({"argv":["/bin/ls"]})",
       "The program `/bin/ls` is not allowed, so nothing was done. Allowed are: ls, make.", 0, 0s},
  };
  for (const Row& row : rows) {
    CAPTURE(row.arguments);
    CommandRequest request;
    CHECK(read_command(row.arguments, config, request) == row.wrong);
    if (!row.wrong.empty()) continue;
    CHECK(request.argv.size() == row.words);
    CHECK(request.timeout == row.timeout);
  }
  CommandRequest request;
  CHECK(read_command(R"({"argv":[")" + std::string(70'000, 'x') + "\"]}", config, request) ==
        "The arguments must not be longer than 65536 bytes.");
}

TEST_CASE("a command in one line, for people", "[tools][REQ-072]") {
  CHECK(command_line({"make", "all"}) == "make all");
  CHECK(command_line({"echo", "two words", ""}) == "echo 'two words' ''");
  CHECK(command_line({"curl", "sk-abcdefghijklmnopqr"}) == "curl [redacted]");
  CHECK(command_line({"x", std::string(1'000, 'y')}).size() == 200);
}
