#include "fakes/dialect.hpp"

#include "fakes/dialects/openai_chat.hpp"
#include "world/json_text.hpp"

namespace fakes {
namespace {
const OpenAiChat openai_chat;
}  // namespace

const std::array<const Dialect*, kDialectCount> kDialects = {{
    &openai_chat,
}};

Route Dialect::route(std::string_view method, std::string_view path) const {
  if (path == chat_path()) return {method == "POST" ? Call::chat : Call::wrong_method, {}};
  if (!path.starts_with(base_path())) return {};
  path.remove_prefix(base_path().size());
  constexpr std::string_view models = "/models";
  if (!path.starts_with(models)) return {};
  path.remove_prefix(models.size());
  if (!path.empty() && path.front() != '/') return {};
  if (method != "GET") return {Call::wrong_method, {}};
  if (path.size() <= 1) return {Call::models, {}};
  return {Call::model, path.substr(1)};
}

void Dialect::write_retry_after(std::string& out, world::Nanos wait) const {
  constexpr std::int64_t second = 1'000'000'000;
  out += "retry-after: ";
  world::append_integer(out, (wait.count() + second - 1) / second);
  out += "\r\n";
}

std::string Dialect::call_id(std::uint64_t bits) const {
  std::string id = "call_";
  world::append_hex(id, bits);
  return id;
}

const Dialect* find_dialect(std::string_view name) {
  for (const Dialect* dialect : kDialects) {
    if (dialect->name() == name) return dialect;
  }
  return nullptr;
}

}  // namespace fakes
