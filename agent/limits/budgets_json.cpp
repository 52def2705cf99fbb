#include "agent/limits/budget_ledger.hpp"
#include "world/json_text.hpp"

namespace agent {

using world::append_integer;
using world::append_json_string;

namespace {

void append_member(std::string& out, std::string_view name, std::int64_t value) {
  out += ",\"";
  out += name;
  out += "\":";
  append_integer(out, value);
}

void append_budget(std::string& out, std::string_view scope, std::string_view unit,
                   const BudgetLedger::Standing& standing) {
  if (out.back() != '[') out += ',';
  out += R"({"scope":")";
  out += scope;
  out += R"(","unit":")";
  out += unit;
  out += '"';
  append_member(out, "spent", standing.spent);
  append_member(out, "reserved", standing.reserved);
  append_member(out, "limit", standing.limit);
  if (standing.resets_in > world::Nanos{0}) {
    append_member(out, "resets_in_seconds",
                  (standing.resets_in.count() + 999'999'999) / 1'000'000'000);
  }
  out += '}';
}

}  // namespace

std::string budgets_json(BudgetLedger& ledger, const BudgetConfig& config,
                         const BudgetLedger::Who& who) {
  std::string body = R"({"object":"budgets","user":)";
  append_json_string(body, who.user);
  body += R"(,"budgets":[)";
  const UserBudget::State state = ledger.users().state_of(who.user);
  BudgetLedger::Standing standing;
  standing.resets_in = ledger.users().window_left();
  if (config.requests > 0) {
    standing.spent = state.requests - state.reserved_requests;
    standing.reserved = state.reserved_requests;
    standing.limit = config.requests;
    append_budget(body, "user", "requests", standing);
  }
  if (config.tokens > 0) {
    standing.spent = state.tokens - state.reserved_tokens;
    standing.reserved = state.reserved_tokens;
    standing.limit = config.tokens;
    append_budget(body, "user", "tokens", standing);
  }
  for (const BudgetLedger::Standing& each : ledger.standings(who)) {
    // What all others spend is none of this user's business.
    if (each.scope != BudgetScope::global_day) {
      append_budget(body, name_of(each.scope), "micro_usd", each);
    }
  }
  body += "]}";
  return body;
}

}  // namespace agent
