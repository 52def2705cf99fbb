#include <algorithm>
#include <array>

#include "harness/verdict/slo.hpp"
#include "harness/verdict/slo_bound.hpp"
#include "harness/verdict/slo_text.hpp"

namespace harness {

namespace {

using slo_text::Cursor;
using slo_text::is_blank;
using slo_text::is_in_name;
using slo_text::suggestion;
using Names = std::vector<std::string_view>;

// What k6 calls our metrics, for those who come from there.
constexpr std::array<std::array<std::string_view, 2>, 5> kOfK6{{
    {"http_req_duration", "response"},
    {"iteration_duration", "response"},
    {"http_req_waiting", "ttft"},
    {"http_req_failed", "error_rate"},
    {"http_reqs", "throughput"},
}};

class Parser {
 public:
  explicit Parser(std::string_view text) : in_(text) {}

  Slo parse() {
    in_.skip();
    const std::size_t begin = in_.at();
    metric();
    tags();
    in_.skip();
    if (!versus()) {
      comparison();
      parse_bound(in_, slo_, is_of_k6_);
    }
    while (in_.skip(), !in_.at_end()) clause();
    std::size_t end = in_.text().size();
    while (end > begin && is_blank(in_.text()[end - 1])) --end;
    slo_.expr = std::string(in_.text().substr(begin, end - begin));
    for (std::size_t* offset : {&slo_.cls_offset, &slo_.phase_offset, &slo_.window_offset})
      *offset -= *offset == 0 ? 0 : begin;
    if (slo_.versus) slo_.versus->offset -= begin;
    return std::move(slo_);
  }

 private:
  [[noreturn]] static void fail(std::size_t at, const std::string& sentence) {
    throw SloError(at, sentence);
  }
  std::string name() const { return std::string(metric_of(slo_.kind, slo_.latency).name); }
  bool is_latency() const { return slo_.kind == MetricKind::latency; }
  bool is_of_whole_run() const {
    return !is_latency() && !slo_.is_share();  // measured at the end, of everything
  }

  void metric() {
    const std::size_t begin = in_.at();
    const std::string_view word = in_.word();
    if (word.empty()) fail(begin, "expected a metric, such as response.p95 or error_rate");
    const auto rows = metrics();
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](const Metric& m) { return m.name == word; });
    if (row == rows.end()) {
      metric_of_k6(begin, word);
      return;
    }
    slo_.kind = row->kind;
    slo_.latency = row->latency;
    tags();
    const std::size_t point = in_.at();
    if (!in_.take(".")) {
      if (is_latency()) fail(point, "expected a percentile, such as " + name() + ".p95");
      return;
    }
    if (is_latency()) {
      statistic(in_.at());
      return;
    }
    const std::string_view own = in_.word();
    const bool is_rate = slo_.is_share();
    if (own != (is_rate ? "rate" : "value"))
      fail(point, name() + " is one number and has no percentiles");
    is_of_k6_ = true;
  }

  // `p(95)<500`, `avg<200`, `rate<0.01`: of all responses, as k6 writes the part behind the metric.
  void metric_of_k6(std::size_t begin, std::string_view word) {
    constexpr std::array<std::string_view, 6> kLatency{"p", "med", "avg", "min", "max", "count"};
    is_of_k6_ = true;
    if (std::find(kLatency.begin(), kLatency.end(), word) != kLatency.end()) {
      in_.back_to(begin);
      statistic(begin);
      return;
    }
    if (word == "rate") {
      slo_.kind = MetricKind::error_rate;
      return;
    }
    if (word == "value") fail(begin, "the value of what? expected a metric, such as fairness");
    for (const auto& [theirs, ours] : kOfK6)
      if (word == theirs)
        fail(begin, "unknown metric " + std::string(word) + " (it is called " + std::string(ours) +
                        " here)");
    Names names;
    for (const Metric& m : metrics()) names.push_back(m.name);
    fail(begin, "unknown metric " + std::string(word) + suggestion(word, names));
  }

  // What stands behind the point: p95, p(99.9), med, avg, min, max, count.
  void statistic(std::size_t begin) {
    const std::string_view word = in_.word();
    if (word == "p") return percentile(begin);
    if (word == "med") {
      slo_.statistic = Statistic::percentile;
      slo_.percentile_ppm = 500'000;
      return;
    }
    if (word == "avg") slo_.statistic = Statistic::avg;
    else if (word == "min") slo_.statistic = Statistic::min;
    else if (word == "max") slo_.statistic = Statistic::max;
    else if (word == "count") slo_.statistic = Statistic::count;
    else fail(begin, "expected a percentile, such as p50, p95 or p99.9, or avg, med, min, max or "
                     "count");
  }

