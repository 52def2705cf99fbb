// The dialect of Anthropic's Messages API, `POST /v1/messages`: plain answers, streams of named
// events with their pings, tool use, token counts, and errors that carry the request's name.
// Constant; any thread.
#pragma once

#include "fakes/dialect.hpp"

namespace fakes {

class Anthropic final : public Dialect {
 public:
  std::string_view name() const override { return "anthropic"; }
  std::string_view doc() const override { return "Anthropic messages, plain and streamed."; }
  std::string_view provider() const override { return "anthropic"; }
  std::string_view chat_path() const override { return "/v1/messages"; }
  std::string_view base_url_variable() const override { return "ANTHROPIC_BASE_URL"; }

  std::span<const ClientMark> client_marks() const override;
  Route route(std::string_view method, std::string_view path) const override;
  std::optional<Refusal> check_headers(const world::HttpHeaders& headers) const override;
  std::optional<Refusal> parse(std::string_view body, ChatRequest& request) const override;

  void write_headers(std::string& out, const HeaderFacts& facts) const override;
  void write_answer(std::string& out, const Answer& answer) const override;
  void write_refusal(std::string& out, const Refusal& refusal,
                     std::uint64_t request_id) const override;
  void write_models(std::string& out, std::string_view model) const override;
  void write_model(std::string& out, std::string_view model) const override;
  std::optional<Refusal> write_token_count(std::string& out, std::string_view body) const override;

  // message_start; per part its start (the first is followed by a ping, a tool's by an empty
  // fragment), a delta per unit, the signature of what was thought, and its stop; message_delta and
  // message_stop.
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
  int overload_status() const override { return 529; }
  std::string call_id(std::uint64_t bits) const override;
};

}  // namespace fakes
