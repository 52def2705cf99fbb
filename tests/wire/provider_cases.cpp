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
using namespace std::chrono_literals;
using Seen = std::function<bool(const Talk&, const Talk&)>;

constexpr const char* kTools =
    R"(,"tools":[{"type":"function","function":{"name":"search"}}])";
constexpr const char* kUsage = R"(,"stream_options":{"include_usage":true})";
constexpr const char* kArguments = R"({"city":"Berlin","days":3})";

Case row(std::string_view name, bool stream, Seen seen, std::string further = {}) {
  return {name,          stream, std::move(seen), std::chrono::seconds(3),
          "openai-chat", closing(stream, std::move(further))};
}

// The same to be seen in a plain answer and in a stream.
void add_both(std::vector<Case>& cases, std::string_view name, const Seen& seen,
              const std::string& further = {}) {
  cases.push_back(row(name, false, seen, further));
  cases.push_back(row(name, true, seen, further));
}

Seen refused(int status, std::string code) {
  return [status, code = std::move(code)](const Talk& t, const Talk&) {
    return body_of(t.bytes).status == status &&
           text_of(t).starts_with(R"({"error":{"message":")") &&
           has(t, R"("code":")" + code + "\"");
  };
}

// The provider's words, its figures, and headers that agree with them.
Seen limited(std::string of, std::string words) {
  return [of = std::move(of), words = std::move(words)](const Talk& t, const Talk& usual) {
    const support::Body body = body_of(t.bytes);
    const std::string limit(body.headers.get("x-ratelimit-limit-" + of));
    const std::string said_first = R"({"error":{"message":"Rate limit reached for fake-1 in )"
                                   "organization org-shakedown on " + words + ": Limit " + limit +
                                   ", Used " + limit + ", Requested ";
    return refused(429, "rate_limit_exceeded")(t, usual) && body.text.starts_with(said_first) &&
           !limit.empty() && has(t, ". Please try again in 20s.\",\"type\":\"" + of + "\"") &&
           body.headers.get("x-ratelimit-remaining-" + of) == "0" &&
           body.headers.get("retry-after") == "20" &&
           body.headers.get("retry-after-ms") == "20000";
  };
}

void add_refusals(std::vector<Case>& cases) {
  add_both(cases, "provider.rate_limit", limited("requests", "requests per min (RPM)"));
  add_both(cases, "provider.token_limit", limited("tokens", "tokens per min (TPM)"));
  add_both(cases, "provider.insufficient_quota", refused(429, "insufficient_quota"));
  add_both(cases, "provider.credit_balance", refused(429, "credit_balance_exhausted"));
  add_both(cases, "provider.spend_limit", refused(429, "enforced_spend_limit_reached"));
  add_both(cases, "provider.context_length", refused(400, "context_length_exceeded"));
  add_both(cases, "provider.prompt_filtered", refused(400, "content_filter"));
  add_both(cases, "provider.overloaded", refused(503, "server_is_overloaded"));
  add_both(cases, "provider.key_revoked", refused(401, "invalid_api_key"));
  add_both(cases, "provider.tool_use_failed", [](const Talk& t, const Talk& usual) {
    return refused(400, "tool_use_failed")(t, usual) && has(t, R"("failed_generation":"<fun)") &&
           is_json(text_of(t));
  });
}

