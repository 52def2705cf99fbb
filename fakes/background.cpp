#include "fakes/background.hpp"

#include <algorithm>

#include "fakes/stream_writer.hpp"
#include "world/deadline.hpp"
#include "world/json_reader.hpp"
#include "world/json_text.hpp"
#include "world/scope.hpp"

namespace fakes {

using world::Instant;
using world::kNever;
using world::Purpose;
using world::Task;

namespace {

// The value of a query's parameter; nothing when it is not there.
std::optional<std::string_view> parameter(std::string_view target, std::string_view name) {
  std::size_t at = target.find('?');
  while (at != std::string_view::npos) {
    const std::size_t end = target.find('&', at + 1);
    const std::string_view pair = target.substr(at + 1, end - at - 1);
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
      return pair.substr(name.size() + 1);
    }
    at = end;
  }
  return std::nullopt;
}

// The number of the first event that is wanted; nothing when the query is wrong.
std::optional<std::int64_t> first_event(std::string_view target) {
  const auto after = parameter(target, "starting_after");
  if (!after) return 0;
  const auto number = world::JsonValue{world::JsonType::number, *after}.integer();
  if (!number || *number < 0 || *number > (std::int64_t{1} << 40)) return std::nullopt;
  return *number + 1;
}

ListPage page_of(std::string_view target) {
  ListPage page;
  const std::string_view limit = parameter(target, "limit").value_or(std::string_view());
  const auto number = world::JsonValue{world::JsonType::number, limit}.integer();
  page.limit = std::clamp<std::int64_t>(number.value_or(page.limit), 1, ListPage::kLimitMax);
  page.ascending = parameter(target, "order") == "asc";
  page.after = parameter(target, "after").value_or(std::string_view());
  return page;
}

void set_ends(StoredAnswer& stored) {
  if (stored.starts == kNever) {
    stored.ends = kNever;
  } else {
    stored.ends = stored.starts + stored.timing.to_last_token(stored.answer.units());
  }
}

Task<bool> until_cancelled(StoredAnswer& stored) {
  while (stored.cancelled == kNever) co_await stored.changed.wait();
  co_return true;
}

Task<void> tell_when_gone(world::HttpServerConnection& connection, world::Signal& signal,
                          bool& gone) {
  co_await connection.wait_for_close();
  gone = true;
  signal.notify_all();
}

// The answer is stuck: nothing comes until it is cancelled, and whoever waits may go.
Task<void> wait_stuck(world::Clock& clock, Exchange& x) {
  StoredAnswer& stored = *x.stored;
  bool gone = false;
  world::Scope scope(clock);
  scope.spawn(tell_when_gone(x.connection, stored.changed, gone));
  std::exception_ptr ended;
  try {
    while (!gone && stored.cancelled == kNever) co_await stored.changed.wait();
  } catch (...) {
    ended = std::current_exception();
  }
  scope.cancel();
  co_await scope.join_anyway();
  if (ended) std::rethrow_exception(ended);
  if (gone && !x.record.fault) x.record.end = End::peer_gone;
}

}  // namespace

bool stick_in_queue(Exchange& x) {
  if (x.stored == nullptr) return false;
  x.stored->starts = kNever;
  x.stored->ends = kNever;
  return true;
}

void store_as_it_is(Exchange& x) {
  x.stored->answer = x.answer;
  set_ends(*x.stored);
}

Task<void> answer_queued(Exchange& x) {
  x.body.clear();
  x.dialect.stored_form()->write_stored(x.body, x.answer, Progress::queued);
  x.add_response(200, "application/json", x.body);
  const bool sent = co_await x.send_now();
  if (sent) x.record.end = End::completed;
}

bool reaches(const Exchange& x, Instant due) {
  return x.stored == nullptr || x.stored->reaches(due);
}

Task<bool> wait_for_stored_event(world::Clock& clock, Exchange& x, Instant due) {
  StoredAnswer& stored = *x.stored;
  if (due == kNever) {
    if (stored.cancelled == kNever) co_await wait_stuck(clock, x);
    co_return false;
  }
  if (due > clock.now() && stored.cancelled == kNever) {
    Task<bool> cancelling = until_cancelled(stored);
    auto waiting = world::with_deadline(clock, due, std::move(cancelling));
    const std::optional<bool> cancelled = co_await waiting;
    static_cast<void>(cancelled);  // the answer says so itself
  }
  co_return stored.reaches(due);
}

std::optional<Refusal> Background::continue_previous(ChatRequest& chat) {
  const StoredForm* form = parts_.dialect.stored_form();
  const std::string& name = chat.previous_response_id;
  if (form == nullptr || name.empty()) return std::nullopt;
  const Instant now = parts_.clock.now();
  const auto id = form->answer_id(name);
  const std::shared_ptr<StoredAnswer> previous = id ? answers_.find(*id, now) : nullptr;
  if (previous == nullptr) return form->refusal_of(StoredTrouble::unknown_previous, name);
  const Context& before = previous->context;
  if (before.markers.size() + chat.markers.size() > Context::kMarkersMax) {
    return form->refusal_of(StoredTrouble::context_too_long, name);
  }
  std::vector<Marker> markers = before.markers;
  if (previous->progress(now) == Progress::ended) {
    const Answer& answer = previous->answer;
    if (answer.has_text && before.asked) markers.push_back({Role::assistant, true, *before.asked});
    ++chat.messages;
    chat.prompt_bytes += answer.units() * kBytesPerToken;
  }
  markers.insert(markers.end(), chat.markers.begin(), chat.markers.end());
  chat.markers = std::move(markers);
  chat.messages += before.messages;
  chat.prompt_bytes += before.prompt_bytes;
  if (chat.turns == 0) {  // only results of tools: the turn that asked for them goes on
    chat.asked = before.asked;
    chat.tool_results += before.tool_results;
  }
  chat.turns += before.turns;
  return std::nullopt;
}

