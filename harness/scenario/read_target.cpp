// The target of a scenario: an agent of the user's own, by its address or by the command that
// starts it.
#include <algorithm>
#include <filesystem>

#include "harness/scenario/sections.hpp"
#include "world/json_reader.hpp"
#include "world/json_text.hpp"

namespace harness {

namespace {

// What stands bare and is a number, a boolean or null in JSON is one there too.
void append_scalar(std::string& json, const YamlNode& node) {
  world::JsonReader reader(node.text);
  const world::JsonValue value = reader.take();
  const bool is_bare = !node.quoted && reader.finished() && value.type != world::JsonType::none &&
                       value.type != world::JsonType::string;
  if (is_bare) {
    json += node.text;
  } else {
    world::append_json_string(json, node.text);
  }
}

void append_json(std::string& json, const YamlNode& node) {
  const char* comma = "";
  switch (node.kind) {
    case YamlNode::Kind::null: json += "null"; return;
    case YamlNode::Kind::scalar: append_scalar(json, node); return;
    case YamlNode::Kind::list:
      json += '[';
      for (const YamlNode& item : node.items) {
        json += std::exchange(comma, ",");
        append_json(json, item);
      }
      json += ']';
      return;
    case YamlNode::Kind::map:
      json += '{';
      for (const YamlEntry& entry : node.entries) {
        json += std::exchange(comma, ",");
        world::append_json_string(json, entry.key);
        json += ':';
        append_json(json, entry.value);
      }
      json += '}';
      return;
  }
}

// The words in braces of a text: "{user}" has "user". What is no word in braces is left alone.
std::vector<std::string> words_in_braces(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t open = text.find('{'); open != std::string_view::npos;
       open = text.find('{', open + 1)) {
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) break;
    const std::string_view word = text.substr(open + 1, close - open - 1);
    const bool is_word = !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || c == '_';
    });
    if (is_word) words.emplace_back(word);
  }
  return words;
}

struct Template {
  Loading& loading;
  bool asks = false;  // what the user says is somewhere in it
};

void check_template(Template& found, const YamlNode& node, const std::string& path) {
  for (const YamlNode& item : node.items) check_template(found, item, path);
  for (const YamlEntry& entry : node.entries) {
    check_template(found, entry.value, path + "." + entry.key);
  }
  const std::vector<std::string> known = {"text", "session", "user",           "turn",
                                          "model", "messages", "server_session"};
  for (const std::string& word : words_in_braces(node.text)) {
    if (word == "text" || word == "messages") found.asks = true;
    if (std::find(known.begin(), known.end(), word) == known.end()) {
      refuse_value(found.loading.errors, node, Slot{path},
                   "has `{" + word + "}`, which nothing is put in for" +
                       did_you_mean(word, known));
    } else if (word == "messages" && node.text != "{messages}") {
      refuse_value(found.loading.errors, node, Slot{path},
                   "has `{messages}` within a text; it stands alone, and becomes a list");
    }
  }
}

// RFC 6901: nothing, or tokens that each begin with `/`; `~` stands only in ~0 and ~1.
void check_pointer(Loading& loading, const YamlNode& mapping, const char* key,
                   const std::string& pointer) {
  const YamlNode* node = mapping.find(key);
  if (node == nullptr) return;
  bool good = pointer.empty() || pointer.front() == '/';
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    const char next = i + 1 < pointer.size() ? pointer[i + 1] : '\0';
    if (pointer[i] == '~' && next != '0' && next != '1') good = false;
  }
  if (good) return;
  const bool lacks_slash = !pointer.empty() && pointer.find('~') == std::string::npos;
  std::string meant = "/" + pointer;
  std::replace(meant.begin(), meant.end(), '.', '/');
  refuse_value(loading.errors, *node, Slot{"target.mapping." + std::string(key)},
               "must be a JSON Pointer such as `/reply` or `/choices/0/text`, not `" + pointer +
                   "`" + (lacks_slash ? " (did you mean `" + meant + "`?)" : ""));
}

void check_mapping(Loading& loading, const YamlNode& target) {
  const Target& read = loading.scenario.target;
  const YamlNode* mapping = target.find("mapping");
  const bool is_json = read.dialect == TargetDialect::json;
  if (is_json && !read.mapping) {
    loading.errors.add(target.place,
                       "`target` speaks the dialect `json` and needs the key `mapping`, as "
                       "{request: {message: \"{text}\", session: \"{session}\"}, text: /reply}");
  }
  if (mapping == nullptr || !read.mapping) return;
  if (!is_json) {
    loading.errors.add(mapping->place, "`target.mapping` needs `dialect: json` beside it, not `" +
                                           std::string(name_of(read.dialect)) + "`");
    return;
  }
  const YamlNode& request = *mapping->find("request");
  Template found{loading};
  check_template(found, request, "target.mapping.request");
  if (!found.asks) {
    refuse_value(loading.errors, request, Slot{"target.mapping.request"},
                 "says nowhere what the user asks: put `{text}` or `{messages}` into it");
  }
  check_pointer(loading, *mapping, "text", read.mapping->text);
  check_pointer(loading, *mapping, "error", read.mapping->error);
  check_pointer(loading, *mapping, "session", read.mapping->session);
  const YamlNode* done = mapping->find("done");
  if (done != nullptr && read.mapping->stream != MappedStream::sse) {
    refuse_value(loading.errors, *done, Slot{"target.mapping.done"}, "needs `stream: sse`");
  }
}