// In the words of other providers, which have no others than these.
void add_of_others(std::vector<Case>& cases) {
  Case ramp = row("provider.ramp_limit", false, [](const Talk& t, const Talk&) {
    return body_of(t.bytes).status == 429 && has(t, R"("type":"rate_limit_error")") &&
           has(t, R"("details":{"error_code":"ramp_limit_exceeded"})");
  });
  ramp.dialect = "anthropic";
  ramp.request = support::post("/v1/messages", support::ask({1, 0, 0}, false, 8));
  ramp.request.insert(ramp.request.find("\r\n") + 2,
                      "connection: close\r\nanthropic-version: 2023-06-01\r\n");
  cases.push_back(ramp);
  // A client that polls it is told `queued` long after it should have been made.
  Case stuck = row("provider.stuck_in_queue", false, [](const Talk& t, const Talk& usual) {
    return count(t.bytes, R"("status":"queued")") == 3 &&
           count(t.bytes, "HTTP/1.1 200") == 3 &&
           count(usual.bytes, R"("status":"queued")") == 1;
  });
  stuck.dialect = "openai-responses";
  stuck.request = support::post(
      "/v1/responses", R"({"model":"fake-1","input":"[turn u1.s0.t0] hello","background":true})");
  stuck.polls = 2;
  stuck.again = milliseconds(1'000);
  cases.push_back(stuck);
}

void add_contents(std::vector<Case>& cases) {
  add_both(cases, "provider.finish_length", [](const Talk& t, const Talk& usual) {
    return has(t, R"("finish_reason":"length")") && said(usual).starts_with(said(t)) &&
           check_text(said(t)) == TextCheck::no_end;
  });
  add_both(cases, "provider.finish_content_filter", [](const Talk& t, const Talk& usual) {
    return has(t, R"("finish_reason":"content_filter")") && said(usual).starts_with(said(t));
  });
  add_both(cases, "provider.finish_refusal", [](const Talk& t, const Talk&) {
    return said(t).empty() && has(t, R"("refusal":"I)") && has(t, R"("finish_reason":"stop")");
  });
  add_both(cases, "provider.empty_content", [](const Talk& t, const Talk&) {
    return said(t).empty() && has(t, R"("content":"")") && has(t, R"("finish_reason":"stop")");
  });
  add_both(cases, "provider.null_content", [](const Talk& t, const Talk&) {
    return has(t, R"("content":null)") && has(t, R"("finish_reason":"stop")");
  });
  cases.push_back(row("provider.no_choices", false, [](const Talk& t, const Talk&) {
    return body_of(t.bytes).status == 200 && has(t, R"("choices":[],)") && is_json(text_of(t));
  }));
  cases.push_back(row("provider.no_choices", true, [](const Talk& t, const Talk& usual) {
    return payloads(t)[0].find(R"("choices":[])") != std::string::npos && said(t) == said(usual);
  }));
  add_both(cases, "provider.null_choices", [](const Talk& t, const Talk&) {
    return has(t, R"("choices":null)") && !has(t, R"("choices":[)");
  });
}

// Sees one call, or some, that the predicate agrees to, and the finish reason.
Seen called(std::function<bool(const std::vector<Call>&)> agrees,
            std::string finish = "tool_calls") {
  return [agrees = std::move(agrees), finish = std::move(finish)](const Talk& t, const Talk&) {
    return has(t, R"("finish_reason":")" + finish + "\"") && !calls(t).empty() &&
           agrees(calls(t));
  };
}

void add_tool_calls(std::vector<Case>& cases) {
  const auto of_arguments = [](bool (*is)(const std::string&)) {
    return [is](const std::vector<Call>& all) {
      return all.size() == 1 && all[0].name == "search" && is(all[0].arguments);
    };
  };
  const auto cut = [](const std::string& arguments) {
    return std::string(kArguments).starts_with(arguments) && !arguments.empty() &&
           !is_json(arguments);
  };
  add_both(cases, "provider.tool_invalid_json", called(of_arguments([](const std::string& a) {
             return a.starts_with('{') && a.ends_with('}') && !is_json(a);
           })), kTools);
  add_both(cases, "provider.tool_cut_at_length", called(of_arguments(cut), "length"), kTools);
  add_both(cases, "provider.tool_cut", called(of_arguments(cut)), kTools);
  add_both(cases, "provider.tool_empty_arguments",
           called(of_arguments([](const std::string& a) { return a.empty(); })), kTools);
  add_both(cases, "provider.tool_wrong_schema", called(of_arguments([](const std::string& a) {
             return a == R"({"unexpected":[1,2,3]})";
           })), kTools);
  add_both(cases, "provider.tool_unknown", called([](const std::vector<Call>& all) {
             return all.size() == 1 && all[0].name == "no_such_tool";
           }), kTools);
  add_both(cases, "provider.tool_duplicate_id", called([](const std::vector<Call>& all) {
             return all.size() == 2 && all[0].id == all[1].id && all[0].id.size() > 5;
           }), kTools);
  add_both(cases, "provider.tool_missing_id", called([](const std::vector<Call>& all) {
             return all.size() == 1 && all[0].id == "-" && all[0].arguments == kArguments;
           }), kTools);
  add_both(cases, "provider.tool_parallel", called([](const std::vector<Call>& all) {
             return all.size() == 3 && all[0].id != all[1].id && all[1].id != all[2].id &&
                    all[2].arguments == kArguments;
           }), kTools);
  cases.push_back(row("provider.tool_split", true, [](const Talk& t, const Talk&) {
    return count(text_of(t), R"("tool_calls":[)") > 20 && calls(t)[0].arguments == kArguments;
  }, kTools));
  // Without tools on offer it is a made-up one.
  add_both(cases, "provider.tool_loop", called([](const std::vector<Call>& all) {
             return all.size() == 1 && all[0].name == "lookup_weather" &&
                    all[0].arguments == kArguments;
           }));
}

