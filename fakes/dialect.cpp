#include "fakes/dialect.hpp"

#include <algorithm>

#include "fakes/dialects/anthropic.hpp"
#include "fakes/dialects/cerebras.hpp"
#include "fakes/dialects/cohere.hpp"
#include "fakes/dialects/groq.hpp"
#include "fakes/dialects/mcp.hpp"
#include "fakes/dialects/mistral.hpp"
#include "fakes/dialects/openai_chat.hpp"
#include "fakes/dialects/openai_responses.hpp"
#include "world/json_text.hpp"

namespace fakes {
namespace {
const OpenAiChat openai_chat;
const OpenAiResponses openai_responses;
const Anthropic anthropic;
const Cohere cohere;
const Mistral mistral;
const Groq groq;
const Cerebras cerebras;
const Mcp mcp;
}  // namespace

const std::array<const Dialect*, kDialectCount> kDialects = {{
    &openai_chat,
    &openai_responses,
    &anthropic,
    &cohere,
    &mistral,
    &groq,
    &cerebras,
    &mcp,
}};

bool Dialect::is_client(const world::HttpHeaders& headers) const {
  const std::span<const ClientMark> marks = client_marks();
  return std::any_of(marks.begin(), marks.end(), [&headers](const ClientMark& mark) {
    const std::string* value = headers.find(mark.header);
    return value != nullptr && value->find(mark.value) != std::string::npos;
  });
}

Route Dialect::route(std::string_view method, std::string_view path) const {
  if (path == chat_path()) return {method == "POST" ? Call::chat : Call::wrong_method, {}};
  if (!path.starts_with(models_path())) return {};
  path.remove_prefix(models_path().size());
  if (!path.empty() && path.front() != '/') return {};
  if (method != "GET") return {Call::wrong_method, {}};
  if (path.size() <= 1) return {Call::models, {}};
  return {Call::model, path.substr(1)};
}

std::optional<Refusal> Dialect::write_token_count(std::string&, std::string_view) const {
  return refusal_of(404);
}

Refusal Dialect::refusal_of_route(int status, std::string_view method,
                                  std::string_view target) const {
  Refusal refusal;
  refusal.status = status;
  refusal.code = status == 405 ? "method_not_supported" : "unknown_url";
  refusal.message = status == 405 ? "Not allowed to " : "Unknown request URL: ";
  refusal.message += method;
  if (status == 405) {
    refusal.message += " on this URL.";
  } else {
    refusal.message += ' ';
    refusal.message += target;
  }
  return refusal;
}

std::string Dialect::call_id(std::uint64_t bits) const {
  std::string id = "call_";
  world::append_hex(id, bits);
  return id;
}

void Dialect::write_retry_after(std::string& out, world::Nanos wait) const {
  constexpr std::int64_t second = 1'000'000'000;
  out += "retry-after: ";
  world::append_integer(out, (wait.count() + second - 1) / second);
  out += "\r\n";
}

const Dialect* find_dialect(std::string_view name) {
  for (const Dialect* dialect : kDialects) {
    if (dialect->name() == name) return dialect;
  }
  return nullptr;
}

}  // namespace fakes
