#include "fakes/reply_text.hpp"
#include "tests/wire/reading.hpp"
#include "tests/wire/wire.hpp"

namespace wire {
namespace {

using fakes::check_text;
using fakes::TextCheck;
using support::body_of;
using support::count;
using support::Talk;
using std::chrono::milliseconds;

int events(const Talk& t) { return count(text_of(t), "data: "); }
bool whole(const Talk& t) { return body_of(t.bytes).whole; }
bool broken(const Talk& t) { return t.end == "fin" && !whole(t); }

constexpr const char* kStop = R"("finish_reason":"stop")";
constexpr const char* kDone = "data: [DONE]";

// A stream of eight tokens on a connection that then ends.
Case row(std::string_view name, std::function<bool(const Talk&, const Talk&)> seen,
         world::Nanos patience = milliseconds(3'000)) {
  return {name, true, std::move(seen), patience, "openai-chat", closing(true)};
}

void add_ends(std::vector<Case>& cases) {
  cases.push_back(row("sse.reset", [](const Talk& t, const Talk&) {
    return t.end == "reset" && events(t) == 4;
  }));
  cases.push_back(row("sse.cut_after_bytes", [](const Talk& t, const Talk&) {
    return broken(t) && text_of(t).size() == 700;
  }));
  cases.push_back(row("sse.cut_in_line", [](const Talk& t, const Talk&) {
    return broken(t) && events(t) == 5 && !text_of(t).ends_with('\n') &&
           !is_json(payloads(t).back());
  }));
  cases.push_back(row("sse.cut_in_character", [](const Talk& t, const Talk&) {
    return broken(t) && events(t) == 5 && text_of(t).ends_with('\xC3');
  }));
  cases.push_back(row("sse.cut_in_line_end", [](const Talk& t, const Talk&) {
    return broken(t) && events(t) == 5 && text_of(t).ends_with("}\r");
  }));
  cases.push_back(row("sse.clean_end", [](const Talk& t, const Talk&) {
    return whole(t) && events(t) == 4 && !has(t, kDone) && !has(t, kStop);
  }));
  cases.push_back(row("sse.clean_end_in_line", [](const Talk& t, const Talk&) {
    return whole(t) && events(t) == 5 && !text_of(t).ends_with('\n');
  }));
  cases.push_back(row("sse.no_terminal", [](const Talk& t, const Talk& usual) {
    return whole(t) && has(t, kStop) && !has(t, kDone) && said(t) == said(usual);
  }));
  cases.push_back(row("sse.no_finish", [](const Talk& t, const Talk& usual) {
    return whole(t) && !has(t, kStop) && has(t, kDone) && said(t) == said(usual);
  }));
  cases.push_back(row("sse.no_end", [](const Talk& t, const Talk& usual) {
    return whole(t) && !has(t, kStop) && !has(t, kDone) && said(t) == said(usual);
  }));
  cases.push_back(row("sse.error_first", [](const Talk& t, const Talk&) {
    return whole(t) && body_of(t.bytes).status == 200 && events(t) == 1 &&
           text_of(t).starts_with("data: {\"error\":") && has(t, "server_is_overloaded");
  }));
  cases.push_back(row("sse.error_later", [](const Talk& t, const Talk&) {
    return whole(t) && events(t) == 6 && payloads(t).back().starts_with("{\"error\":");
  }));
  cases.push_back(row("sse.error_500", [](const Talk& t, const Talk&) {
    return whole(t) && events(t) == 6 && has(t, R"("type":"server_error")") &&
           !has(t, "server_is_overloaded");
  }));
}

void add_endless(std::vector<Case>& cases) {
  cases.push_back(row("sse.comments_only", [](const Talk& t, const Talk&) {
    return t.end == "silence" && events(t) == 0 && count(text_of(t), ": ping\n\n") >= 3;
  }, milliseconds(800)));
  cases.push_back(row("sse.pings_only", [](const Talk& t, const Talk&) {
    return t.end == "silence" && events(t) == count(text_of(t), "event: ping\n") &&
           events(t) >= 3;
  }, milliseconds(800)));
  cases.push_back(row("sse.infinite", [](const Talk& t, const Talk& usual) {
    return t.end == "silence" && events(t) > 2 * events(usual) && !has(t, kStop) &&
           said(t).starts_with(said(usual));
  }, milliseconds(1'200)));
}

void add_events(std::vector<Case>& cases) {
  cases.push_back(row("sse.doubled_deltas", [](const Talk& t, const Talk&) {
    return said(t).find(" t2 t2 t3 t3") != std::string::npos && count(text_of(t), kStop) == 1;
  }));
  cases.push_back(row("sse.double_finish", [](const Talk& t, const Talk&) {
    return count(text_of(t), kStop) == 2 && count(text_of(t), kDone) == 1;
  }));
  cases.push_back(row("sse.full_message", [](const Talk& t, const Talk& usual) {
    return !said(usual).empty() && said(t) == said(usual) + said(usual);
  }));
  cases.push_back(row("sse.reordered", [](const Talk& t, const Talk& usual) {
    return said(t).starts_with(" t2[reply") && said(t).size() == said(usual).size() &&
           text_of(t).ends_with("data: [DONE]\n\n");
  }));
  cases.push_back(row("sse.duplicate_event", [](const Talk& t, const Talk& usual) {
    return whole(t) && events(t) == events(usual) + 1 && payloads(t)[1] == payloads(t)[2] &&
           payloads(t)[1] == payloads(usual)[1] && payloads(t)[3] == payloads(usual)[2];
  }));
  cases.push_back(row("sse.wrong_index", [](const Talk& t, const Talk& usual) {
    return whole(t) && count(text_of(t), R"("index":1,)") == 4 &&
           count(text_of(t), R"("index":0,)") == count(text_of(usual), R"("index":0,)") - 4;
  }));
  cases.push_back(row("sse.after_terminal", [](const Talk& t, const Talk&) {
    const std::size_t done = text_of(t).find(kDone);
    return done != std::string::npos && text_of(t).rfind(R"("content":)") > done;
  }));
  cases.push_back(row("sse.empty_deltas", [](const Talk& t, const Talk& usual) {
    return whole(t) && said(t).empty() && events(t) == events(usual) && has(t, kStop);
  }));
}

void add_forms(std::vector<Case>& cases) {
  cases.push_back(row("sse.split", [](const Talk& t, const Talk&) {
    return count(t.bytes, "\r\n5\r\n") > 100 && check_text(said(t)) == TextCheck::whole &&
           said(t).find("\xE6\xBC\xA2") != std::string::npos;
  }));
  cases.push_back(row("sse.merged", [](const Talk& t, const Talk& usual) {
    return count(t.bytes, "\r\ndata: ") == 1 && said(t) == said(usual) && whole(t);
  }));
  cases.push_back(row("sse.cr", [](const Talk& t, const Talk&) {
    return !has(t, "\n") && count(text_of(t), "\r\rdata: ") == 10 && has(t, kDone);
  }));
  cases.push_back(row("sse.crlf", [](const Talk& t, const Talk&) {
    return count(text_of(t), "\r\n\r\n") == 11 && count(text_of(t), "\n") == 22;
  }));
  cases.push_back(row("sse.bom", [](const Talk& t, const Talk&) {
    return text_of(t).starts_with("\xEF\xBB\xBF" "data: ") && has(t, kDone);
  }));
  cases.push_back(row("sse.multi_line", [](const Talk& t, const Talk&) {
    return count(text_of(t), "data: {\ndata: \"") == 10 && has(t, kDone);
  }));
  cases.push_back(row("sse.fields", [](const Talk& t, const Talk& usual) {
    return has(t, "id: 3\nretry: 3000\ndata: ") && said(t) == said(usual);
  }));
  cases.push_back(row("sse.unknown_type", [](const Talk& t, const Talk& usual) {
    return has(t, "event: shakedown.unknown\n") && said(t) == said(usual);
  }));
  cases.push_back(row("sse.giant", [](const Talk& t, const Talk& usual) {
    return text_of(t).size() == text_of(usual).size() + (1 << 20) && whole(t);
  }));
  cases.push_back(row("sse.done_in_text", [](const Talk& t, const Talk&) {
    return check_text(said(t)) == TextCheck::whole &&
           said(t).find(" data: [DONE]") != std::string::npos && whole(t);
  }));
  cases.push_back(row("sse.data_in_comment", [](const Talk& t, const Talk& usual) {
    return text_of(t).starts_with(": data: [DONE]\n") && said(t) == said(usual);
  }));
}

void add_times(std::vector<Case>& cases) {
  cases.push_back(row("sse.stall_for", [](const Talk& t, const Talk& usual) {
    return length_of(t) - length_of(usual) > milliseconds(500) && said(t) == said(usual);
  }));
  cases.push_back(row("sse.slow_start", [](const Talk& t, const Talk& usual) {
    return t.first_byte - usual.first_byte > milliseconds(500) && said(t) == said(usual);
  }));
  cases.push_back(row("sse.slow_tokens", [](const Talk& t, const Talk& usual) {
    return length_of(t) - length_of(usual) > milliseconds(500) && said(t) == said(usual);
  }));
  cases.push_back(row("sse.slow_all", [](const Talk& t, const Talk& usual) {
    return length_of(t) - length_of(usual) > milliseconds(500) &&
           t.first_byte - usual.first_byte > milliseconds(300) && said(t) == said(usual);
  }));
  // The client leaves at the second token; the record tells of those that were made after that.
  Case leaving = row("sse.after_cancel", {});
  leaving.request = closing(true, {}, {}, 60);
  leaving.until = " t2";
  leaving.noted = [](const fakes::PromptRecord& record) {
    return record.tokens_for_nobody > 0 && record.end == fakes::End::faulted;
  };
  cases.push_back(std::move(leaving));
}

std::vector<Case> all_cases() {
  std::vector<Case> cases = {
      {"sse.stall", true,
       [](const Talk& t, const Talk&) { return t.end == "silence" && events(t) == 4; }},
      {"sse.cut", true,
       [](const Talk& t, const Talk&) { return t.end == "fin" && events(t) == 4; }},
  };
  add_ends(cases);
  add_endless(cases);
  add_events(cases);
  add_forms(cases);
  add_times(cases);
  return cases;
}

}  // namespace

const std::vector<Case>& sse_cases() {
  static const std::vector<Case> cases = all_cases();
  return cases;
}

}  // namespace wire
