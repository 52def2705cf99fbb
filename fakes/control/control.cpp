#include "fakes/control/control.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace fakes {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kRoot = "/_shakedown";
constexpr std::string_view kFaults = "/_shakedown/faults";
constexpr std::string_view kSince = "since=";
constexpr std::string_view kForm =
    R"(needs a fault in a line of text, or as JSON: {"fault": "hang at 10s..20s"})";

std::string text_of(const ordered_json& value) {
  return value.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

double seconds(world::Instant at) {
  return static_cast<double>(world::since_start(at).count()) / 1e9;
}

double millis(world::Nanos duration) { return static_cast<double>(duration.count()) / 1e6; }

// Pages of the web can send requests to loopback, too, but not without saying whence.
bool comes_from_a_page(const world::HttpRequest& request) {
  return request.headers.contains("origin") || request.headers.contains("sec-fetch-site");
}

// The lines of a request: text as it is, or JSON with `fault` or `faults`.
std::vector<std::string> lines_of(const std::string& body) {
  std::vector<std::string> lines;
  if (const ordered_json json = ordered_json::parse(body, nullptr, false); json.is_object()) {
    for (const char* key : {"fault", "faults"}) {
      if (!json.contains(key)) continue;
      const ordered_json& value = json[key];
      if (value.is_string()) lines.push_back(value.get<std::string>());
      if (!value.is_array()) continue;
      for (const ordered_json& line : value) {
        if (!line.is_string()) throw std::runtime_error(std::string(kForm));
        lines.push_back(line.get<std::string>());
      }
    }
    if (lines.empty()) throw std::runtime_error(std::string(kForm));
    return lines;
  }
  for (std::size_t from = 0; from < body.size();) {
    const std::size_t to = std::min(body.find('\n', from), body.size());
    std::string line = body.substr(from, to - from);
    from = to + 1;
    if (line.find_first_not_of(" \t\r") != std::string::npos) lines.push_back(std::move(line));
  }
  if (lines.empty()) throw std::runtime_error(std::string(kForm));
  return lines;
}

}  // namespace

Control::Control(world::Clock& clock, Server& server, ReadFault read_fault)
    : clock_(clock),
      server_(server),
      read_fault_(std::move(read_fault)),
      at_start_(in_force()) {}

void Control::note(const PromptRecord& record) {
  recent_.note(record);
  metrics_.note(record);
}

world::Task<bool> Control::answer(Established& e, const world::HttpRequest& request) {
  const std::string_view path = request.path();
  const bool own = path == "/metrics" || path == kRoot ||
                   (path.starts_with(kRoot) && path[kRoot.size()] == '/');
  if (!own) co_return false;
  Reply reply = reply_to(request);
  world::HttpResponse response;
  response.status = reply.status;
  response.headers.add("content-type", reply.type);
  response.headers.add("cache-control", "no-store");
  response.body = std::move(reply.body);
  const world::Result<void> sent = co_await e.connection.respond(std::move(response));
  if (!sent) e.connection.close_after();
  co_return true;
}

Control::Reply Control::reply_to(const world::HttpRequest& request) {
  const std::string_view path = request.path();
  if (comes_from_a_page(request)) return wrong(403, "web pages may not steer the fakes");
  const bool get = request.method == "GET";
  if (get && path == "/metrics") {
    server_.faults().settle_counts();
    return {200, "text/plain; version=0.0.4; charset=utf-8",
            metrics_.text(server_)};
  }
  if (get && (path == kRoot || path == "/_shakedown/")) return index();
  if (get && path == "/_shakedown/journal") return journal(request);
  if (get && path == "/_shakedown/emission") return emission();
  if (request.method == "POST" && path == "/_shakedown/reset") {
    if (!server_.reset(at_start_)) return wrong(409, "there were too many faults: start anew");
    at_start_ = in_force();
    recent_.forget();
    return list_faults();
  }
  if (path == kFaults) return faults(request);
  if (path.starts_with("/_shakedown/faults/")) {
    return end_fault(request, std::string(path.substr(kFaults.size() + 1)));
  }
  return wrong(404, "no such path here; GET /_shakedown lists them");
}

Control::Reply Control::faults(const world::HttpRequest& request) {
  FaultSchedule& schedule = server_.faults();
  const bool post = request.method == "POST";
  const bool put = request.method == "PUT";
  try {
    if (post || put) {
      std::vector<Fault> told = read(request.body, post ? in_force() : std::vector<Fault>{});
      bool taken = true;
      if (put) taken = schedule.replace(std::move(told), clock_.now());
      for (Fault& fault : told) taken = taken && (put || schedule.add(std::move(fault)));
      if (!taken) return wrong(409, "an id is in force already, or there were too many faults");
      Reply reply = list_faults();
      reply.status = post ? 201 : 200;
      return reply;
    }
  } catch (const std::exception& problem) {
    return wrong(400, problem.what());
  }
  if (request.method == "DELETE") schedule.replace({}, clock_.now());
  if (request.method == "DELETE" || request.method == "GET") return list_faults();
  return wrong(405, "GET, POST, PUT or DELETE");
}

