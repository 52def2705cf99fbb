#include "agent/tools/command_request.hpp"

#include <algorithm>

#include "agent/tools/plain_text.hpp"
#include "world/json_reader.hpp"

namespace agent {

using world::JsonReader;
using world::JsonType;
using world::JsonValue;

namespace {

constexpr std::size_t kGotBytesMax = 64;
constexpr std::string_view kShape =
    R"(The arguments must be a JSON object such as {"argv":["ls","-l"],"timeout_seconds":60}.)";

std::string got(const JsonValue& value) {
  if (value.type == JsonType::none) return "got nothing.";
  return "got " + plain_line(value.raw, kGotBytesMax) + ".";
}

std::string read_words(const JsonValue& list, std::vector<std::string>& words) {
  const std::string most = std::to_string(CommandRequest::kWordsMax);
  const std::string expected = "`argv` must be a list of 1 to " + most + " texts, ";
  if (list.type != JsonType::array) return expected + got(list);
  JsonReader reader(list.raw);
  reader.enter_array();
  while (reader.next_item()) {
    const JsonValue item = reader.take();
    if (item.type != JsonType::string) return expected + "one of them is not a text: " + got(item);
    if (words.size() == CommandRequest::kWordsMax) return expected + "got more.";
    words.push_back(item.text());
    const std::string& word = words.back();
    if (word.size() > CommandRequest::kWordBytesMax) {
      return "A word of `argv` must not be longer than " +
             std::to_string(CommandRequest::kWordBytesMax) + " bytes.";
    }
    if (word.find('\0') != std::string::npos) return "A word of `argv` must not hold a zero byte.";
  }
  if (words.empty()) return expected + "got none.";
  if (words.front().empty()) return "`argv[0]` must name a program, got an empty text.";
  return {};
}

std::string read_timeout(const JsonValue& value, const CommandConfig& config,
                         world::Nanos& timeout) {
  timeout = config.timeout;
  if (value.type == JsonType::none) return {};
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::int64_t most = config.timeout_max.count() / kSecond;
  const auto seconds = value.integer();
  if (!seconds || *seconds < 1 || *seconds > most) {
    return "`timeout_seconds` must be a whole number from 1 to " + std::to_string(most) + ", " +
           got(value);
  }
  timeout = world::Nanos(*seconds * kSecond);
  return {};
}

std::string refuse_program(const std::string& program, const CommandConfig& config) {
  const auto& allow = config.allow;
  if (std::find(allow.begin(), allow.end(), program) != allow.end()) return {};
  std::string sentence = "The program `" + plain_line(program, kGotBytesMax) +
                         "` is not allowed, so nothing was done. Allowed are: ";
  for (std::size_t i = 0; i < allow.size(); ++i) sentence += (i > 0 ? ", " : "") + allow[i];
  return sentence + ".";
}

}  // namespace

std::string read_command(std::string_view arguments, const CommandConfig& config,
                         CommandRequest& request) {
  if (arguments.size() > CommandRequest::kArgumentsBytesMax) {
    return "The arguments must not be longer than " +
           std::to_string(CommandRequest::kArgumentsBytesMax) + " bytes.";
  }
  JsonReader reader(arguments);
  if (!reader.enter_object()) return std::string(kShape);
  JsonValue argv;
  JsonValue timeout;
  std::string_view key;
  while (reader.next_key(key)) {
    const bool is_argv = key == "argv";
    const bool is_timeout = key == "timeout_seconds";
    if (!is_argv && !is_timeout) {
      return "There is no argument `" + plain_line(key, kGotBytesMax) +
             "`; there are `argv` and `timeout_seconds`.";
    }
    (is_argv ? argv : timeout) = reader.take();
  }
  if (!reader.finished()) return std::string(kShape);
  std::string wrong = read_words(argv, request.argv);
  if (wrong.empty()) wrong = read_timeout(timeout, config, request.timeout);
  if (wrong.empty()) wrong = refuse_program(request.argv.front(), config);
  return wrong;
}

std::string command_line(const std::vector<std::string>& argv) {
  constexpr std::size_t kLineBytesMax = 200;
  std::string line;
  for (const std::string& word : argv) {
    if (!line.empty()) line += ' ';
    const bool is_plain = !word.empty() && word.find_first_of(" \t\n'\"") == std::string::npos;
    line += is_plain ? word : '\'' + word + '\'';
    if (line.size() > 4 * kLineBytesMax) break;
  }
  return plain_line(line, kLineBytesMax);
}

}  // namespace agent
