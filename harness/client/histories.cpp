#include "harness/client/histories.hpp"

#include "world/json_text.hpp"

namespace harness {

namespace {

std::size_t bytes_of(const Said& said) { return said.question.size() + said.answer.size(); }

void append_message(std::string& json, std::string_view role, std::string_view content) {
  json += R"({"role":")";
  json += role;
  json += R"(","content":)";
  world::append_json_string(json, content);
  json += '}';
}

}  // namespace

void Histories::add(world::TurnId turn, std::string question, std::string answer) {
  Conversation& conversation = conversations_.at(key_of(turn));
  conversation.said.push_back({std::move(question), std::move(answer)});
  conversation.bytes += bytes_of(conversation.said.back());
  while (conversation.bytes > kBytesMax && conversation.said.size() > 1) {
    conversation.bytes -= bytes_of(conversation.said.front());
    conversation.said.erase(conversation.said.begin());
  }
}

void Histories::name(world::TurnId turn, std::string server_session) {
  conversations_.at(key_of(turn)).server_session = std::move(server_session);
}

const std::vector<Said>& Histories::said(world::TurnId turn) {
  return conversations_.at(key_of(turn)).said;
}

const std::string& Histories::server_session(world::TurnId turn) {
  return conversations_.at(key_of(turn)).server_session;
}

void append_messages(std::string& json, const std::vector<Said>& said, std::string_view question) {
  json += '[';
  for (const Said& one : said) {
    append_message(json, "user", one.question);
    json += ',';
    append_message(json, "assistant", one.answer);
    json += ',';
  }
  append_message(json, "user", question);
  json += ']';
}

}  // namespace harness
