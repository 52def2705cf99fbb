// The dialect of OpenAI's `POST /v1/chat/completions`: requests in, answers, stream chunks and
// errors out, as the provider's own servers write them. Providers that speak almost the same derive
// from it and say what is different. Padding of chunks (`include_obfuscation`), on at OpenAI, is
// off until it is asked for: it costs bytes and no test needs it. One choice: `n` above 1 is
// refused. Constant; any thread.
#pragma once

#include "fakes/dialect.hpp"

namespace fakes {

class OpenAiChat : public Dialect {
 public:
  std::string_view name() const override { return "openai-chat"; }
  std::string_view doc() const override { return "OpenAI chat completions, plain and streamed."; }
  std::string_view provider() const override { return "openai"; }
  std::string_view chat_path() const override { return "/v1/chat/completions"; }
  std::string_view base_path() const override { return "/v1"; }
  std::string_view base_url_variable() const override { return "OPENAI_BASE_URL"; }

  std::optional<Refusal> parse(std::string_view body, ChatRequest& request) const override;

  void write_headers(std::string& out, const HeaderFacts& facts) const override;
  void write_answer(std::string& out, const Answer& answer) const override;
  void write_refusal(std::string& out, const Refusal& refusal,
                     std::uint64_t request_id) const override;
  void write_models(std::string& out, std::string_view model) const override;
  void write_model(std::string& out, std::string_view model) const override;

  // A role chunk, a chunk per unit (a call's first says its name), one with the finish reason, one
  // with the usage if it was asked for, and [DONE].
  std::int64_t events_at(const Answer& answer, Stage stage, std::size_t part) const override;
  void write_event(std::string& out, const Answer& answer, const Place& place,
                   std::int64_t number) const override;
  void write_stream_error(std::string& out, const Refusal& refusal,
                          std::int64_t number) const override;

  Refusal refusal_of(int status) const override;
  Refusal refusal_of_limit(const LimitHit& hit, std::string_view model) const override;
  void write_retry_after(std::string& out, world::Nanos wait) const override;  // in ms, too
  Refusal quota_refusal() const override;
};

// Pads an event that has so many bytes to a length that tells nothing of its content.
void append_obfuscation(std::string& out, std::size_t bytes, std::int64_t number);

// Go's notation, in which OpenAI and Groq tell how long until an allowance is whole: 12ms, 1.5s,
// 6m0s.
void append_go_duration(std::string& out, world::Nanos duration);

}  // namespace fakes
