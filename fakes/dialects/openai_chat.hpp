// The dialect of OpenAI's `POST /v1/chat/completions`: requests in, answers, stream chunks and
// errors out, as the provider's own servers write them. Providers that speak almost the same derive
// from it and say what is different. Padding of chunks (`include_obfuscation`), on at OpenAI, is
// off until it is asked for: it costs bytes and no test needs it. One choice: `n` above 1 is
// refused. Constant; any thread.
#pragma once

#include "fakes/dialect.hpp"

namespace fakes {

// Where providers that speak almost the same differ, in members as they stand in the JSON.
struct ChatStyle {
  std::string_view id_prefix = "chatcmpl-";
  std::string_view identity =  // behind a chunk's model, and at the end of a whole answer
      R"(,"service_tier":"default","system_fingerprint":"fp_5a4e")";
  std::string_view first_delta = R"(,"refusal":null)";  // behind its content
  std::string_view message = R"(,"refusal":null,"annotations":[])";
  std::string_view choice = R"(,"logprobs":null)";
  std::string_view last_delta = "{}";
  bool usage_at_finish = false;  // the chunk with the finish reason has it, asked for or not
  bool null_usage = true;        // when it was asked for, all chunks before it say null
};

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
  Refusal refusal_of_quota() const override;

 protected:
  enum class Document : std::uint8_t { first_chunk, chunk, finish_chunk, usage_chunk, whole };

  virtual const ChatStyle& style() const;
  virtual std::string_view finish_text(Finish finish) const;  // in quotes
  virtual void write_usage(std::string& out, const Answer& answer) const;  // with its name
  // Further members at the end of a document, each after its comma.
  virtual void write_further(std::string&, const Answer&, Document) const {}

  // A chunk up to its delta, and from behind it.
  void begin_chunk(std::string& out, const Answer& answer) const;
  void end_chunk(std::string& out, const Answer& answer, Document kind) const;

 private:
  void write_identity(std::string& out, const Answer& answer, std::string_view object) const;
  void write_usage_chunk(std::string& out, const Answer& answer) const;
  void write_end(std::string& out, const Answer& answer, std::int64_t step) const;
  bool has_usage_chunk(const Answer& answer) const {
    return answer.include_usage && !style().usage_at_finish;
  }
};

// The parts of chunks that others need: a call's id, type and name, up to its arguments; and the
// place of a part among the calls.
void write_call_head(std::string& out, const ToolCall& call);
std::int64_t index_of_call(const Answer& answer, std::size_t part);

// Pads an event that has so many bytes to a length that tells nothing of its content.
void append_obfuscation(std::string& out, std::size_t bytes, std::int64_t number);

// Go's notation, in which OpenAI and Groq tell how long until an allowance is whole: 12ms, 1.5s,
// 6m0s.
void append_go_duration(std::string& out, world::Nanos duration);

// A number of seconds with three decimals.
void append_seconds(std::string& out, world::Nanos duration);

// A string, or null when it is empty.
void append_text_or_null(std::string& out, std::string_view text);

// The headers that tell of an allowance, `x-ratelimit-limit-<what>` and so on. Nothing when there
// is none.
using AppendReset = void (*)(std::string& out, world::Nanos reset);
void write_allowance(std::string& out, std::string_view what, const Allowance& allowance,
                     AppendReset append_reset);

}  // namespace fakes
