// How fast a deployment has been: a peak that rises at once and falls back within seconds to what
// is usual, for the next choice; and the last five minutes as histograms on a logarithmic scale,
// for percentiles. Part of a deployment's health, in the plan step of a request's path. Fixed size:
// one allocation at the first sample, none after it. Loop only; every time is an argument.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>

#include "base/clock.h"

namespace llmgate::routing {

enum class Measure : std::uint8_t {
  kLatency,       // seconds to the end of an attempt that finished
  kFirstContent,  // seconds to the first content of a stream
  kThroughput,    // output tokens a second
};

struct LatencySample {
  Duration total{};
  std::optional<Duration> first_content;  // of a stream
  std::int64_t output_tokens = 0;         // 0: unknown
};

class Latency {
 public:
  static constexpr int kMostMinutes = 60;  // that mean_s() can look back

  Latency();
  ~Latency();
  Latency(Latency&& other) noexcept;
  Latency& operator=(Latency&& other) noexcept;
  Latency(const Latency&) = delete;
  Latency& operator=(const Latency&) = delete;

  void finished(const LatencySample& sample, TimePoint now);
  // Counts as slower than anything seen, so that failing fast is no merit.
  void failed(Duration total, TimePoint now);

  // What the next attempt is expected to take, in seconds: a stream to its first content, a plain
  // one to its end. Nothing: not seen in the last five minutes.
  [[nodiscard]] std::optional<double> expected_s(bool is_stream, TimePoint now) const {
    const Peak& peak = is_stream ? stream_ : plain_;
    if (!peak.is_seen) {
      return std::nullopt;
    }
    return now < peak.usual_until && peak.is_usual_known
               ? peak.value_at(now)
               : value_of(peak, is_stream ? Measure::kFirstContent : Measure::kLatency, now);
  }
  // Over the last five minutes. The median costs nothing, another share a walk over a histogram.
  [[nodiscard]] std::optional<double> median(Measure measure, TimePoint now) const;
  [[nodiscard]] std::optional<double> percentile(Measure measure, double share,
                                                 TimePoint now) const;
  // The mean of what expected_s() is made from, penalties too, over so many minutes.
  [[nodiscard]] std::optional<double> mean_s(int minutes, TimePoint now) const;
  // Of all answers whose usage was known.
  [[nodiscard]] std::optional<double> mean_output_tokens() const {
    return answers_ > 0 ? std::optional(mean_output_tokens_) : std::nullopt;
  }

 private:
  // What is left of a peak, with a time constant of ten seconds: (1 - x / 64)^64 is the exponential
  // within a hundredth, in a tenth of its time.
  static double share_left_after(Duration age) {
    static_assert(std::is_same_v<Duration, std::chrono::nanoseconds>);
    constexpr double kEach = 1e-9 / (64 * 10.0);  // of a nanosecond
    const double base = 1 - std::clamp(static_cast<double>(age.count()) * kEach, 0.0, 1.0);
    const double to_4 = base * base * base * base;
    const double to_16 = to_4 * to_4 * to_4 * to_4;
    return to_16 * to_16 * to_16 * to_16;
  }

  struct Peak {
    double value_s = 0;
    TimePoint at{};
    bool is_seen = false;
    // The median as it was last looked up, so that a decision over many deployments need not go
    // through their histograms.
    mutable bool is_usual_known = false;
    mutable double usual_s = 0;
    mutable TimePoint usual_until{};

    // A peak falls back to the median, not to nothing: what was not asked for a minute would
    // otherwise look faster than what answers well.
    [[nodiscard]] double value_at(TimePoint now) const {
      return usual_s + (value_s - usual_s) * share_left_after(now - at);
    }
  };
  struct History;

  [[nodiscard]] std::optional<double> value_of(const Peak& peak, Measure usual,
                                               TimePoint now) const;
  void look_up_usual(const Peak& peak, Measure usual, TimePoint now) const;
  void rise(Peak& peak, Measure usual, double sample_s, TimePoint now);
  void penalise(Peak& peak, Measure usual, double total_s, TimePoint now);
  History& history();

  Peak stream_;
  Peak plain_;
  std::int64_t answers_ = 0;  // with known output tokens
  double mean_output_tokens_ = 0;
  std::unique_ptr<History> history_;
};

}  // namespace llmgate::routing
