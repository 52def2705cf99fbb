#include "harness/oracles/bounded_memory.hpp"

#include <algorithm>
#include <array>

#include "harness/oracles/prompt_facts.hpp"
#include "reports/text.hpp"

namespace harness {

namespace {

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::string kib(double bytes) { return reports::human_number(bytes / 1024, 4) + " KiB"; }

}  // namespace

void BoundedMemory::on_agent(const agent::LedgerEntry& entry) {
  if (entry.kind != agent::LedgerKind::memory) return;
  if (seen_++ % stride_ != 0) return;
  if (samples_.size() == kSamplesMax) {
    for (std::size_t i = 0; i < kSamplesMax / 2; ++i) samples_[i] = samples_[2 * i];
    samples_.resize(kSamplesMax / 2);
    stride_ *= 2;
  }
  samples_.push_back({entry.at, static_cast<double>(entry.value)});
}

void BoundedMemory::finish(bool) {
  if (samples_.empty()) return;
  const world::Instant middle =
      samples_.front().at + (samples_.back().at - samples_.front().at) / 2;
  const auto half = std::find_if(samples_.begin(), samples_.end(),
                                 [&](const Sample& sample) { return sample.at >= middle; });
  const std::vector<Sample> late(half, samples_.end());
  if (late.size() < kSamplesMin) return;
  check();
  std::vector<double> slopes, all;  // bytes per second
  std::array<std::vector<double>, 4> quarters;
  for (std::size_t i = 0; i < late.size(); ++i) {
    all.push_back(late[i].bytes);
    quarters[i * 4 / late.size()].push_back(late[i].bytes);
    for (std::size_t j = 0; j < i; ++j) {
      const double seconds = reports::seconds(late[i].at - late[j].at);
      if (seconds > 0) slopes.push_back((late[i].bytes - late[j].bytes) / seconds);
    }
  }
  if (slopes.empty()) return;
  const double length = reports::seconds(late.back().at - late.front().at);
  const double growth = median(slopes) * length;
  const double level = median(all);
  std::array<double, 4> steps{};
  for (std::size_t q = 0; q < steps.size(); ++q) steps[q] = median(quarters[q]);
  const bool rises = steps[0] < steps[1] && steps[1] < steps[2] && steps[2] < steps[3];
  if (growth <= kGrowthMax * level || growth <= kBytesMin || !rises) return;
  violate(late.back().at, "the agent",
          "what it holds for its users grew by " + kib(growth) + " from " +
              text_of(late.front().at) + " to " + text_of(late.back().at) + ", " +
              kib(growth / length) + " a second without a fall (" + kib(steps[0]) + ", " +
              kib(steps[1]) + ", " + kib(steps[2]) + ", " + kib(steps[3]) +
              " in the quarters of that time)");
}

}  // namespace harness
