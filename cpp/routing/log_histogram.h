// Counts of values on a logarithmic scale over the last five minutes, in slots of half a minute
// that are dropped as they grow old. A value is known to within 6 %; the median is kept up to date
// with every sample. Fixed size, no allocation. Loop only; every time is an argument.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace llmgate::routing {

class LogHistogram {
 public:
  void add(std::uint64_t value, TimePoint now);
  [[nodiscard]] std::int64_t samples(TimePoint now);
  [[nodiscard]] std::optional<double> median(TimePoint now) {
    advance(now);
    return samples_ > 0 ? std::optional(median_) : std::nullopt;
  }
  // Until then nothing grows old: only add() changes the answers.
  [[nodiscard]] TimePoint unchanged_until() const { return newest_ends_; }
  // `share` of the samples are at most this.
  [[nodiscard]] std::optional<double> percentile(double share, TimePoint now);

 private:
  static constexpr std::size_t kStepsAnOctave = 8;
  static constexpr std::size_t kOctaves = 32;  // microseconds: more than an hour
  static constexpr std::size_t kBuckets = kStepsAnOctave * kOctaves;
  static constexpr std::int64_t kSlots = 11;  // ten half minutes, and the running one

  using Counts = std::array<std::uint32_t, kBuckets>;

  [[nodiscard]] static std::size_t bucket_of(std::uint64_t value);
  [[nodiscard]] static double middle_of(std::size_t bucket);
  void advance(TimePoint now) {
    if (now >= newest_ends_) {
      drop_old(now);
    }
  }
  void drop_old(TimePoint now);
  void drop(Counts& counts);
  void move_median();

  TimePoint newest_ends_{};
  std::int64_t newest_ = 0;  // number of the running half minute
  double median_ = 0;        // the middle of its bucket
  std::int64_t samples_ = 0;
  std::int64_t below_median_ = 0;  // samples in the buckets before the median's
  std::size_t median_bucket_ = 0;
  Counts sums_{};
  std::array<Counts, kSlots> slots_{};
};

}  // namespace llmgate::routing
