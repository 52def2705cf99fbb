// Mistral's dialect of OpenAI chat. Its client checks every member: a usage is never null and comes
// with the finish reason, a tool call arrives whole. Errors have four forms. Constant; any thread.
#pragma once

#include "fakes/dialects/openai_chat.hpp"

namespace fakes {

class Mistral final : public OpenAiChat {
 public:
  std::string_view name() const override { return "mistral"; }
  std::string_view doc() const override { return "Mistral's chat completions."; }
  std::string_view provider() const override { return "mistral"; }
  // Its client is given its base URL in code alone.
  std::string_view base_path() const override { return {}; }
  std::string_view base_url_variable() const override { return {}; }

  std::optional<Refusal> parse(std::string_view body, ChatRequest& request) const override;

  void write_headers(std::string& out, const HeaderFacts& facts) const override;

  // A refusal without a type comes from the gateway; with status 422 it is a list of what is wrong.
  void write_refusal(std::string& out, const Refusal& refusal,
                     std::uint64_t request_id) const override;
  void write_model(std::string& out, std::string_view model) const override;

  std::int64_t events_at(const Answer& answer, Stage stage, std::size_t part) const override;
  void write_event(std::string& out, const Answer& answer, const Place& place,
                   std::int64_t number) const override;

  Refusal refusal_of(int status) const override;
  Refusal refusal_of_limit(const LimitHit& hit, std::string_view model) const override;
  void write_retry_after(std::string& out, world::Nanos wait) const override {
    Dialect::write_retry_after(out, wait);  // in seconds alone
  }
  Refusal refusal_of_quota() const override;
  Refusal refusal_of_route(int status, std::string_view method,
                           std::string_view target) const override;
  bool whole_tool_calls() const override { return true; }
  std::string call_id(std::uint64_t bits) const override;

 protected:
  const ChatStyle& style() const override;
  std::string_view finish_text(Finish finish) const override;
  void write_usage(std::string& out, const Answer& answer) const override;
};

}  // namespace fakes