bool is_token(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
  });
}

constexpr std::array<std::string_view, 4> kFraming = {"host", "content-length",
                                                      "transfer-encoding", "connection"};

void check_headers(Loading& loading, const YamlNode& target) {
  const YamlNode* headers = target.find("headers");
  if (headers == nullptr) return;
  for (const YamlEntry& entry : headers->entries) {
    const bool is_framing =
        std::find(kFraming.begin(), kFraming.end(), entry.key) != kFraming.end();
    if (is_token(entry.key) && is_one_line(entry.value.text) && !is_framing) continue;
    loading.errors.add(entry.place, "`target.headers." + entry.key +
                                        "` is not a header that can be set; write a name and a "
                                        "value of one line, as `x-tenant: test`");
  }
}

void check_environment(Loading& loading, const YamlNode& target) {
  const YamlNode* environment = target.find("environment");
  if (environment == nullptr) return;
  for (const YamlEntry& entry : environment->entries) {
    const bool good = !entry.key.empty() && entry.key.find('=') == std::string::npos &&
                      entry.key.find('\0') == std::string::npos &&
                      entry.value.text.find('\0') == std::string::npos;
    if (good) continue;
    loading.errors.add(entry.place,
                       "`target.environment." + entry.key + "` is not a variable's name");
  }
}

// Keys that mean something only beside a command, or beside an address of https. Which of them
// there is may be the command line's to say.
void check_needs(Loading& loading, const YamlNode& target) {
  const Target& read = loading.scenario.target;
  if (!read.is_given()) return;
  for (const char* key : {"directory", "stop_within", "environment"}) {
    const YamlNode* given = target.find(key);
    if (given == nullptr || !read.command.empty()) continue;
    refuse_value(loading.errors, *given, Slot{"target." + std::string(key)},
                 "needs `command` beside it");
  }
  for (const char* key : {"ca", "insecure"}) {
    const YamlNode* given = target.find(key);
    if (given == nullptr || read.url.starts_with("https://")) continue;
    refuse_value(loading.errors, *given, Slot{"target." + std::string(key)},
                 "needs a `url` that begins with `https://` beside it");
  }
}

void check_url(Loading& loading, const YamlNode& target) {
  const Target& read = loading.scenario.target;
  const YamlNode* written = target.find("url");
  if (written == nullptr) return;
  if (!read.url.starts_with("http://") && !read.url.starts_with("https://")) {
    const std::string meant = read.url.empty() ? "" : " (did you mean `http://" + read.url + "`?)";
    refuse_value(loading.errors, *written, Slot{"target.url"},
                 "must begin with `http://` or `https://`, not " + describe(*written) + meant);
  } else if (read.command.empty() && read.url.find("{port}") != std::string::npos) {
    refuse_value(loading.errors, *written, Slot{"target.url"},
                 "has `{port}`, which needs a `command` beside it");
  }
}

void check_path(Loading& loading, const YamlNode* node, const std::string& slot,
                const std::string& path) {
  if (node == nullptr || path.empty()) return;
  const bool good = path.front() == '/' && is_one_line(path) &&
                    path.find(' ') == std::string::npos;
  if (!good) {
    refuse_value(loading.errors, *node, Slot{slot},
                 "must begin with `/` and have no blanks, as `/chat`");
  }
}

// A path of the file, from where shakedown runs.
std::string beside(const Loading& loading, const std::string& path) {
  const auto folder = std::filesystem::path(loading.scenario.file).parent_path();
  return (folder / path).string();
}

}  // namespace

bool read_value(ErrorList&, const YamlNode& node, const Slot&, JsonText& out) {
  out.text.clear();
  append_json(out.text, node);
  return true;
}

void read_target(const YamlNode* node, Loading& loading) {
  Target& target = loading.scenario.target;
  if (!node || !read_value(loading.errors, *node, Slot{"target"}, target)) return;
  check_url(loading, *node);
  check_path(loading, node->find("path"), "target.path", target.path);
  const YamlNode* ready = node->find("ready");
  if (ready) check_path(loading, ready->find("path"), "target.ready.path", target.ready.path);
  check_needs(loading, *node);
  check_headers(loading, *node);
  check_environment(loading, *node);
  check_mapping(loading, *node);
  if (!target.command.empty() && target.command.front().empty()) {
    refuse_value(loading.errors, *node->find("command"), Slot{"target.command"},
                 "must begin with the name of a program");
  }
  if (!target.command.empty()) target.directory = beside(loading, target.directory);
  if (!target.ca.empty()) target.ca = beside(loading, target.ca);
}

}  // namespace harness
