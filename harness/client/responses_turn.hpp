// One turn of the Responses API under way, as ResponsesClient knows it. For its own .cpp files
// only; it lives in the frame of ResponsesClient::ask.
#pragma once

#include "harness/client/reading.hpp"
#include "harness/client/responses_client.hpp"
#include "harness/client/responses_json.hpp"

namespace harness {

// An answer to a call about a turn that is under way or has ended.
struct ResponsesClient::Whole {
  int status = 0;  // 0: none came
  std::string body;
  ResponseObject response;  // of a status of 200
};

struct ResponsesClient::Turn {
  Turn(const LoadClass& of, reports::Operation& operation, Reply& answer, std::size_t text_max)
      : load_class(of), op(operation), reply(answer), pieces(text_max) {}

  const LoadClass& load_class;
  reports::Operation& op;
  Reply& reply;
  PieceTaker pieces;

  world::Instant cancel_at = world::kNever;  // the user's wish; kNever: none, or it was answered
  bool drops = false;                        // connections, on purpose
  std::uint64_t connections = 0;             // that its stream was followed on
  ResponseObject last;                       // the final one as soon as there is one
  reports::Failure broke = reports::Failure::none;  // the last connection

  bool is_over() const { return is_final(last.status); }

  // What was told of its state at this instant.
  void see(ResponseObject told, world::Instant now);
};

}  // namespace harness
