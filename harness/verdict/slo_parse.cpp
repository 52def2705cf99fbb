#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "harness/verdict/slo.hpp"

namespace harness {

namespace {

using reports::Latency;

constexpr std::array<Metric, 7> kMetrics{{
    {"response", "duration", "from the planned instant to the end of the answer",
     "share of requests with last_event - planned beyond the bound, or failed, is at most 1 - q",
     MetricKind::latency, Latency::response},
    {"service", "duration", "from the first byte sent to the end of the answer",
     "share of requests with last_event - sent beyond the bound, or failed, is at most 1 - q",
     MetricKind::latency, Latency::service},
    {"lateness", "duration", "the generator's own delay, from the planned instant to sending",
     "share of requests with sent - planned beyond the bound, or dropped, is at most 1 - q",
     MetricKind::latency, Latency::lateness},
    {"ttft", "duration", "time to first token, from the first byte sent; streams only",
     "share of streams with first_event - sent beyond the bound, or failed, is at most 1 - q",
     MetricKind::latency, Latency::ttft},
    {"stall", "duration", "the longest gap between two events of a stream; streams only",
     "share of streams with a gap beyond the bound, or failed, is at most 1 - q",
     MetricKind::latency, Latency::stall},
    {"error_rate", "share", "failed requests among those that ended; cancelled ones are left out",
     "(error + timeout + dropped) / (ok + error + timeout + dropped)", MetricKind::error_rate,
     Latency::response},
    {"recovery_time", "duration", "from the end of the last fault window until service stays good",
     "first second after the heal with at most 5 % bad requests, in it and in every window of 10 s "
     "from it on; bad: not ok, or slower than the tightest response bound of p95 or above",
     MetricKind::recovery_time, Latency::response},
}};

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_in_name(char c) { return is_letter(c) || is_digit(c) || c == '-'; }

// Levenshtein distance of two short names.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

constexpr std::size_t kNameBytesMax = 64;

// " (did you mean x?)", or the names that exist.
std::string suggestion(std::string_view wrong, std::span<const std::string_view> names) {
  std::size_t best = 1 + std::max<std::size_t>(1, wrong.size() / 3);
  std::string_view nearest;
  for (std::string_view name : names) {
    if (wrong.size() > kNameBytesMax) break;
    const std::size_t d = distance(wrong, name);
    if (d < best) {
      best = d;
      nearest = name;
    }
  }
  if (!nearest.empty()) return " (did you mean " + std::string(nearest) + "?)";
  std::string all;
  for (std::string_view name : names) all += (all.empty() ? "" : ", ") + std::string(name);
  return all.empty() ? " (there are none)" : " (there are: " + all + ")";
}

// An unsigned decimal as an integer of 10^-decimals units; nothing when it has more decimals or is
// too large.
std::optional<std::int64_t> decimal(std::string_view text, int decimals) {
  constexpr std::int64_t kMax = INT64_MAX / 10 - 1;
  const std::size_t point = text.find('.');
  std::string digits(text.substr(0, point));
  std::string fraction(point == std::string_view::npos ? "" : text.substr(point + 1));
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  if (fraction.size() > static_cast<std::size_t>(decimals)) return std::nullopt;
  fraction.resize(static_cast<std::size_t>(decimals), '0');
  std::int64_t value = 0;
  for (char c : digits + fraction) {
    if (value > kMax / 10) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Slo parse() {
    skip();
    const std::size_t begin = at_;
    metric();
    comparison();
    bound();
    while (skip(), at_ < text_.size()) clause();
    std::size_t end = text_.size();
    while (end > begin && is_blank(text_[end - 1])) --end;
    slo_.expr = std::string(text_.substr(begin, end - begin));
    slo_.cls_offset -= slo_.cls.empty() ? 0 : begin;
    slo_.phase_offset -= slo_.phase.empty() ? 0 : begin;
    return std::move(slo_);
  }

 private:
  [[noreturn]] void fail(std::size_t at, const std::string& sentence) const {
    throw SloError(at, sentence);
  }
  void skip() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  template <class Belongs>
  std::string_view run_of(Belongs&& belongs) {
    const std::size_t begin = at_;
    while (at_ < text_.size() && belongs(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  std::string_view number() {
    return run_of([](char c) { return is_digit(c) || c == '.'; });
  }
  static bool is_number(std::string_view n) {
    return !n.empty() && is_digit(n.front()) && is_digit(n.back()) &&
           std::count(n.begin(), n.end(), '.') <= 1;
  }

  void metric() {
    const std::size_t begin = at_;
    const std::string_view name = run_of(is_letter);
    if (name.empty()) fail(begin, "expected a metric, such as response.p95 or error_rate");
    const auto row = std::find_if(kMetrics.begin(), kMetrics.end(),
                                  [&](const Metric& m) { return m.name == name; });
    if (row == kMetrics.end()) {
      std::vector<std::string_view> names;
      for (const Metric& m : kMetrics) names.push_back(m.name);
      fail(begin, "unknown metric " + std::string(name) + suggestion(name, names));
    }
    slo_.kind = row->kind;
    slo_.latency = row->latency;
    name_ = row->name;
    const bool has_point = at_ < text_.size() && text_[at_] == '.';
    if (slo_.kind == MetricKind::latency) {
      if (!has_point) fail(at_, "expected a percentile, such as " + std::string(name) + ".p95");
      ++at_;
      percentile();
    } else if (has_point) {
      fail(at_, std::string(name) + " is one number and has no percentiles");
    }
  }

  void percentile() {
    const std::size_t begin = at_;
    if (at_ >= text_.size() || text_[at_] != 'p')
      fail(begin, "expected a percentile, such as p50, p95 or p99.9");
    ++at_;
    const std::string_view digits = number();
    const auto ppm = is_number(digits) ? decimal(digits, 4) : std::nullopt;  // p95 is 95.0000
    if (!ppm || *ppm <= 0 || *ppm >= 1'000'000)
      fail(begin, "expected a percentile between p0 and p100, at most 4 decimals, such as p99.9");
    slo_.percentile_ppm = static_cast<std::uint32_t>(*ppm);
  }

  void comparison() {
    skip();
    const std::string_view sign = text_.substr(at_);
    if (!sign.starts_with('<')) fail(at_, "expected < or <= (objectives bound from above)");
    slo_.inclusive = sign.starts_with("<=");
    at_ += slo_.inclusive ? 2 : 1;
    skip();
  }

  void bound() {
    const std::size_t begin = at_;
    const std::string_view digits = number();
    const bool is_share = slo_.kind == MetricKind::error_rate;
    const std::string_view example = is_share ? "5%" : "30s";
    if (!is_number(digits))
      fail(begin, "expected a number with a unit, such as " + std::string(example));
    skip();
    const std::size_t unit_at = at_;
    const std::string_view unit =
        run_of([](char c) { return is_letter(c) || c == '%'; });
    std::optional<std::int64_t> value;
    if (is_share) {
      if (unit != "%") fail(unit_at, "expected a percentage, such as 5%");
      value = decimal(digits, 4);
      if (!value || *value <= 0 || *value >= 1'000'000)
        fail(begin, "expected more than 0% and less than 100%, with at most 4 decimals "
                    "(an event that must never happen is an invariant)");
    } else {
      value = duration(digits, unit, unit_at);
      if (!value || *value <= 0 || *value > kBoundMax)
        fail(begin, "expected a duration above 0 and up to 24h, exact to the nanosecond");
    }
    slo_.bound = *value;
  }

  static constexpr std::int64_t kBoundMax = 86'400'000'000'000;

  std::optional<std::int64_t> duration(std::string_view digits, std::string_view unit,
                                       std::size_t unit_at) const {
    struct Row {
      std::string_view name;
      int decimals;         // of the unit that are whole nanoseconds
      std::int64_t factor;  // further
    };
    constexpr std::array<Row, 6> kUnits{
        {{"ns", 0, 1}, {"us", 3, 1}, {"ms", 6, 1}, {"s", 9, 1}, {"m", 9, 60}, {"h", 9, 3600}}};
    for (const Row& row : kUnits) {
      if (row.name != unit) continue;
      const auto ns = decimal(digits, row.decimals);
      if (!ns || *ns > kBoundMax) return std::nullopt;
      return *ns * row.factor;
    }
    if (unit == "%")
      fail(unit_at, std::string(name_) + " is a duration; expected ns, us, ms, s, m or h");
    fail(unit_at, "expected a unit: ns, us, ms, s, m or h, as in 30s");
  }

  void clause() {
    const std::size_t begin = at_;
    const std::string_view word = run_of(is_letter);
    constexpr std::array<std::string_view, 3> kClauses{"of", "in", "min"};
    if (word == "of") name(begin, "class", slo_.cls, slo_.cls_offset);
    else if (word == "in") name(begin, "phase", slo_.phase, slo_.phase_offset);
    else if (word == "min") samples(begin);
    else if (word.empty())
      fail(begin, "expected the end, 'of CLASS', 'in PHASE' or 'min N samples'");
    else fail(begin, "unknown word " + std::string(word) + suggestion(word, kClauses));
  }

  void name(std::size_t begin, const std::string& what, std::string& out, std::size_t& offset) {
    if (slo_.kind == MetricKind::recovery_time)
      fail(begin, "recovery_time is of the whole run and takes no class or phase");
    if (!out.empty()) fail(begin, "a second " + what);
    skip();
    offset = at_;
    out = std::string(run_of(is_in_name));
    if (out.empty()) fail(offset, "expected the name of a " + what);
  }

  void samples(std::size_t begin) {
    if (has_minimum_) fail(begin, "a second minimum");
    has_minimum_ = true;
    skip();
    const std::size_t number_at = at_;
    const std::string_view digits = run_of(is_digit);
    const auto count = digits.empty() ? std::nullopt : decimal(digits, 0);
    if (!count || *count < 1 || *count > static_cast<std::int64_t>(kSamplesMax))
      fail(number_at, "expected a number of samples, as in min 300 samples");
    skip();
    const std::size_t word_at = at_;
    if (run_of(is_letter) != "samples") fail(word_at, "expected the word samples");
    slo_.min_samples = static_cast<std::uint64_t>(*count);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string_view name_;
  bool has_minimum_ = false;
  Slo slo_;
};

template <class Named, class NameOf>
std::uint32_t index_of(const std::string& wanted, std::size_t offset, std::string_view what,
                       std::span<const Named> rows, NameOf&& name_of) {
  if (wanted.empty()) return reports::Filter::kAll;
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (name_of(rows[i]) == wanted) return static_cast<std::uint32_t>(i);
    names.push_back(name_of(rows[i]));
  }
  throw SloError(offset, "unknown " + std::string(what) + " " + wanted + suggestion(wanted, names));
}

constexpr std::size_t kExpressionBytesMax = 1'000;

}  // namespace

std::span<const Metric> metrics() { return kMetrics; }

Slo parse_slo(std::string_view text) {
  if (text.size() > kExpressionBytesMax) throw SloError(0, "an objective of over 1,000 characters");
  return Parser(text).parse();
}

reports::Filter filter_of(const Slo& slo, std::span<const reports::Phase> phases,
                          std::span<const std::string> classes) {
  reports::Filter where;
  where.cls = index_of(slo.cls, slo.cls_offset, "class", classes,
                       [](const std::string& name) -> const std::string& { return name; });
  where.phase = index_of(slo.phase, slo.phase_offset, "phase", phases,
                         [](const reports::Phase& p) -> const std::string& { return p.name; });
  return where;
}

}  // namespace harness
