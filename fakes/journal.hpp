// What a fake saw and did, one record per request, told when the request has ended however it
// ended. The records are the fakes' own ledger and the evidence of the conversation oracles. One
// journal may serve several backends of one clock; one thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/markers.hpp"
#include "world/units.hpp"

namespace fakes {

// How a request ended, seen from the fake.
enum class End : std::uint8_t {
  completed,  // the whole answer was handed to the network
  rejected,   // the provider's own no: 400, 404, 405, 413, 429 for too many at once
  faulted,    // a fault of the scenario took the answer's place or broke it off
  peer_gone,  // the client left before the end
  cancelled,  // the fake was stopped
};
inline constexpr std::size_t kEnds = 5;
std::string_view to_text(End end);

struct PromptRecord {
  world::Instant at{};  // the request had arrived
  std::string backend;
  std::uint64_t ordinal = 0;  // of this request at its backend
  std::uint32_t attempt = 1;  // how often the asking turn has come to this backend
  std::optional<world::TurnId> asked;
  std::vector<Marker> markers;  // of the whole prompt, in order
  std::int64_t messages = 0;
  std::string user;
  std::string model;  // asked for
  bool stream = false;
  std::optional<std::size_t> fault;  // index in the fault schedule
  int status = 0;                    // sent; 0: none
  world::Instant first_write = world::kNever;
  world::Instant last_write = world::kNever;
  world::Nanos late_max{0};  // the most that a write left behind its due instant: our own delay
  std::int64_t events = 0;   // of a stream, handed over ...
  std::int64_t writes = 0;   // ... in so many writes
  std::int64_t tokens = 0;   // handed over
  bool effect = false;       // a tool has changed something
  // Of a tool server: which command it was, the same when it comes again: the tool, a hash of its
  // arguments and, where the caller gives one, the call's own id (fakes/tools/call_name.hpp). The
  // id of the JSON-RPC request is not in it: each retry has one of its own. Empty: no tool call.
  std::string call;
  std::string error;  // the refusal's own code, or else its type; empty: there was none
  std::int64_t tokens_for_nobody = 0;  // made after the client had left
  world::Instant ended{};  // when the request had ended, and this was told
  world::Nanos retry_after{-1};  // what an answer >= 400 told the client to wait; negative: nothing
  End end = End::cancelled;
};

class Journal {
 public:
  using Sink = std::function<void(const PromptRecord&)>;
  explicit Journal(Sink sink = {}) : sink_(std::move(sink)) {}

  void note(const PromptRecord& record);

  // A poll, a resume, a cancel or a removal of a stored answer: no prompt, so no record of its own.
  void note_fetch() { ++fetches_; }
  std::uint64_t fetches() const { return fetches_; }

  std::uint64_t requests() const { return requests_; }
  std::uint64_t ended(End end) const { return ended_[static_cast<std::size_t>(end)]; }
  std::int64_t tokens() const { return tokens_; }

 private:
  Sink sink_;
  std::uint64_t requests_ = 0;
  std::uint64_t fetches_ = 0;
  std::array<std::uint64_t, kEnds> ended_{};
  std::int64_t tokens_ = 0;
};

}  // namespace fakes
