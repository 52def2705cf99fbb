// What a backend decides about a request before it answers: who asks and how often, what the answer
// is and when it is due, and which fault strikes.
#include <algorithm>

#include "fakes/backend.hpp"
#include "fakes/reply.hpp"
#include "fakes/tools/call_name.hpp"
#include "world/json_reader.hpp"

namespace fakes {

using world::Purpose;

namespace {
constexpr std::size_t kNameBytesMax = 256;  // of users and models, in records
constexpr std::int64_t kRememberedTokensMax = 4'096;  // of an answer that is kept for its user
}  // namespace

void FakeBackend::note_request(Exchange& x, ChatRequest& chat, const world::HttpRequest& request) {
  x.record.user = chat.user.substr(0, kNameBytesMax);
  x.record.model = chat.model.substr(0, kNameBytesMax);
  x.record.stream = chat.stream;
  x.record.asked = chat.asked;
  x.record.messages = chat.messages;
  x.record.markers = std::move(chat.markers);
  if (chat.rpc) {
    x.record.call = name_of_call(chat);
    // The same call again, with the same arguments, is a retry as far as anybody can tell.
    std::string call(request.headers.get("mcp-session-id"));
    call += '\n';
    call += chat.model;
    call += '\n';
    call += chat.rpc->arguments;
    x.record.attempt = ++attempts_.at(world::entity_of(call));
  } else if (chat.asked) {
    x.record.attempt = ++attempts_.at(chat.asked->key());
  } else if (const std::string* said = request.headers.find("x-stainless-retry-count")) {
    // The clients of most providers say which retry this is.
    const world::JsonValue retries{world::JsonType::number, *said};
    x.record.attempt = 1 + static_cast<std::uint32_t>(
                               std::clamp<std::int64_t>(retries.integer().value_or(0), 0, 1'000));
  } else {
    x.repeat_of = Repeats::name_of(request);
    x.record.attempt = repeats_.next(*x.repeat_of, x.record.at);
  }
}

AnswerKey FakeBackend::key_of(const PromptRecord& record) const {
  std::uint64_t who = record.asked ? record.asked->key() : record.ordinal;
  if (record.asked && !record.call.empty()) who ^= world::entity_of(record.call);
  const std::uint64_t name = world::entity_of(parts_.name);
  return {parts_.random.bits(Purpose("answer of backend"), name, who), record.attempt};
}

void FakeBackend::plan_answer(Exchange& x, const ChatRequest& chat,
                              const world::HttpRequest& request, AnswerKey key) {
  x.timing = Timing(parts_.config, parts_.random, key);
  x.answer.id = parts_.random.bits(Purpose("answer id"), key.entity, key.attempt);
  x.answer.created_unix_s = parts_.clock.unix_nanos() / 1'000'000'000;
  x.answer.model = parts_.config.model.empty() ? chat.model : parts_.config.model;
  x.answer.prompt_tokens = tokens_in(chat.prompt_bytes);
  x.answer.include_usage = chat.stream && chat.include_usage;
  x.answer.obfuscate = chat.stream && chat.obfuscate;
  if (tools_) return tools_->plan(x, chat, key);
  plan_reply(x.answer,
             {parts_.config, dialect_, chat, request.headers, parts_.random, key, words_});
}

// What this backend knows from earlier requests. A key that came before gets the answer's id again.
void FakeBackend::recall(Exchange& x, const ChatRequest& chat, const world::HttpRequest& request) {
  x.chat = &chat;
  if (last_at_) x.idle = x.record.at - *last_at_;
  last_at_ = x.record.at;
  const std::string_view key = request.headers.get("idempotency-key");
  if (!key.empty()) {
    const std::uint64_t own = x.answer.id;
    std::uint64_t& first = ids_by_key_.at(world::entity_of(key));
    if (first == 0) first = own;
    if (first != own) x.key_came_as = own;
    x.answer.id = first;
  }
  if (parts_.faults.spares_requests()) return;  // nobody asks for the previous answer
  const auto echoed = static_cast<std::int64_t>(x.answer.echo.bytes());
  const bool large = x.answer.text.tokens() > kRememberedTokensMax || echoed > kRememberedTokensMax;
  if (large) return;
  Answer& last = last_answers_.at(world::entity_of(x.record.user));
  if (last.id != 0) x.previous = std::move(last);
  last = x.answer;
}

const Fault* FakeBackend::decide(const PromptRecord& record, const ChatRequest& chat,
                                 const world::HttpRequest& request) {
  if (parts_.faults.spares_requests()) return nullptr;
  // Faults match what the user wrote, not how JSON spells it.
  const std::string text = plain_text(chat.last_user_message);
  RequestFacts facts;
  facts.backend = parts_.name;
  facts.endpoint = request.path();
  facts.user = record.user;
  facts.key = api_key_in(request.headers);
  facts.active = active_;
  facts.model = chat.model;
  facts.turn = record.asked;
  facts.stream = record.stream;
  if (tools_) facts.tool = tools_->ask_of(chat);
  facts.attempt = record.attempt;
  facts.last_user_message = text;
  facts.ordinal = record.ordinal;
  return parts_.faults.decide(record.at, facts);
}

}  // namespace fakes
