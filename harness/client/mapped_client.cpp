#include "harness/client/mapped_client.hpp"

namespace harness {

using reports::Failure;
using reports::Operation;

MappedClient::MappedClient(world::Clock& clock, world::Network& network, TargetDoor door,
                           const Scenario& scenario, world::Random random, Histories& histories)
    : AnswerClient(clock, network, std::move(door), scenario, random,
                   path_of(TargetDialect::json)),
      histories_(histories),
      mapping_(*scenario.target.mapping),
      done_(scenario.target.mapping->done) {}

std::string MappedClient::body_of(const PlannedRequest& request) {
  const TurnNames names(request.turn);
  MappedWords words;
  words.text = turn_text(scenario(), request);
  words.session = names.conversation;
  words.user = names.user;
  words.turn = names.turn;
  words.model = door().model;
  words.server_session = histories_.server_session(request.turn);
  if (mapping_.sends_messages()) {
    append_messages(words.messages, histories_.said(request.turn), words.text);
  }
  return mapping_.body(words);
}

void MappedClient::keep_session(const PlannedRequest& request, MappedAnswer& answer) {
  if (answer.session.empty() || answer.session.size() > Reply::kIdBytesMax) return;
  histories_.name(request.turn, std::move(answer.session));
}

Failure MappedClient::take_answer(const PlannedRequest& request, const std::string& body,
                                  Operation&, Reply& reply) {
  MappedAnswer answer = mapping_.read(body);
  keep_session(request, answer);
  reply.said_error = answer.has_error;
  reply.trouble = std::move(answer.trouble);
  if (answer.has_error || !answer.text) return Failure::bad_response;
  reply.text = std::move(*answer.text);
  return Failure::none;
}

// Events without the text are others: what they say is not judged.
std::optional<Failure> MappedClient::take_event(const PlannedRequest& request,
                                                StreamEvent taken) {
  auto& [event, now, pieces, op, reply] = taken;
  if (!done_.empty() && (event.data == done_ || event.type == done_)) {
    reply.finished = true;
    ++reply.terminals;
    return std::nullopt;
  }
  MappedAnswer answer = mapping_.read(event.data);
  if (!answer.is_json && event.data == "[DONE]") return std::nullopt;
  keep_session(request, answer);
  if (!answer.is_json || answer.has_error) {
    reply.said_error = answer.has_error;
    reply.trouble = std::move(answer.trouble);
    keep_error(reply, std::move(event.data));
    return Failure::bad_response;
  }
  if (!answer.text || answer.text->empty()) {
    if (reply.text.empty() && reply.trouble.empty()) reply.trouble = std::move(answer.trouble);
    return std::nullopt;
  }
  if (reply.terminals > 0) ++reply.after_terminal;
  reply.trouble.clear();
  if (!pieces.take(*answer.text, now, op, reply)) return Failure::too_large;
  ++op.output_tokens;
  return std::nullopt;
}

}  // namespace harness
