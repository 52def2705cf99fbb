// ResponsesApi: the calls about responses that are there already: reading one, following its events
// from any of them on, cancelling, removing, listing. Each sees only its owner's. One clock.
#pragma once

#include "agent/pipeline.hpp"

namespace agent {

class ResponsesApi {
 public:
  explicit ResponsesApi(Pipeline& pipeline) : pipeline_(pipeline), jobs_(pipeline.jobs()) {}

  world::Task<void> read(world::HttpServerConnection& connection, world::HttpRequest http,
                         std::string id);
  world::Task<void> cancel(world::HttpServerConnection& connection, world::HttpRequest http,
                           std::string id);
  world::Task<void> remove(world::HttpServerConnection& connection, world::HttpRequest http,
                           std::string id);
  world::Task<void> input_items(world::HttpServerConnection& connection, world::HttpRequest http,
                                std::string id);
  world::Task<void> list(world::HttpServerConnection& connection, world::HttpRequest http,
                         std::string id);

  static constexpr std::size_t kListMax = 100;

 private:
  world::Task<std::optional<JobRow>> row_of(std::string id, std::string owner);
  world::Task<void> refuse(world::HttpServerConnection& connection, world::HttpRequest http,
                           Problem problem);
  world::Task<void> not_found(world::HttpServerConnection& connection, world::HttpRequest http,
                              std::string id);

  Pipeline& pipeline_;
  Jobs& jobs_;
};

// The value of a parameter behind the '?' of a target; empty: it is not there.
std::string_view query_of(std::string_view target, std::string_view name);

// Answers with a body of JSON; `request` is the id of the call.
world::Task<void> send_json(world::HttpServerConnection& connection, std::string request,
                            std::string body);

}  // namespace agent
