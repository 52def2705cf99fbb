// The dialect of Cohere's `POST /v2/chat`: plain answers and streams of typed events, a plan before
// tool calls, and flat errors. Requests are read as OpenAI's: the members that matter here have the
// same names and shapes. Constant; any thread.
#pragma once

#include "fakes/dialect.hpp"

namespace fakes {

class Cohere final : public Dialect {
 public:
  std::string_view name() const override { return "cohere"; }
  std::string_view doc() const override { return "Cohere v2 chat, plain and streamed."; }
  std::string_view provider() const override { return "cohere"; }
  std::string_view chat_path() const override { return "/v2/chat"; }
  // The Python client reads it; the JavaScript client is given its base URL in code alone.
  std::string_view base_url_variable() const override { return "CO_API_URL"; }

  std::span<const ClientMark> client_marks() const override;
  std::optional<Refusal> parse(std::string_view body, ChatRequest& request) const override;

  void write_headers(std::string& out, const HeaderFacts& facts) const override;
  void write_answer(std::string& out, const Answer& answer) const override;
  void write_refusal(std::string& out, const Refusal& refusal,
                     std::uint64_t request_id) const override;
  void write_models(std::string& out, std::string_view model) const override;
  void write_model(std::string& out, std::string_view model) const override;

  // message-start; the text between content-start and content-end, or before calls as the plan;
  // per call its start, a delta per fragment and its end; message-end. No mark follows it.
  std::int64_t events_at(const Answer& answer, Stage stage, std::size_t part) const override;
  void write_event(std::string& out, const Answer& answer, const Place& place,
                   std::int64_t number) const override;
  void write_stream_error(std::string& out, const Refusal& refusal,
                          std::int64_t number) const override;

  Refusal refusal_of(int status) const override;
  Refusal refusal_of_limit(const LimitHit& hit, std::string_view model) const override;
  Refusal refusal_of_quota() const override;
  Refusal refusal_of_route(int status, std::string_view method,
                           std::string_view target) const override;
  std::string call_id(std::uint64_t bits) const override;
};

}  // namespace fakes
