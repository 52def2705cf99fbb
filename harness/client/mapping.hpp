// Mapping: how the requests and answers of a target with JSON of its own are written and read, by
// what the scenario says of them (target.mapping): a template with words in braces, and JSON
// Pointers (RFC 6901). Answers are anything; what is said of them is bounded. Pure; any thread.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "harness/scenario/target.hpp"

namespace harness {

// What is put in for the words of a template.
struct MappedWords {
  std::string text;
  std::string session;
  std::string user;
  std::string turn;
  std::string model;
  std::string server_session;  // empty: the target has not told one yet
  std::string messages;        // a JSON array
};

struct MappedAnswer {
  bool is_json = false;
  std::optional<std::string> text;
  bool has_error = false;
  std::string session;
  std::string trouble;  // why there is no text; empty: there is one, or an error
};

class Mapping {
 public:
  explicit Mapping(const TargetMapping& mapping);
  ~Mapping();
  Mapping(const Mapping&) = delete;

  // A member or item that is exactly {server_session} is left out as long as there is none.
  std::string body(const MappedWords& words) const;

  bool sends_messages() const { return sends_messages_; }

  MappedAnswer read(std::string_view json) const;

 private:
  const TargetMapping& mapping_;
  std::unique_ptr<const nlohmann::json> template_;
  bool sends_messages_;
};

}  // namespace harness
