// JsonDocument: a request's JSON, read in one pass and kept as slices of the text. One pass is all
// it takes to judge it: depth, number of values, keys that stand twice, UTF-8, numbers that no
// double holds. (nlohmann's SAX parser could be taught as much, but copies every string.) The text
// must outlive it. One request; any thread.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "agent/api/json_config.hpp"
#include "agent/api/problem.hpp"
#include "world/json_reader.hpp"

namespace agent {

class JsonDocument {
 public:
  using Index = std::uint32_t;
  static constexpr Index kNone = UINT32_MAX;

  struct Node {
    world::JsonValue value;
    std::string_view key;  // escapes resolved; empty for items of arrays
    Index next = 0;        // behind this value and all that is in it
  };

  // Reads one text. False: it is no JSON, or more than the limits allow; `problem` says so, with
  // one FieldError. A document reads one text only.
  bool read(std::string_view text, const JsonConfig& limits, Problem& problem);

  const Node& at(Index i) const { return nodes_[i]; }
  // The first value in an object or array, then the next one, until end(): kNone is no index.
  static Index first(Index container) { return container + 1; }
  Index next(Index value) const { return nodes_[value].next; }
  Index end(Index container) const { return nodes_[container].next; }
  // How many values are in it, not counting those within them.
  std::size_t size(Index container) const;

  // The member of an object; kNone when it lacks it.
  Index member(Index object, std::string_view name) const;

 private:
  // Where reading fails and why; the pointer grows on the way back.
  struct Refusal {
    ProblemCode code = ProblemCode::invalid_json;
    std::size_t at = 0;
    std::string what;  // the sentence, up to its place
    std::string pointer;
    std::string expected;
    std::string got;
    std::string remedy;
  };

  bool read_value(world::JsonReader& reader, std::string_view key);
  bool read_members(world::JsonReader& reader);
  bool read_items(world::JsonReader& reader);
  bool check_number(std::string_view raw, std::size_t at);
  bool check_keys(Index object);
  bool refuse(const world::JsonReader& reader);
  bool refuse(ProblemCode code, std::size_t at, std::string what, std::string expected,
              std::string got);
  void explain(const world::JsonReader& reader, Refusal& refusal) const;
  void explain_unexpected(std::size_t at, Refusal& refusal) const;
  bool tell(Problem& problem) const;

  std::string_view text_;
  std::size_t values_max_ = 0;
  std::int64_t depth_max_ = 0;
  std::vector<Node> nodes_;
  std::list<std::string> keys_;  // those with escapes, resolved; they stay where they are
  Refusal refusal_;
};

// "line 1, column 17" of an offset, counted in characters from 1.
std::string place_in(std::string_view text, std::size_t offset);

}  // namespace agent
