// Corpus: bodies that no agent should take, read from a file of JSON lines, each with the place of
// what is wrong, what is expected there, what is got, and a remedy if one is near. A row says how
// its body differs from a good one, so that both can be read off it. Bounded; any thread.
//   {"name":"...","api":"chat","set":{"stream":"true"},"code":"invalid_request",
//    "pointer":"#/stream","expected":"boolean","got":"\"true\"","suggestion":"write true ..."}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "world/turn_id.hpp"

namespace harness {

struct LoadClass;

constexpr std::uint64_t kCorpusBytesMax = 4 << 20;
constexpr std::size_t kCorpusRowsMax = 10'000;
constexpr std::size_t kCorpusBodyMax = 64 << 20;

struct CorpusRow {
  std::string name;
  std::string api;  // "chat" or "responses"
  std::string code;
  int status = 400;
  std::string pointer;
  std::string expected;
  std::string got;
  std::string suggestion;  // empty: none is near
  // The body, in which `[turn]` stands for the turn's marker, `[user]` for its user, and `[repeat]`
  // for `repeated` so many times.
  std::string text;
  std::string repeated;
  std::size_t times = 0;
};
using Corpus = std::vector<CorpusRow>;

// Throws ScenarioErrors: no such file, too large, or a row that is none.
Corpus read_corpus(const std::string& path);
Corpus parse_corpus(std::string_view text, const std::string& file);

std::string body_of(const CorpusRow& row, world::TurnId turn);
std::string_view path_of(const CorpusRow& row);  // "/v1/chat/completions"

// Which row a turn of the class sends: one after the other, over all its users.
const CorpusRow& row_of(const Corpus& corpus, const LoadClass& load_class, world::TurnId turn);

}  // namespace harness
