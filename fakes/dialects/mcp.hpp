// The Model Context Protocol over streamable HTTP: JSON-RPC 2.0 by POST /mcp. A tool server, not a
// model: what it does stands in fakes/tools/. A call that asks for progress is answered as a stream
// of events, any other in one piece. Constant; any thread.
#pragma once

#include "fakes/dialect.hpp"

namespace fakes {

class Mcp final : public Dialect {
 public:
  std::string_view name() const override { return "mcp"; }
  std::string_view doc() const override { return "Tools by the Model Context Protocol."; }
  std::string_view provider() const override { return "mcp"; }
  std::string_view chat_path() const override { return "/mcp"; }
  std::string_view base_path() const override { return "/mcp"; }
  Route route(std::string_view method, std::string_view path) const override;

  std::optional<Refusal> parse(std::string_view body, ChatRequest& request) const override;

  void write_headers(std::string& out, const HeaderFacts& facts) const override;
  void write_answer(std::string& out, const Answer& answer) const override;
  // A Refusal's code is that of JSON-RPC, its param the request's id.
  void write_refusal(std::string& out, const Refusal& refusal,
                     std::uint64_t request_id) const override;
  void write_models(std::string&, std::string_view) const override {}
  void write_model(std::string&, std::string_view) const override {}

  std::int64_t events_at(const Answer& answer, Stage stage, std::size_t part) const override;
  void write_event(std::string& out, const Answer& answer, const Place& place,
                   std::int64_t number) const override;
  Pace pace(const Answer&, const Place& place) const override {
    return place.stage == Stage::begin ? Pace::at_once : Pace::with_units;
  }
  void write_stream_error(std::string& out, const Refusal& refusal,
                          std::int64_t number) const override;
  Refusal refusal_of(int status) const override;
};

}  // namespace fakes
