// The dialect of OpenAI's `POST /v1/responses`: answers as lists of items, streams of numbered
// events without [DONE], answers that are stored, fetched, resumed and cancelled.
// It takes short limits: `max_output_tokens` from 1, where OpenAI begins at 16. Of the request it
// repeats what stands in Echo, as it came.
// Padding of events (`include_obfuscation`), on at OpenAI, is off until it is asked for.
// Constant; any thread.
#pragma once

#include "fakes/dialects/openai_chat.hpp"

namespace fakes {

class OpenAiResponses final : public OpenAiChat, public StoredForm {
 public:
  std::string_view name() const override { return "openai-responses"; }
  std::string_view doc() const override {
    return "OpenAI responses, plain, streamed and in the background.";
  }
  std::string_view chat_path() const override { return "/v1/responses"; }
  Route route(std::string_view method, std::string_view path) const override;

  std::optional<Refusal> parse(std::string_view body, ChatRequest& request) const override;
  void write_answer(std::string& out, const Answer& answer) const override;

  std::int64_t events_at(const Answer& answer, Stage stage, std::size_t part) const override;
  void write_event(std::string& out, const Answer& answer, const Place& place,
                   std::int64_t number) const override;
  Pace pace(const Answer& answer, const Place& place) const override;
  void write_stream_error(std::string& out, const Refusal& refusal,
                          std::int64_t number) const override;

  Refusal refusal_of(int status) const override { return OpenAiChat::refusal_of(status); }

  const StoredForm* stored_form() const override { return this; }
  std::optional<std::uint64_t> answer_id(std::string_view id) const override;
  void write_stored(std::string& out, const Answer& answer, Progress progress) const override;
  void write_removed(std::string& out, std::string_view id) const override;
  void write_input_items(std::string& out, std::uint64_t id, std::string_view input,
                         const ListPage& page) const override;
  Refusal refusal_of(StoredTrouble trouble, std::string_view id) const override;
};

// The objects that both whole answers and events are made of; each appends to `out`.
namespace openai {

void write_response(std::string& out, const Answer& answer, Progress progress);

enum class ItemStage : std::uint8_t { added, done };
void write_item(std::string& out, const Answer& answer, std::size_t part, ItemStage stage);
void write_item_id(std::string& out, const Answer& answer, std::size_t part);  // with its quotes
void write_text_part(std::string& out, const Answer& answer, ItemStage stage);
void write_summary_part(std::string& out, const Answer& answer, ItemStage stage);

}  // namespace openai
}  // namespace fakes