  void percentile(std::size_t begin) {
    const bool in_parentheses = in_.take("(");
    const std::string_view digits = in_.number();
    const auto ppm = slo_text::decimal(digits, 4);  // p95 is 95.0000
    if (!ppm || *ppm <= 0 || *ppm >= 1'000'000)
      fail(begin, "expected a percentile between p0 and p100, at most 4 decimals, such as p99.9");
    if (in_parentheses && !in_.take(")")) fail(in_.at(), "expected ), as in p(95)");
    slo_.statistic = Statistic::percentile;
    slo_.percentile_ppm = static_cast<std::uint32_t>(*ppm);
  }

  void comparison() {
    struct Sign {
      std::string_view text;
      Comparison comparison;
    };
    constexpr std::array<Sign, 7> kSigns{{{"===", Comparison::equal},
                                          {"==", Comparison::equal},
                                          {"!=", Comparison::not_equal},
                                          {"<=", Comparison::at_most},
                                          {">=", Comparison::at_least},
                                          {"<", Comparison::less},
                                          {">", Comparison::more}}};
    const std::size_t begin = in_.at();
    for (const Sign& sign : kSigns) {
      if (!in_.take(sign.text)) continue;
      slo_.comparison = sign.comparison;
      if (!is_allowed(sign.comparison)) break;
      in_.skip();
      return;
    }
    if (slo_.statistic == Statistic::count) fail(begin, "expected <, <=, >, >=, == or !=");
    if (slo_.statistic == Statistic::min) fail(begin, "expected <, <=, > or >=");
    if (is_from_below()) fail(begin, "expected > or >= (more of " + name() + " is better)");
    fail(begin, "expected < or <= (objectives bound from above)");
  }

  bool is_from_below() const {
    return slo_.kind == MetricKind::goodput || slo_.kind == MetricKind::throughput ||
           slo_.kind == MetricKind::fairness;
  }

  bool is_allowed(Comparison comparison) const {
    if (slo_.statistic == Statistic::count) return true;
    const bool is_exact =
        comparison == Comparison::equal || comparison == Comparison::not_equal;
    if (slo_.statistic == Statistic::min) return !is_exact;
    return !is_exact && is_upper(comparison) != is_from_below();
  }

  // `vs baseline +10% or +50ms`; false when something else stands there.
  bool versus() {
    const std::size_t begin = in_.at();
    if (in_.word() != "vs") {
      in_.back_to(begin);
      return false;
    }
    const bool is_estimated =
        slo_.statistic == Statistic::percentile || slo_.statistic == Statistic::avg;
    if (!is_estimated && slo_.kind != MetricKind::error_rate)
      fail(begin, "vs compares percentiles and averages of latencies, and error_rate; " + name() +
                      " needs a bound");
    in_.skip();
    Versus versus;
    versus.offset = in_.at();
    if (in_.word() != "baseline")
      fail(versus.offset, "expected baseline, the phase of that name, as in vs baseline +10%");
    parse_margin(in_, slo_, versus);
    in_.skip();
    const std::size_t again = in_.at();
    if (in_.word() == "or") parse_margin(in_, slo_, versus);
    else in_.back_to(again);
    slo_.comparison = Comparison::at_most;
    slo_.versus = versus;
    return true;
  }

  // `{class:chat,outcome:ok}`
  void tags() {
    const std::size_t begin = in_.at();
    in_.skip();
    if (!in_.take("{")) return in_.back_to(begin);
    do tag();
    while (in_.skip(), in_.take(","));
    if (!in_.take("}")) fail(in_.at(), "expected , or } behind a tag, as in {class:chat}");
  }

  void tag() {
    constexpr std::array<std::string_view, 4> kTags{"class", "phase", "outcome", "stream"};
    in_.skip();
    const std::size_t begin = in_.at();
    const std::string_view tag = in_.word();
    if (tag.empty()) fail(begin, "expected a tag: class, phase, outcome or stream");
    if (std::find(kTags.begin(), kTags.end(), tag) == kTags.end())
      fail(begin, "unknown tag " + std::string(tag) + suggestion(tag, kTags));
    in_.skip();
    if (!in_.take(":")) fail(in_.at(), "expected : and a value, as in {class:chat}");
    if (tag == "class") named(begin, "class", slo_.cls, slo_.cls_offset);
    else if (tag == "phase") named(begin, "phase", slo_.phase, slo_.phase_offset);
    else if (tag == "outcome") outcome(begin);
    else stream(begin);
  }

