#include "routing/log_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace llmgate::routing {
namespace {

constexpr Duration kSlotWidth = std::chrono::seconds(30);

}  // namespace

void LogHistogram::add(std::uint64_t value, TimePoint now) {
  advance(now);
  const std::size_t bucket = bucket_of(value);
  ++slots_[static_cast<std::size_t>(newest_ % kSlots)][bucket];
  ++sums_[bucket];
  ++samples_;
  below_median_ += bucket < median_bucket_ ? 1 : 0;
  move_median();
}

std::int64_t LogHistogram::samples(TimePoint now) {
  advance(now);
  return samples_;
}

std::optional<double> LogHistogram::percentile(double share, TimePoint now) {
  advance(now);
  if (samples_ == 0) {
    return std::nullopt;
  }
  const auto rank = std::max<std::int64_t>(
      static_cast<std::int64_t>(std::ceil(share * static_cast<double>(samples_))), 1);
  std::int64_t seen = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    seen += sums_[bucket];
    if (seen >= rank) {
      return middle_of(bucket);
    }
  }
  return middle_of(kBuckets - 1);
}

// Below eight every value has its own bucket; above, the three bits after the first decide.
std::size_t LogHistogram::bucket_of(std::uint64_t value) {
  if (value < kStepsAnOctave) {
    return static_cast<std::size_t>(value);
  }
  const auto octave = static_cast<std::size_t>(std::bit_width(value)) - 3;
  const auto step = static_cast<std::size_t>(value >> (octave - 1)) - kStepsAnOctave;
  return std::min(octave * kStepsAnOctave + step, kBuckets - 1);
}

double LogHistogram::middle_of(std::size_t bucket) {
  if (bucket < kStepsAnOctave) {
    return static_cast<double>(bucket);
  }
  const auto width = static_cast<double>(std::uint64_t{1} << (bucket / kStepsAnOctave - 1));
  const auto step = static_cast<double>(bucket % kStepsAnOctave + kStepsAnOctave);
  return width == 1.0 ? step : (step + 0.5) * width;
}

void LogHistogram::drop_old(TimePoint now) {
  const std::int64_t number = now.time_since_epoch() / kSlotWidth;
  if (samples_ > 0) {
    const std::int64_t first = std::max(newest_ + 1, number - kSlots + 1);
    for (std::int64_t next = first; next <= number; ++next) {
      drop(slots_[static_cast<std::size_t>(next % kSlots)]);
    }
    move_median();
  }
  newest_ = number;
  newest_ends_ = TimePoint((number + 1) * kSlotWidth);
}

void LogHistogram::drop(Counts& counts) {
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    sums_[bucket] -= counts[bucket];
    samples_ -= counts[bucket];
    below_median_ -= bucket < median_bucket_ ? counts[bucket] : 0;
  }
  counts = {};
}

void LogHistogram::move_median() {
  if (samples_ == 0) {
    return;
  }
  const std::int64_t rank = (samples_ + 1) / 2;
  while (below_median_ >= rank) {
    --median_bucket_;
    below_median_ -= sums_[median_bucket_];
  }
  while (below_median_ + sums_[median_bucket_] < rank) {
    below_median_ += sums_[median_bucket_];
    ++median_bucket_;
  }
  median_ = middle_of(median_bucket_);
}

}  // namespace llmgate::routing
