#include "routing/latency.h"

#include <algorithm>
#include <array>

#include "routing/log_histogram.h"

namespace llmgate::routing {
namespace {

constexpr double kLeastPenalty = 5;   // seconds: slower than nearly every first content
constexpr double kMostPenalty = 600;  // seconds: the default deadline of a call
constexpr auto kForgottenAfter = std::chrono::minutes(5);
// Slow answers of a few tokens a minute must still have a place on the scale.
constexpr double kThroughputScale = 1000;

double seconds_of(Duration duration) { return std::chrono::duration<double>(duration).count(); }

std::uint64_t whole_microseconds(double seconds) {
  return static_cast<std::uint64_t>(std::max(seconds, 0.0) * 1e6 + 0.5);
}

}  // namespace

struct Latency::History {
  struct Minute {
    std::int64_t number = -1;
    std::int64_t samples = 0;
    double sum_s = 0;
  };
  // Indexed by Measure; microseconds, or thousandths of a token a second.
  std::array<LogHistogram, 3> histograms;
  std::array<Minute, kMostMinutes> minutes;

  LogHistogram& of(Measure measure) { return histograms[static_cast<std::size_t>(measure)]; }

  void add_to_mean(double value_s, TimePoint now) {
    const std::int64_t number = now.time_since_epoch() / std::chrono::minutes(1);
    Minute& minute = minutes[static_cast<std::size_t>(number % kMostMinutes)];
    if (minute.number != number) {
      minute = {.number = number};
    }
    ++minute.samples;
    minute.sum_s += value_s;
  }
};

Latency::Latency() = default;
Latency::~Latency() = default;
Latency::Latency(Latency&& other) noexcept = default;
Latency& Latency::operator=(Latency&& other) noexcept = default;

void Latency::finished(const LatencySample& sample, TimePoint now) {
  const double total_s = seconds_of(sample.total);
  const bool is_stream = sample.first_content.has_value();
  const double first_s = is_stream ? seconds_of(*sample.first_content) : total_s;
  rise(is_stream ? stream_ : plain_, is_stream ? Measure::kFirstContent : Measure::kLatency,
       first_s, now);
  History& kept = history();
  kept.of(Measure::kLatency).add(whole_microseconds(total_s), now);
  if (is_stream) {
    kept.of(Measure::kFirstContent).add(whole_microseconds(first_s), now);
  }
  kept.add_to_mean(first_s, now);
  stream_.usual_until = {};
  plain_.usual_until = {};
  if (sample.output_tokens <= 0) {
    return;
  }
  ++answers_;
  mean_output_tokens_ += (static_cast<double>(sample.output_tokens) - mean_output_tokens_) /
                         static_cast<double>(answers_);
  const double producing_s = is_stream && first_s < total_s ? total_s - first_s : total_s;
  if (producing_s > 0) {
    const double rate = static_cast<double>(sample.output_tokens) / producing_s;
    kept.of(Measure::kThroughput)
        .add(static_cast<std::uint64_t>(rate * kThroughputScale + 0.5), now);
  }
}

void Latency::failed(Duration total, TimePoint now) {
  const double total_s = seconds_of(total);
  penalise(stream_, Measure::kFirstContent, total_s, now);
  penalise(plain_, Measure::kLatency, total_s, now);
  history().add_to_mean(std::max(total_s, kLeastPenalty), now);
}

std::optional<double> Latency::median(Measure measure, TimePoint now) const {
  const std::optional<double> value = history_ ? history_->of(measure).median(now) : std::nullopt;
  const double scale = measure == Measure::kThroughput ? kThroughputScale : 1e6;
  return value.has_value() ? std::optional(*value / scale) : std::nullopt;
}

std::optional<double> Latency::percentile(Measure measure, double share, TimePoint now) const {
  const std::optional<double> value =
      history_ ? history_->of(measure).percentile(share, now) : std::nullopt;
  const double scale = measure == Measure::kThroughput ? kThroughputScale : 1e6;
  return value.has_value() ? std::optional(*value / scale) : std::nullopt;
}

std::optional<double> Latency::mean_s(int minutes, TimePoint now) const {
  if (!history_) {
    return std::nullopt;
  }
  const std::int64_t newest = now.time_since_epoch() / std::chrono::minutes(1);
  const std::int64_t oldest =
      std::max<std::int64_t>(newest - std::clamp(minutes, 1, kMostMinutes) + 1, 0);
  double sum_s = 0;
  std::int64_t samples = 0;
  for (std::int64_t number = oldest; number <= newest; ++number) {
    const History::Minute& minute =
        history_->minutes[static_cast<std::size_t>(number % kMostMinutes)];
    if (minute.number == number) {
      sum_s += minute.sum_s;
      samples += minute.samples;
    }
  }
  return samples > 0 ? std::optional(sum_s / static_cast<double>(samples)) : std::nullopt;
}

std::optional<double> Latency::value_of(const Peak& peak, Measure usual, TimePoint now) const {
  if (!peak.is_seen) {
    return std::nullopt;
  }
  if (now >= peak.usual_until) {
    look_up_usual(peak, usual, now);
  }
  if (!peak.is_usual_known && now - peak.at > kForgottenAfter) {
    return std::nullopt;
  }
  return peak.value_at(now);
}

void Latency::look_up_usual(const Peak& peak, Measure usual, TimePoint now) const {
  const std::optional<double> median_s = median(usual, now);
  peak.is_usual_known = median_s.has_value();
  peak.usual_s = median_s.value_or(0);
  peak.usual_until = history_ ? history_->of(usual).unchanged_until() : now;
}

void Latency::rise(Peak& peak, Measure usual, double sample_s, TimePoint now) {
  const double before_s = value_of(peak, usual, now).value_or(0);
  peak.value_s = std::max(before_s, sample_s);
  peak.at = now;
  peak.is_seen = true;
}

void Latency::penalise(Peak& peak, Measure usual, double total_s, TimePoint now) {
  const double before_s = value_of(peak, usual, now).value_or(0);
  rise(peak, usual, std::min(std::max({total_s, 2 * before_s, kLeastPenalty}), kMostPenalty), now);
}

Latency::History& Latency::history() {
  if (!history_) {
    history_ = std::make_unique<History>();
  }
  return *history_;
}

}  // namespace llmgate::routing
