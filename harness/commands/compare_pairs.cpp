#include "harness/commands/compare_pairs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "reports/text.hpp"

namespace harness {

using reports::human_number;
using reports::Verdict;

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr const char* kNothing = "among failures on both sides: nothing to compare";

double ratio_of(const SeedPair& pair, const Summary& summary) {
  return pair.candidate ? times_worse(*pair.base, *pair.candidate, summary) : kInfinite;
}

// By any amount, not only beyond the limit.
double difference_of(const SeedPair& pair, const Summary& summary) {
  if (!pair.candidate) return kInfinite;
  if (*pair.base == *pair.candidate) return 0;
  return summary.more_is_better() ? *pair.base - *pair.candidate : *pair.candidate - *pair.base;
}

bool is_same(const SeedPair& pair) {
  return pair.base && pair.candidate && std::isfinite(*pair.base) && *pair.base == *pair.candidate;
}

std::string shown_p(double p) { return p < 0.001 ? "< 0.001" : human_number(p); }

// The fewest seeds that can reject: all of n on one side have p = 2^-n.
int seeds_least(double alpha) { return static_cast<int>(std::ceil(-std::log2(alpha) - 1e-9)); }

std::string what_it_takes(const PairAlphas& alphas) {
  return fmt::format("; PASS takes p <= {} for within and at least {} seeds, FAIL p <= {} for "
                     "beyond and at least {}",
                     human_number(alphas.pass), seeds_least(alphas.pass), human_number(alphas.fail),
                     seeds_least(alphas.fail));
}

}  // namespace

std::string factor(double ratio) {
  return std::isfinite(ratio) ? human_number(ratio) : "inf";
}

std::string as_bad(double ratio) {
  if (ratio == 1) return "the same";
  if (std::isinf(ratio)) return "infinitely worse";
  const std::string number = factor(ratio);
  return number == "1" ? "nearly the same" : number + " times as bad";
}

std::optional<double> beyond_limit(const SeedPair& pair, const Summary& summary, double delta) {
  if (!pair.base) return std::nullopt;
  if (!pair.candidate) return kInfinite;
  const double floor = summary.kind == Summary::Kind::failed_share ? kShareFloor : 0;
  const double under = (summary.more_is_better() ? *pair.candidate : *pair.base) + floor;
  const double over = (summary.more_is_better() ? *pair.base : *pair.candidate) + floor;
  if (std::isinf(under) && std::isinf(over)) return std::nullopt;
  return over - (1 + delta) * under;
}

void judge_exact(MetricComparison& m, const SeedPair& pair, double delta) {
  const std::optional<double> beyond = beyond_limit(pair, m.metric.summary, delta);
  if (!beyond) {
    m.verdict = Verdict::inconclusive;
    m.why = kNothing;
    return;
  }
  m.ratio = ratio_of(pair, m.metric.summary);
  m.verdict = m.ratio > 1 + delta ? Verdict::fail : Verdict::pass;
  m.why = !pair.candidate ? "no request of the candidate says anything about it"
                          : as_bad(m.ratio);
  m.why += fmt::format("; the limit is {} times (one seed: exact for this seed only)",
                       human_number(1 + delta, 4));
}

void judge_pairs(MetricComparison& m, std::span<const SeedPair> pairs, double delta,
                 const PairAlphas& alphas) {
  const Summary& summary = m.metric.summary;
  std::vector<double> ratios, differences, beyond, within;
  for (const SeedPair& pair : pairs) {
    const std::optional<double> distance = beyond_limit(pair, summary, delta);
    if (!distance) continue;
    ratios.push_back(ratio_of(pair, summary));
    differences.push_back(difference_of(pair, summary));
    beyond.push_back(*distance);
    within.push_back(-*distance);
    if (*distance > 0) ++m.seeds_beyond;
  }
  m.sign = sign_test(differences);
  m.beyond = signed_rank(beyond);
  m.within = signed_rank(within);
  m.verdict = Verdict::inconclusive;
  if (ratios.empty()) {
    m.why = kNothing;
    return;
  }
  m.ratio = median(ratios);
  if (std::all_of(pairs.begin(), pairs.end(), is_same)) {
    m.verdict = Verdict::pass;
    m.why = fmt::format("the same in all {} seeds", pairs.size());
    return;
  }
  if (m.beyond->p <= alphas.fail) m.verdict = Verdict::fail;
  else if (m.within->p <= alphas.pass) m.verdict = Verdict::pass;
  m.why = fmt::format("median {}, limit {}; beyond it in {} of {} seeds; worse in {}, better in "
                      "{}, equal in {} (signed ranks p {} for beyond, {} for within)",
                      as_bad(m.ratio), human_number(1 + delta, 4), m.seeds_beyond, beyond.size(),
                      m.sign->worse, m.sign->better, m.sign->equal, shown_p(m.beyond->p),
                      shown_p(m.within->p));
  if (beyond.size() < pairs.size())
    m.why += fmt::format("; {} seeds have nothing to compare", pairs.size() - beyond.size());
  if (m.verdict == Verdict::inconclusive) m.why += what_it_takes(alphas);
}

}  // namespace harness
