#include "harness/scenario/corpus.hpp"

#include <array>
#include <optional>
#include <utility>

#include "harness/scenario/errors.hpp"
#include "harness/scenario/load_class.hpp"
#include "harness/scenario/yaml_document.hpp"
#include "world/json_reader.hpp"
#include "world/json_text.hpp"

namespace harness {
namespace {

using world::JsonReader;
using world::JsonType;
using world::JsonValue;
using Members = std::vector<std::pair<std::string, std::string>>;  // name and JSON text

const Members kGoodChat = {{"model", R"("agent")"},
                           {"messages", R"([{"role":"user","content":"[turn] Hello."}])"},
                           {"user", R"("[user]")"}};
const Members kGoodResponses = {
    {"model", R"("agent")"}, {"input", R"("[turn] Hello.")"}, {"user", R"("[user]")"}};

// One line of the file; says what is wrong with it.
struct Line {
  std::string_view text;
  Place place;

  [[noreturn]] void refuse(std::string sentence) const {
    throw ScenarioErrors({{place, std::move(sentence)}});
  }
  JsonValue member(std::string_view name) const { return world::member_of(text, name); }
  std::string string(std::string_view name, bool required) const {
    const JsonValue value = member(name);
    if (value.type == JsonType::string) return value.text();
    if (value || required) refuse("`" + std::string(name) + "` must be a text");
    return {};
  }
};

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
}

// Each character up to U+00FF as one byte: how a row writes bytes that are no UTF-8.
std::string as_bytes(const Line& line, std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      bytes += text[i];
    } else if ((c == 0xc2 || c == 0xc3) && i + 1 < text.size()) {
      bytes += static_cast<char>((c & 3) << 6 | (static_cast<unsigned char>(text[++i]) & 0x3f));
    } else {
      line.refuse("a row of `latin1` has a character above U+00FF");
    }
  }
  return bytes;
}

void set(const Line& line, Members& members) {
  const JsonValue changes = line.member("set");
  if (!changes) return;
  JsonReader reader(changes.raw);
  if (!reader.enter_object()) line.refuse("`set` must be an object");
  std::string_view key;
  while (reader.next_key(key)) {
    const std::string name(key);
    const std::string value(reader.take().raw);
    bool there = false;
    for (auto& [known, text] : members) {
      if (known != name) continue;
      text = value;
      there = true;
    }
    if (!there) members.emplace_back(name, value);
  }
}

std::string render(const Members& members, const std::string& further) {
  std::string body = "{";
  for (const auto& [name, value] : members) {
    if (body.size() > 1) body += ',';
    world::append_json_string(body, name);
    body += ':';
    body += value;
  }
  if (!further.empty()) body += (body.size() > 1 ? "," : "") + further;
  return body + '}';
}

std::string read_text(const Line& line, const std::string& api) {
  std::string text;
  if (line.member("body")) {
    text = line.string("body", true);
  } else {
    Members members = api == "chat" ? kGoodChat : kGoodResponses;
    const std::string without = line.string("without", false);
    std::erase_if(members, [&](const auto& member) { return member.first == without; });
    set(line, members);
    text = render(members, line.string("member", false));
  }
  return line.member("latin1").is_true() ? as_bytes(line, text) : text;
}

CorpusRow read_row(const Line& line) {
  JsonReader whole(line.text);
  const bool is_object = whole.peek() == JsonType::object && whole.take() && whole.finished();
  if (!is_object) line.refuse("a row of a corpus must be one JSON object");
  CorpusRow row;
  row.name = line.string("name", true);
  row.api = line.string("api", true);
  if (row.api != "chat" && row.api != "responses") {
    line.refuse("`api` must be `chat` or `responses`, not `" + excerpt(row.api) + "`");
  }
  row.code = line.string("code", true);
  if (const JsonValue status = line.member("status")) {
    row.status = static_cast<int>(status.integer().value_or(0));
    if (row.status < 400 || row.status > 499) line.refuse("`status` must be from 400 to 499");
  }
  row.pointer = line.string("pointer", true);
  row.expected = line.string("expected", true);
  row.got = line.string("got", true);
  row.suggestion = line.string("suggestion", false);
  row.text = read_text(line, row.api);
  if (const JsonValue repeat = line.member("repeat")) {
    row.repeated = world::member_of(repeat.raw, "text").text();
    const std::int64_t times = world::member_of(repeat.raw, "times").integer().value_or(0);
    const auto most = static_cast<std::int64_t>(kCorpusBodyMax / (row.repeated.size() + 1));
    if (row.repeated.empty() || times < 1 || times > most) {
      line.refuse("`repeat` must be a text and how many times, at most 64 MiB in all");
    }
    row.times = static_cast<std::size_t>(times);
  }
  return row;
}

}  // namespace

Corpus parse_corpus(std::string_view text, const std::string& file) {
  Corpus corpus;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const Line line{text.substr(0, end), Place{file, number, 1}};
    text.remove_prefix(std::min(end + 1, text.size()));
    if (corpus.size() == kCorpusRowsMax) {
      line.refuse("the corpus has more than " + std::to_string(kCorpusRowsMax) + " rows");
    }
    corpus.push_back(read_row(line));
  }
  if (corpus.empty()) throw ScenarioErrors({{Place{file, 0, 0}, "the corpus has no rows"}});
  return corpus;
}

Corpus read_corpus(const std::string& path) {
  return parse_corpus(read_bounded(path, kCorpusBytesMax, "a corpus"), path);
}

std::string body_of(const CorpusRow& row, world::TurnId turn) {
  std::string body = row.text;
  replace_all(body, "[turn]", world::marker(turn));
  const std::string name = world::to_text(turn);
  replace_all(body, "[user]", std::string_view(name).substr(0, name.find('.')));
  constexpr std::string_view hole = "[repeat]";
  const std::size_t at = row.times > 0 ? body.find(hole) : std::string::npos;
  if (at == std::string::npos) return body;
  std::string whole;
  whole.reserve(body.size() + row.repeated.size() * row.times);
  whole.append(body, 0, at);
  if (row.repeated.size() == 1) {
    whole.append(row.times, row.repeated[0]);  // ten million letters, while others wait
  } else {
    for (std::size_t i = 0; i < row.times; ++i) whole += row.repeated;
  }
  return whole.append(body, at + hole.size());
}

std::string_view path_of(const CorpusRow& row) {
  return row.api == "chat" ? "/v1/chat/completions" : "/v1/responses";
}

const CorpusRow& row_of(const Corpus& corpus, const LoadClass& load_class, world::TurnId turn) {
  const auto per_session = static_cast<std::uint64_t>(load_class.sessions.turns_per_session);
  const std::uint64_t n =
      per_session == 0 ? turn.turn : turn.session * per_session + std::uint64_t{turn.turn};
  const auto users = static_cast<std::uint64_t>(load_class.users.count);
  return corpus[(n * users + turn.user) % corpus.size()];
}

}  // namespace harness