Control::Reply Control::end_fault(const world::HttpRequest& request, const std::string& id) {
  if (request.method != "DELETE") return wrong(405, "DELETE ends a fault");
  if (!server_.faults().remove(id, clock_.now())) return wrong(404, "no fault " + id + " in force");
  return list_faults();
}

std::vector<Fault> Control::read(const std::string& body, std::vector<Fault> others) const {
  const std::vector<std::string> lines = lines_of(body);
  if (lines.size() > kLinesMax) throw std::runtime_error("too many faults at once");
  std::vector<Fault> told;
  for (const std::string& line : lines) {
    told.push_back(read_fault_(line, others));
    if (told.back().to <= clock_.now()) {
      throw std::runtime_error("fault " + told.back().id + " is over already: times count from the "
                               "start of the fakes, and it is now " +
                               std::to_string(static_cast<std::int64_t>(seconds(clock_.now()))) +
                               "s");
    }
    others.push_back(told.back());
  }
  return told;
}

std::vector<Fault> Control::in_force() const {
  std::vector<Fault> found;
  const FaultSchedule& schedule = server_.faults();
  for (std::size_t i = 0; i < schedule.faults().size(); ++i) {
    if (!schedule.ended(i)) found.push_back(schedule.faults()[i]);
  }
  return found;
}

Control::Reply Control::list_faults() const {
  FaultSchedule& schedule = server_.faults();
  schedule.settle_counts();
  ordered_json list = ordered_json::array();
  for (std::size_t i = 0; i < schedule.faults().size(); ++i) {
    const Fault& fault = schedule.faults()[i];
    ordered_json row = {{"id", fault.id},
                        {"kind", kind_of(fault.action).name},
                        {"on", targets_text(fault)},
                        {"from_s", seconds(fault.from)},
                        {"to_s", nullptr},
                        {"fired", schedule.fired(i)},
                        {"ended", schedule.ended(i)}};
    if (fault.to != world::kNever) {
      row["to_s"] = seconds(fault.to);
    }
    list.push_back(std::move(row));
  }
  return {200, "application/json",
          text_of({{"now_s", seconds(clock_.now())}, {"faults", std::move(list)}})};
}

Control::Reply Control::index() const {
  ordered_json backends = ordered_json::object();
  for (const auto& [name, backend] : server_.backends()) {
    backends[name] = {{"dialect", backend->dialect().name()},
                      {"path", backend->dialect().chat_path()},
                      {"active", backend->active()}};
  }
  return {200, "application/json",
          text_of({{"backends", std::move(backends)},
                   {"faults", kFaults},
                   {"journal", "/_shakedown/journal?since=0"},
                   {"emission", "/_shakedown/emission"},
                   {"reset", "/_shakedown/reset"},
                   {"metrics", "/metrics"}})};
}

Control::Reply Control::journal(const world::HttpRequest& request) const {
  std::uint64_t since = 0;
  const std::string_view target = request.target;
  if (const std::size_t at = target.find(kSince); at != std::string_view::npos) {
    const char* from = target.data() + at + kSince.size();
    const auto read = std::from_chars(from, target.data() + target.size(), since);
    if (read.ec != std::errc()) return wrong(400, "since= needs the number of a request");
  }
  Reply reply{200, "application/x-ndjson", {}};
  recent_.write_since(reply.body, since, kJournalPage, server_.faults());
  return reply;
}

Control::Reply Control::emission() const {
  ordered_json backends = ordered_json::object();
  for (const auto& [name, backend] : server_.backends()) {
    const Emission& e = backend->emission();
    ordered_json buckets = ordered_json::array();
    for (std::size_t i = 0; i < Emission::kBuckets; ++i) {
      if (e.count(i) > 0) buckets.push_back({millis(Emission::top_of(i)), e.count(i)});
    }
    const auto writes = static_cast<double>(std::max<std::uint64_t>(1, e.event_writes()));
    backends[name] = {{"writes", e.writes()},
                      {"stream_events", e.events()},
                      {"stream_writes", e.event_writes()},
                      {"events_per_write", static_cast<double>(e.events()) / writes},
                      {"late_ms",
                       {{"p50", millis(e.late(500'000))},
                        {"p90", millis(e.late(900'000))},
                        {"p99", millis(e.late(990'000))},
                        {"p99.9", millis(e.late(999'000))},
                        {"max", millis(e.late_max())}}},
                      {"late_ms_up_to", std::move(buckets)}};
  }
  return {200, "application/json",
          text_of({{"now_s", seconds(clock_.now())}, {"backends", std::move(backends)}})};
}

Control::Reply Control::wrong(int status, const std::string& sentence) {
  return {status, "application/json", text_of({{"error", sentence}})};
}

}  // namespace fakes
