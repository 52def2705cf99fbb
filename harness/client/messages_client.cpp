#include "harness/client/messages_client.hpp"

#include <nlohmann/json.hpp>

#include "world/json_text.hpp"

namespace harness {

using json = nlohmann::json;
using reports::Failure;
using reports::Operation;

namespace {

// A member that is text; otherwise nothing.
std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void take_usage(const json& message, Operation& op) {
  const auto usage = message.find("usage");
  if (usage == message.end() || !usage->is_object()) return;
  const auto tokens = usage->find("output_tokens");
  if (tokens == usage->end() || !tokens->is_number_unsigned()) return;
  op.output_tokens = tokens->get<std::uint32_t>();
}

void take_stop(const json& holder, Reply& reply) {
  const std::string reason = text_at(holder, "stop_reason");
  if (reason.empty()) return;
  reply.finished = true;
  reply.cut_off = reason == "max_tokens";
}

}  // namespace

MessagesClient::MessagesClient(world::Clock& clock, world::Network& network, TargetDoor door,
                               const Scenario& scenario, world::Random random,
                               Histories* histories)
    : AnswerClient(clock, network, std::move(door), scenario, random,
                   path_of(TargetDialect::anthropic)),
      histories_(histories) {}

std::string_view MessagesClient::more_headers() const {
  for (const auto& [name, value] : door().headers) {
    if (world::same_name(name, "anthropic-version")) return {};
  }
  return "anthropic-version: 2023-06-01\r\n";
}

std::string MessagesClient::body_of(const PlannedRequest& request) {
  const TurnNames names(request.turn);
  const std::vector<Said> nothing;
  const auto& said = histories_ == nullptr ? nothing : histories_->said(request.turn);
  std::string body = R"({"model":)";
  world::append_json_string(body, door().model);
  body += R"(,"max_tokens":)";
  world::append_integer(body, request.output_tokens > 0 ? request.output_tokens : kMaxTokens);
  body += R"(,"messages":)";
  append_messages(body, said, turn_text(scenario(), request));
  body += R"(,"metadata":{"user_id":")";
  body += names.user;
  body += request.stream ? R"("},"stream":true})" : R"("},"stream":false})";
  return body;
}

Failure MessagesClient::take_answer(const PlannedRequest&, const std::string& body, Operation& op,
                                    Reply& reply) {
  const json message = json::parse(body, nullptr, false);
  if (!message.is_object()) return Failure::bad_response;
  reply.said_error = text_at(message, "type") == "error";
  const auto content = message.find("content");
  if (content == message.end() || !content->is_array()) return Failure::bad_response;
  keep_id(reply, text_at(message, "id"));
  for (const json& block : *content) {
    if (block.is_object() && text_at(block, "type") == "text") reply.text += text_at(block, "text");
  }
  take_stop(message, reply);
  take_usage(message, op);
  return Failure::none;
}

std::optional<Failure> MessagesClient::take_event(const PlannedRequest&, StreamEvent taken) {
  auto& [event, now, pieces, op, reply] = taken;
  const json data = json::parse(event.data, nullptr, false);
  if (!data.is_object()) {
    keep_error(reply, std::move(event.data));
    return Failure::bad_response;
  }
  const std::string type = text_at(data, "type");
  if (type == "error") {
    reply.said_error = true;
    keep_error(reply, std::move(event.data));
    return Failure::bad_response;
  }
  if (type == "message_stop") {
    ++reply.terminals;
    return std::nullopt;
  }
  const auto message = data.find("message");
  if (type == "message_start" && message != data.end() && message->is_object()) {
    keep_id(reply, text_at(*message, "id"));
  }
  const auto delta = data.find("delta");
  if (delta == data.end() || !delta->is_object()) return std::nullopt;
  if (type == "message_delta") {
    take_stop(*delta, reply);
    take_usage(data, op);
    return std::nullopt;
  }
  const std::string piece = text_at(*delta, "text");
  if (type != "content_block_delta" || piece.empty()) return std::nullopt;
  if (reply.terminals > 0) ++reply.after_terminal;
  if (!pieces.take(piece, now, op, reply)) return Failure::too_large;
  return std::nullopt;
}

}  // namespace harness