void Background::plan(Exchange& x, const ChatRequest& chat, AnswerKey key) {
  if (parts_.dialect.stored_form() == nullptr) return;
  x.answer.echo = echo_of(chat);
  world::Nanos queued{0};
  if (chat.background) {
    const std::uint64_t bits =
        parts_.random.bits(Purpose("queue time"), key.entity, key.attempt);
    queued = world::Nanos(parts_.config.queue_time.sample(bits));
  }
  const world::Nanos lasts = queued + x.timing.to_last_token(x.answer.units());
  x.answer.completed_unix_s = (parts_.clock.unix_nanos() + lasts.count()) / 1'000'000'000;
  if (!chat.background) return;
  x.stored = make(x, chat);
  x.stored->starts = x.record.at + queued;
  set_ends(*x.stored);
  answers_.add(x.stored, x.now());
}

void Background::keep(Exchange& x, const ChatRequest& chat) {
  const bool foreground = parts_.dialect.stored_form() != nullptr && !chat.background;
  if (!foreground || !chat.store || x.record.end != End::completed) return;
  answers_.add(make(x, chat), x.now());
}

std::shared_ptr<StoredAnswer> Background::make(const Exchange& x, const ChatRequest& chat) const {
  auto stored = std::make_shared<StoredAnswer>(parts_.clock, x.timing);
  stored->at = stored->starts = x.record.at;
  stored->ends = x.now();
  stored->expires = x.now() + parts_.config.stored_for;
  stored->streamed = chat.stream;
  stored->answer = x.answer;
  world::append_compact_json(stored->input, chat.input);
  stored->context = {x.record.markers,  chat.messages, chat.prompt_bytes, chat.turns,
                     chat.tool_results, chat.asked};
  return stored;
}

Task<void> Background::answer(Established& e, StoredCall call) {
  Exchange x(parts_.clock, e, parts_.dialect, Timing(parts_.config, parts_.random, {}));
  x.emission = &parts_.emission;
  parts_.journal.note_fetch();
  std::optional<Refusal> refusal = answer_or_refuse(x, call);
  if (refusal) {
    co_await answer_refusal(x, std::move(*refusal), {});
    co_return;
  }
  if (x.stored == nullptr) {
    x.add_response(200, "application/json", x.body);
    const bool sent = co_await x.send_now();
    static_cast<void>(sent);
    co_return;
  }
  e.busy = true;
  std::exception_ptr ended;
  try {
    StreamWriter writer(x);
    const std::optional<std::int64_t> first = first_event(call.target);
    writer.skip_to(first.value_or(0));
    bool alive = co_await writer.write_until(writer.events());
    if (alive) alive = co_await writer.write_end();
  } catch (...) {
    ended = std::current_exception();
  }
  e.busy = false;
  if (ended) std::rethrow_exception(ended);
}

// Writes the body, or gives the exchange the answer that is to be streamed.
std::optional<Refusal> Background::answer_or_refuse(Exchange& x, const StoredCall& call) {
  const StoredForm& form = *parts_.dialect.stored_form();
  const auto id = form.answer_id(call.id);
  const std::shared_ptr<StoredAnswer> stored = id ? answers_.find(*id, x.now()) : nullptr;
  if (stored == nullptr) return form.refusal_of(StoredTrouble::unknown, call.id);
  if (call.call == Call::remove) {
    cancel(*stored);
    answers_.remove(*id);
    form.write_removed(x.body, call.id);
    return std::nullopt;
  }
  if (call.call == Call::input_items) {
    form.write_input_items(x.body, *id, stored->input, page_of(call.target));
    return std::nullopt;
  }
  if (call.call == Call::cancel) {
    if (!stored->answer.echo.background) {
      return form.refusal_of(StoredTrouble::cancel_of_foreground, call.id);
    }
    cancel(*stored);
  } else if (parameter(call.target, "stream") == "true") {
    x.stored = stored;
    return ready_stream(x, call);
  }
  form.write_stored(x.body, stored->answer, stored->progress(x.now()));
  return std::nullopt;
}

std::optional<Refusal> Background::ready_stream(Exchange& x, const StoredCall& call) {
  const StoredForm& form = *parts_.dialect.stored_form();
  const StoredAnswer& stored = *x.stored;
  std::optional<StoredTrouble> trouble;
  if (!stored.answer.echo.background) {
    trouble = StoredTrouble::stream_of_foreground;
  } else if (!stored.streamed) {
    trouble = StoredTrouble::stream_of_plain;
  } else if (x.now() - stored.at > parts_.config.resumable_for) {
    trouble = StoredTrouble::stream_too_old;
  } else if (!first_event(call.target)) {
    trouble = StoredTrouble::bad_starting_after;
  }
  if (trouble) return form.refusal_of(*trouble, call.id);
  x.answer = stored.answer;
  x.timing = stored.timing;
  x.date_back(stored.at);
  x.record.stream = true;
  return std::nullopt;
}

// Nothing changes for an answer that has ended, or was cancelled before.
void Background::cancel(StoredAnswer& stored) {
  const Progress progress = stored.progress(parts_.clock.now());
  if (progress == Progress::ended || progress == Progress::cancelled) return;
  stored.cancelled = parts_.clock.now();
  stored.changed.notify_all();
}

}  // namespace fakes
