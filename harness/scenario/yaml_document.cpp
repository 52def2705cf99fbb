#include "harness/scenario/yaml_document.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>
#include <utility>

#include "harness/scenario/units.hpp"

namespace harness {
namespace {

Place place_of(const YAML::Mark& mark, const std::string& file) {
  if (mark.is_null()) return {file, 0, 0};
  return {file, mark.line + 1, mark.column + 1};
}

[[noreturn]] void refuse(Place place, std::string sentence) {
  throw ScenarioErrors({{std::move(place), std::move(sentence)}});
}

std::size_t count_nodes(const YamlNode& node) {
  std::size_t n = 1;
  for (const YamlNode& item : node.items) n += count_nodes(item);
  for (const YamlEntry& entry : node.entries) n += count_nodes(entry.value);
  return n;
}

// Builds the tree from the parser's events. An open map alternates between keys and values.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const std::string& file) : file_(file) {}

  YamlNode take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(node(YamlNode::Kind::null, mark), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) refuse(place_of(mark, file_), "an alias refers to itself");
    nodes_ += count_nodes(found->second);
    check_bounds(mark);
    add(found->second, 0);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode scalar = node(YamlNode::Kind::scalar, mark);
    scalar.text = value;
    scalar.quoted = tag == "!";
    add(std::move(scalar), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(node(YamlNode::Kind::list, mark), anchor, mark);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(node(YamlNode::Kind::map, mark), anchor, mark);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    YamlNode node;
    YAML::anchor_t anchor = 0;
    std::map<std::string, int> lines{};  // of the keys seen
    bool has_key = false;                // a map whose next node is a value
  };

  YamlNode node(YamlNode::Kind kind, const YAML::Mark& mark) {
    ++nodes_;
    check_bounds(mark);
    YamlNode made;
    made.kind = kind;
    made.place = place_of(mark, file_);
    return made;
  }

  void check_bounds(const YAML::Mark& mark) {
    if (nodes_ > kYamlNodesMax) {
      refuse(place_of(mark, file_), "the file has more than " + std::to_string(kYamlNodesMax) +
                                        " values, aliases counted in full");
    }
  }

  void open(YamlNode made, YAML::anchor_t anchor, const YAML::Mark& mark) {
    if (open_.size() >= kYamlDepthMax) {
      refuse(place_of(mark, file_),
             "values are nested deeper than " + std::to_string(kYamlDepthMax) + " levels");
    }
    open_.push_back({std::move(made), anchor});
  }

  void close() {
    Open closed = std::move(open_.back());
    open_.pop_back();
    add(std::move(closed.node), closed.anchor);
  }

  void add(YamlNode made, YAML::anchor_t anchor) {
    if (anchor != 0) anchors_[anchor] = made;
    if (open_.empty()) {
      root_ = std::move(made);
    } else if (open_.back().node.is_list()) {
      open_.back().node.items.push_back(std::move(made));
    } else if (open_.back().has_key) {
      open_.back().node.entries.back().value = std::move(made);
      open_.back().has_key = false;
    } else {
      add_key(std::move(made));
    }
  }

  void add_key(YamlNode key) {
    Open& map = open_.back();
    if (!key.is_scalar()) refuse(key.place, "a key must be plain text, not " + describe(key));
    const auto [seen, is_new] = map.lines.emplace(key.text, key.place.line);
    if (!is_new) {
      refuse(key.place, "the key `" + key.text + "` is given twice, first in line " +
                            std::to_string(seen->second));
    }
    map.node.entries.push_back({key.text, key.place, {}});
    map.has_key = true;
  }

  const std::string& file_;
  YamlNode root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
  std::size_t nodes_ = 0;
};

// yaml-cpp's sentence, or a clearer one where its own misleads.
std::string sentence_of(const YAML::Exception& error) {
  const std::string& said = error.msg;
  const bool truncated = said.find("end of map flow not found") != std::string::npos ||
                         said.find("end of sequence flow not found") != std::string::npos ||
                         said.find("end of map not found") != std::string::npos ||
                         said.find("end of sequence not found") != std::string::npos ||
                         said.find("EOF in scalar") != std::string::npos ||
                         said.find("illegal EOF") != std::string::npos;
  if (truncated) {
    return "the YAML ends or breaks off inside a value (" + said + "): is the file truncated?";
  }
  return "this is not valid YAML: " + said;
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const YamlEntry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

YamlNode* YamlNode::find(std::string_view key) {
  return const_cast<YamlNode*>(std::as_const(*this).find(key));
}

std::string describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null: return "nothing";
    case YamlNode::Kind::scalar: return "`" + excerpt(node.text) + "`";
    case YamlNode::Kind::list: return node.items.empty() ? "an empty list" : "a list";
    case YamlNode::Kind::map: return node.entries.empty() ? "an empty map" : "a map";
  }
  return "";
}

YamlNode parse_yaml(std::string_view text, const std::string& file) {
  if (text.size() > kYamlBytesMax) {
    refuse({file, 0, 0}, "the text has " + std::to_string(text.size()) + " bytes; at most " +
                             format_quantity(kYamlBytesMax, world::Unit::bytes) + " are read");
  }
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    refuse({file, 0, 0},
           "the file has a NUL byte at offset " + std::to_string(nul) + ": is it a binary file?");
  }
  TreeBuilder tree(file);
  std::istringstream input{std::string(text)};
  try {
    YAML::Parser parser(input);
    if (!parser.HandleNextDocument(tree)) refuse({file, 0, 0}, "the file is empty");
    YamlNode root = tree.take_root();
    TreeBuilder rest(file);
    if (parser.HandleNextDocument(rest)) {
      refuse(rest.take_root().place,
             "a second YAML document begins here; one file is one scenario");
    }
    return root;
  } catch (const YAML::Exception& error) {
    refuse(place_of(error.mark, file), sentence_of(error));
  }
}

std::string read_bounded(const std::string& path, std::size_t bytes_max, std::string_view what) {
  const Place place{path, 0, 0};
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(status)) {
    refuse(place, "is a directory, not " + std::string(what));
  }
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    // Opening a pipe waits for its writer, and a device never ends.
    refuse(place, "is a pipe or a device; " + std::string(what) + " is read from a regular file");
  }
  const std::string limit =
      format_quantity(static_cast<std::int64_t>(bytes_max), world::Unit::bytes);
  if (std::filesystem::is_regular_file(status)) {
    const auto size = std::filesystem::file_size(path, error);
    if (!error && size > bytes_max) {
      refuse(place, "has " + std::to_string(size) + " bytes; " + std::string(what) +
                        " may have at most " + limit);
    }
  }
  const auto close = [](std::FILE* f) { std::fclose(f); };
  const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "rb"), close);
  if (!file) refuse(place, std::string("cannot be opened: ") + std::strerror(errno));
  std::string bytes;
  std::array<char, 65'536> chunk;
  while (const std::size_t n = std::fread(chunk.data(), 1, chunk.size(), file.get())) {
    bytes.append(chunk.data(), n);
    // Also for a file that grows meanwhile.
    if (bytes.size() > bytes_max) {
      refuse(place, "has more than " + limit + ", which is the most that " + std::string(what) +
                        " may have");
    }
  }
  if (std::ferror(file.get())) refuse(place, "cannot be read");
  return bytes;
}

}  // namespace harness
