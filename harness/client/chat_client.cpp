#include "harness/client/chat_client.hpp"

#include "harness/client/chat_json.hpp"
#include "world/json_text.hpp"

namespace harness {

using reports::Failure;
using reports::Operation;

namespace {

std::string begin_of(const TargetDoor& door) {
  std::string begin = R"({"model":)";
  world::append_json_string(begin, door.model);
  return begin + R"(,"messages":)";
}

}  // namespace

ChatClient::ChatClient(world::Clock& clock, world::Network& network, TargetDoor door,
                       const Scenario& scenario, world::Random random, Histories* histories)
    : AnswerClient(clock, network, std::move(door), scenario, random,
                   path_of(TargetDialect::openai_chat)),
      histories_(histories),
      begin_(begin_of(this->door())) {}

std::string ChatClient::body_of(const PlannedRequest& request) {
  const LoadClass& load_class = class_of(request);
  const TurnNames names(request.turn);
  const std::string text = turn_text(scenario(), request);
  std::string body = begin_;
  if (histories_ != nullptr) {
    append_messages(body, histories_->said(request.turn), text);
  } else {
    body += R"([{"role":"user","content":)";
    world::append_json_string(body, text);
    body += "}]";
  }
  body += R"(,"user":")";
  body += names.user;
  body += R"(","metadata":{"conversation":")";
  body += names.conversation;
  body += R"("})";
  if (request.output_tokens > 0) {
    body += R"(,"max_tokens":)";
    body += std::to_string(request.output_tokens);
  }
  append_wishes(body, load_class);
  body += request.stream ? R"(,"stream":true})" : R"(,"stream":false})";
  return body;
}

Failure ChatClient::take_answer(const PlannedRequest&, const std::string& body, Operation& op,
                                Reply& reply) {
  ChatPiece answer = read_chat_answer(body);
  reply.said_error = answer.valid && answer.has_error;
  if (!answer.valid || !answer.has_choice || answer.has_error) return Failure::bad_response;
  keep_id(reply, std::move(answer.id));
  reply.cut_off = answer.finish_reason == "length";
  if (answer.content) reply.text = std::move(*answer.content);
  op.output_tokens = static_cast<std::uint32_t>(answer.completion_tokens.value_or(0));
  return Failure::none;
}

// Events of the target's own, places in its queue and what else it names after itself, are no
// chunks and carry no tokens.
std::optional<Failure> ChatClient::take_event(const PlannedRequest&, StreamEvent taken) {
  auto& [event, now, pieces, op, reply] = taken;
  if (event.data == "[DONE]") {
    ++reply.terminals;
    return std::nullopt;
  }
  if (is_of_target(event.type)) {
    if (!tells_place(event.type)) return std::nullopt;
    if (const auto notice = read_queue_notice(event.data)) keep_notice(reply, *notice, now);
    return std::nullopt;
  }
  ChatPiece piece = read_chat_chunk(event.data);
  if (event.type == "error" || !piece.valid || piece.has_error) {
    reply.said_error = event.type == "error" || piece.valid;
    keep_error(reply, std::move(event.data));
    return Failure::bad_response;
  }
  if (reply.terminals > 0) ++reply.after_terminal;
  if (reply.id.empty()) keep_id(reply, std::move(piece.id));
  if (!piece.finish_reason.empty()) {
    reply.finished = true;
    reply.cut_off = piece.finish_reason == "length";
  }
  if (piece.completion_tokens) {
    op.output_tokens = static_cast<std::uint32_t>(*piece.completion_tokens);
  }
  if (!piece.content || piece.content->empty()) return std::nullopt;
  if (!pieces.take(*piece.content, now, op, reply)) return Failure::too_large;
  if (!piece.completion_tokens) ++op.output_tokens;
  return std::nullopt;
}

}  // namespace harness
