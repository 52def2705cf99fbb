// A wire format that a fake can speak: one row each in kDialects, one file each in dialects/. A
// dialect only turns bytes into values and values into bytes; time, faults and connections are not
// its business. Constant objects without state; any thread.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "fakes/chat.hpp"
#include "fakes/limit_hit.hpp"
#include "fakes/stream_layout.hpp"
#include "world/http.hpp"

namespace fakes {

// What a request asks of a backend, by its method and path.
enum class Call : std::uint8_t {
  none,          // no such path: 404
  wrong_method,  // 405
  chat,          // make an answer
  count_tokens,  // tell how long a prompt is
  models,        // list the models
  model,         // tell of one model (Route::id)
  warm,          // a client warms its connection: an empty 200
  fetch,         // a stored answer (Route::id), whole or as a stream
  cancel,        // end a background answer
  remove,        // forget a stored answer
  input_items,   // tell what a stored answer was made from
  tools,         // ask a tool server
};

struct Route {
  Call call = Call::none;
  std::string_view id;  // within the path
};

// A header that only one provider's own clients send, and what its value contains.
struct ClientMark {
  std::string_view header;
  std::string_view value;
};

// When an event of a stream can be made, in the order in which that comes about.
enum class Pace : std::uint8_t {
  at_once,       // the request has been accepted
  when_started,  // it has left the queue
  with_units,    // the model has said something
};

// Why an answer that was stored, or is said to be, is not given out as it was asked for.
enum class StoredTrouble : std::uint8_t {
  unknown,               // or forgotten
  unknown_previous,      // a request builds on it
  context_too_long,      // of a request with all that it builds on
  cancel_of_foreground,  // only background answers can be cancelled
  stream_of_foreground,  // only they can be streamed again
  stream_of_plain,       // and only if they were made as streams
  stream_too_old,
  bad_starting_after,
};

// Which items of a list are asked for.
struct ListPage {
  std::int64_t limit = 20;
  bool ascending = false;
  std::string_view after;  // the id of the one before the first; empty: from the beginning

  static constexpr std::int64_t kLimitMax = 100;
};

// How a provider speaks of the answers that it stores. Constant; any thread.
class StoredForm {
 public:
  virtual ~StoredForm() = default;
  virtual std::optional<std::uint64_t> answer_id(std::string_view id) const = 0;
  virtual void write_stored(std::string& out, const Answer& answer, Progress progress) const = 0;
  virtual void write_removed(std::string& out, std::string_view id) const = 0;
  // What the answer with this id was made from: `input` as it came, JSON.
  virtual void write_input_items(std::string& out, std::uint64_t id, std::string_view input,
                                 const ListPage& page) const = 0;
  virtual Refusal refusal_of(StoredTrouble trouble, std::string_view id) const = 0;
};

class Dialect {
 public:
  virtual ~Dialect() = default;

  virtual std::string_view name() const = 0;      // the YAML value
  virtual std::string_view doc() const = 0;       // one line
  virtual std::string_view provider() const = 0;  // who speaks it, as a path's first segment
  virtual std::string_view chat_path() const = 0;
  virtual std::string_view models_path() const { return "/v1/models"; }
  // What a client's base URL ends in: "/v1", or nothing when the client knows the whole path. And
  // the variable that the provider's own clients read it from; empty: they read none.
  virtual std::string_view base_path() const { return {}; }
  virtual std::string_view base_url_variable() const { return {}; }

  // Who asks with one of these is this provider's client: on a path that several know, it is
  // answered by this one.
  virtual std::span<const ClientMark> client_marks() const { return {}; }
  bool is_client(const world::HttpHeaders& headers) const;

  // By default the chat path, the models path, and one model below it.
  virtual Route route(std::string_view method, std::string_view path) const;

  // Refuses a request for what its headers lack. Comes before what the body lacks.
  virtual std::optional<Refusal> check_headers(const world::HttpHeaders&) const { return {}; }

  // Reads a request. The views in `request` point into `body`. A refusal when it is not valid.
  virtual std::optional<Refusal> parse(std::string_view body, ChatRequest& request) const = 0;

  // Each appends to `out`. Headers end with their line break; bodies have no framing.
  virtual void write_headers(std::string& out, const HeaderFacts& facts) const = 0;
  virtual void write_answer(std::string& out, const Answer& answer) const = 0;
  virtual void write_refusal(std::string& out, const Refusal& refusal,
                             std::uint64_t request_id) const = 0;
  virtual void write_models(std::string& out, std::string_view model) const = 0;
  virtual void write_model(std::string& out, std::string_view model) const = 0;

  // How long a prompt is; or why the request for it is refused.
  virtual std::optional<Refusal> write_token_count(std::string& out, std::string_view body) const;

  // A stream: how many events each stage has (units always have one each), and each event's bytes.
  // The number counts all events of the stream, from 0.
  virtual std::int64_t events_at(const Answer& answer, Stage stage, std::size_t part) const = 0;
  virtual void write_event(std::string& out, const Answer& answer, const Place& place,
                           std::int64_t number) const = 0;

  virtual Pace pace(const Answer&, const Place&) const { return Pace::with_units; }

  // An error in the middle of a stream that began with 200, as the provider's own servers send it.
  virtual void write_stream_error(std::string& out, const Refusal& refusal,
                                  std::int64_t number) const = 0;

  // What the provider says with a status: when a fault asks for it, and when the request is wrong.
  virtual Refusal refusal_of(int status) const = 0;

  // What the provider says to a request that met a rate limit, and the headers that tell how long
  // to wait: retry-after in whole seconds, rounded up.
  virtual Refusal refusal_of_limit(const LimitHit&, std::string_view /*model*/) const {
    return refusal_of(429);
  }
  virtual void write_retry_after(std::string& out, world::Nanos wait) const;

  // Null: this provider stores no answers.
  virtual const StoredForm* stored_form() const { return nullptr; }

  // That an account's allowance is used up: status 429 mostly, but waiting does not help.
  virtual Refusal refusal_of_quota() const { return refusal_of(429); }

  // No such path (404), or no such method on it (405).
  virtual Refusal refusal_of_route(int status, std::string_view method,
                                   std::string_view target) const;

  // The status with which the provider refuses when it has too much to do.
  virtual int overload_status() const { return 503; }

  // The id of a tool call, made of random bits.
  virtual std::string call_id(std::uint64_t bits) const;

  // Whether a tool call is always streamed in one piece.
  virtual bool whole_tool_calls() const { return false; }
};

// Prompts are counted in tokens of so many bytes, as the providers' own rule of thumb says.
constexpr std::int64_t tokens_in(std::int64_t prompt_bytes) {
  return (prompt_bytes + kBytesPerToken - 1) / kBytesPerToken;
}

inline constexpr std::size_t kDialectCount = 8;
extern const std::array<const Dialect*, kDialectCount> kDialects;

const Dialect* find_dialect(std::string_view name);  // null: there is none

}  // namespace fakes
