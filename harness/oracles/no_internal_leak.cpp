#include "harness/oracles/no_internal_leak.hpp"

#include "harness/oracles/leak_patterns.hpp"
#include "harness/oracles/planning_json.hpp"

namespace harness {
namespace {

constexpr std::size_t kQuotedMax = 80;  // of a leak, in a witness
constexpr std::size_t kKeyShown = 10;   // of a key: the report must not leak it again

std::string quoted(const Leak& leak) {
  const std::size_t shown = leak.what == "a key" ? kKeyShown : kQuotedMax;
  std::string text(leak.text.substr(0, shown));
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return leak.text.size() > shown ? text + "..." : text;
}

void add(std::string& found, const std::string& one) {
  if (!found.empty()) found += ", ";
  found += one;
}

void add_plan(std::string& found, std::string_view text, std::string_view asked) {
  const auto members = planning_members(text);
  if (members && !planning_members(asked)) add(found, "a plan as JSON (" + *members + ")");
}

// Bodies are JSON: `\n` and `\"` stand for what the patterns look for.
void unescape(std::string_view body, std::string& text) {
  text.clear();
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body[i] != '\\' || i + 1 == body.size()) {
      text += body[i];
      continue;
    }
    const char c = body[++i];
    text += c == 'n' || c == 'r' ? '\n' : c == 't' ? '\t' : c;
  }
}

}  // namespace

NoInternalLeak::NoInternalLeak(const OracleInput& input) : scenario_(input.scenario) {
  if (scenario_ == nullptr) return;
  for (const auto& [name, backend] : scenario_->backends) hosts_.push_back(name);
}

// What the user said, besides the mark of the turn and filler.
std::string_view NoInternalLeak::asked_by(const reports::Operation& op) const {
  if (scenario_ == nullptr || op.cls >= scenario_->load.size()) return {};
  return scenario_->load[op.cls].ask;
}

void NoInternalLeak::on_ended(const reports::Operation& op, const Reply& reply) {
  if (reply.text.empty() && reply.error_body.empty()) return;
  check();
  const std::string_view asked = asked_by(op);
  std::string found;
  if (!reply.text.empty()) {
    found = found_in(reply.text, asked);
    add_plan(found, reply.text, asked);
    if (!found.empty()) {
      violate(op.last_event, reports::turn_text(op), "the answer shows " + found);
    }
  }
  if (reply.error_body.empty()) return;
  unescape(reply.error_body, unescaped_);
  found = found_in(unescaped_, asked);
  // An error may well speak of actions; a success that was no answer at all may not.
  if (op.http_status < 300) add_plan(found, reply.error_body, asked);
  if (found.empty()) return;
  violate(op.last_event, reports::turn_text(op),
          "the error of status " + std::to_string(op.http_status) + " shows " + found);
}

// Each kind of leak with its first example; empty: none.
std::string NoInternalLeak::found_in(std::string_view text, std::string_view asked) const {
  std::string found;
  std::size_t from = 0;
  while (const auto leak = next_leak(text, hosts_, from)) {
    if (found.find(leak->what) != std::string::npos) continue;
    if (asked.find(leak->text) != std::string_view::npos) continue;
    add(found, std::string(leak->what) + " (" + quoted(*leak) + ")");
  }
  return found;
}

}  // namespace harness