void add_usages(std::vector<Case>& cases) {
  constexpr const char* kFigures = R"("prompt_tokens":)";
  add_both(cases, "provider.usage_missing", [](const Talk& t, const Talk& usual) {
    return !has(t, kFigures) && has(usual, kFigures) && said(t) == said(usual);
  }, kUsage);
  cases.push_back(row("provider.usage_late", true, [](const Talk& t, const Talk&) {
    return text_of(t).find(kFigures) != std::string::npos &&
           text_of(t).find(kFigures) > text_of(t).find("data: [DONE]");
  }, kUsage));
  add_both(cases, "provider.usage_zero", [](const Talk& t, const Talk&) {
    return has(t, R"("prompt_tokens":0,"completion_tokens":0,"total_tokens":0,)");
  }, kUsage);
  add_both(cases, "provider.usage_wrong", [](const Talk& t, const Talk&) {
    return has(t, R"("completion_tokens":78,)");
  }, kUsage);
}

// The ids of the answers in the bytes.
std::vector<std::string> ids(const Talk& t) {
  const std::string key = R"({"id":"chatcmpl-)";
  std::vector<std::string> found;
  std::size_t at = t.bytes.find(key);
  for (; at != std::string::npos; at = t.bytes.find(key, at + 1)) {
    found.push_back(t.bytes.substr(at + key.size(), 16));
  }
  return found;
}

void add_others(std::vector<Case>& cases) {
  add_both(cases, "provider.model_fallback", [](const Talk& t, const Talk& usual) {
    return has(t, R"("model":"fake-0-mini")") && said(t) == said(usual);
  });
  add_both(cases, "provider.lie", [](const Talk& t, const Talk& usual) {
    return check_text(said(t)) == TextCheck::wrong && said(t).size() == said(usual).size();
  });
  add_both(cases, "provider.fingerprint_drift", [](const Talk& t, const Talk& usual) {
    return has(t, R"("system_fingerprint":"fp_)") && !has(t, "fp_5a4e") && said(t) == said(usual);
  });
  add_both(cases, "provider.region_failover", [](const Talk& t, const Talk&) {
    return said(t).starts_with("I know of no earlier message") && !has(t, "fp_5a4e");
  });
  Case repeated = row("provider.repeated", false, [](const Talk& t, const Talk&) {
    return ids(t).size() == 2 && ids(t)[0] == ids(t)[1] && count(t.bytes, "[reply u1.s0.t0]") == 2;
  });
  repeated.request = two_requests(false);
  cases.push_back(repeated);
  // Without the fault the same key gives the same answer again.
  Case ignored = row("provider.key_ignored", false, [](const Talk& t, const Talk& usual) {
    return ids(t).size() == 2 && ids(t)[0] != ids(t)[1] && ids(usual)[0] == ids(usual)[1];
  });
  ignored.request = two_requests(true, "idempotency-key: k1\r\n");
  cases.push_back(ignored);
  const Seen late = [](const Talk& t, const Talk& usual) {
    return t.first_byte - usual.first_byte > milliseconds(500) && said(t) == said(usual);
  };
  add_both(cases, "provider.cache_miss", late);
  add_both(cases, "provider.cold", late);
  // Half a minute of silence, and then the answer, to those who wait.
  for (const bool stream : {false, true}) {
    Case stall = row("provider.identity_stall", stream, [](const Talk& t, const Talk& usual) {
      return t.first_byte >= world::at(30s) && said(t) == said(usual) && !said(t).empty() &&
             body_of(t.bytes).status == 200 && body_of(t.bytes).whole;
    });
    stall.patience = 45s;
    cases.push_back(stall);
  }
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  add_refusals(cases);
  add_of_others(cases);
  add_contents(cases);
  add_tool_calls(cases);
  add_usages(cases);
  add_others(cases);
  return cases;
}

}  // namespace

const std::vector<Case>& provider_cases() {
  static const std::vector<Case> cases = all_cases();
  return cases;
}

}  // namespace wire
