// Groq's dialect of OpenAI chat: its own path, its name and usage for each answer in `x_groq`,
// times in the usage, errors within streams as named events, what the model thought beside its
// answer or within it. Constant; any thread.
#pragma once

#include "fakes/dialects/openai_chat.hpp"

namespace fakes {

class Groq final : public OpenAiChat {
 public:
  std::string_view name() const override { return "groq"; }
  std::string_view doc() const override { return "Groq's chat completions."; }
  std::string_view provider() const override { return "groq"; }
  std::string_view chat_path() const override { return "/openai/v1/chat/completions"; }
  std::string_view models_path() const override { return "/openai/v1/models"; }
  std::string_view base_path() const override { return {}; }
  std::string_view base_url_variable() const override { return "GROQ_BASE_URL"; }

  std::optional<Refusal> parse(std::string_view body, ChatRequest& request) const override;

  void write_headers(std::string& out, const HeaderFacts& facts) const override;
  void write_refusal(std::string& out, const Refusal& refusal,
                     std::uint64_t request_id) const override;
  void write_stream_error(std::string& out, const Refusal& refusal,
                          std::int64_t number) const override;
  Refusal refusal_of(int status) const override;
  Refusal refusal_of_limit(const LimitHit& hit, std::string_view model) const override;
  void write_retry_after(std::string& out, world::Nanos wait) const override {
    Dialect::write_retry_after(out, wait);  // in seconds alone
  }
  Refusal refusal_of_quota() const override;

 protected:
  const ChatStyle& style() const override;
  void write_usage(std::string& out, const Answer& answer) const override;
  void write_further(std::string& out, const Answer& answer, Document kind) const override;
};

}  // namespace fakes