  void outcome(std::size_t begin) {
    if (is_of_whole_run()) fail(begin, name() + " is of the whole run and takes no tags");
    if (!is_latency())
      fail(begin, name() + " counts the outcomes itself and takes no tag outcome; it can have "
                           "class, phase and stream");
    if (slo_.outcome) fail(begin, "a second outcome");
    in_.skip();
    const std::size_t value_at = in_.at();
    const std::string_view value = in_.run_of(is_in_name);
    Names names;
    for (std::size_t i = 0; i < reports::kOutcomes; ++i) {
      const auto candidate = static_cast<reports::Outcome>(i);
      if (reports::name_of(candidate) == value) slo_.outcome = candidate;
      names.push_back(reports::name_of(candidate));
    }
    if (!slo_.outcome)
      fail(value_at, "unknown outcome " + std::string(value) + suggestion(value, names));
  }

  void stream(std::size_t begin) {
    if (is_of_whole_run()) fail(begin, name() + " is of the whole run and takes no tags");
    if (slo_.streamed) fail(begin, "a second stream");
    in_.skip();
    const std::size_t value_at = in_.at();
    const std::string_view value = in_.word();
    if (value != "yes" && value != "no") fail(value_at, "expected yes or no, as in {stream:yes}");
    slo_.streamed = value == "yes";
    const bool is_of_streams = is_latency() && (slo_.latency == reports::Latency::ttft ||
                                                slo_.latency == reports::Latency::stall ||
                                                slo_.latency == reports::Latency::inter_token);
    if (is_of_streams && !*slo_.streamed)
      fail(value_at, name() + " is of streams only; leave the tag out");
  }

  void clause() {
    const std::size_t begin = in_.at();
    if (in_.sees("{")) return tags();
    const std::string_view word = in_.word();
    constexpr std::array<std::string_view, 4> kClauses{"of", "in", "over", "min"};
    if (word == "of") named(begin, "class", slo_.cls, slo_.cls_offset);
    else if (word == "in") named(begin, "phase", slo_.phase, slo_.phase_offset);
    else if (word == "over") over(begin);
    else if (word == "min") samples(begin);
    else if (word == "vs") fail(begin, "a bound or vs baseline, not both");
    else if (word.empty())
      fail(begin, "expected the end, 'of CLASS', 'in PHASE', 'over 30s' or 'min N samples'");
    else fail(begin, "unknown word " + std::string(word) + suggestion(word, kClauses));
  }

  void named(std::size_t begin, const std::string& what, std::string& out, std::size_t& offset) {
    if (is_of_whole_run())
      fail(begin, name() + " is of the whole run and takes no class or phase");
    if (!out.empty()) fail(begin, "a second " + what);
    in_.skip();
    offset = in_.at();
    out = std::string(in_.run_of(is_in_name));
    if (out.empty()) fail(offset, "expected the name of a " + what);
  }

  void over(std::size_t begin) {
    if (slo_.window.count() > 0) fail(begin, "a second window");
    if (slo_.versus) fail(begin, "vs baseline compares whole phases and takes no windows");
    if (!slo_.is_counted())
      fail(begin, "windows are for percentiles, avg and max of latencies, error_rate, goodput and "
                  "throughput");
    in_.skip();
    slo_.window_offset = in_.at();
    const std::string_view digits = in_.number();
    in_.skip();
    const auto ns = slo_text::duration(digits, in_.unit());
    if (!ns || *ns < kSecond || *ns % kSecond != 0)
      fail(slo_.window_offset, "expected whole seconds up to 24h, as in over 30s");
    const auto seconds = static_cast<std::size_t>(*ns / kSecond);
    if (slo_.statistic == Statistic::avg && seconds < kDesignWindowsMin)
      fail(slo_.window_offset, "an avg needs windows of at least 10s");
    slo_.window = reports::Nanos(*ns);
  }

  void samples(std::size_t begin) {
    if (has_minimum_) fail(begin, "a second minimum");
    has_minimum_ = true;
    in_.skip();
    const std::size_t number_at = in_.at();
    const auto count = slo_text::decimal(in_.run_of(slo_text::is_digit), 0);
    if (!count || *count < 1 || *count > static_cast<std::int64_t>(kSamplesMax))
      fail(number_at, "expected a number of samples, as in min 300 samples");
    in_.skip();
    const std::size_t word_at = in_.at();
    if (in_.word() != "samples") fail(word_at, "expected the word samples");
    slo_.min_samples = static_cast<std::uint64_t>(*count);
  }

  static constexpr std::int64_t kSecond = 1'000'000'000;

  Cursor in_;
  bool is_of_k6_ = false;  // bare numbers have k6's unit
  bool has_minimum_ = false;
  Slo slo_;
};

constexpr std::size_t kExpressionBytesMax = 1'000;

}  // namespace

Slo parse_slo(std::string_view text) {
  if (text.size() > kExpressionBytesMax) throw SloError(0, "an objective of over 1,000 characters");
  return Parser(text).parse();
}

}  // namespace harness
