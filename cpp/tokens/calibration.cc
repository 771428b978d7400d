#include "tokens/calibration.h"

#include <algorithm>
#include <cmath>

namespace llmgate::tokens {
namespace {

constexpr std::size_t kShortest = 32;    // tokens: below, what stands around the text decides
constexpr double kFarthest = 3;          // a report this many times off is about something else
constexpr double kNewest = 0.2;          // weight of a new report once there are a few
constexpr double kDeviations = 3;        // an error bound holds nearly all of what was seen
constexpr double kSmallestError = 0.03;  // texts differ
constexpr std::uint64_t kEnough = 3;     // reports before the table's own error is let go

}  // namespace

void Calibration::observe(const ModelTokens& model, std::size_t counted, std::size_t beside,
                          std::size_t reported) {
  if (model.error == 0 || counted < kShortest || reported <= beside) {
    return;
  }
  const double seen = static_cast<double>(reported - beside) / static_cast<double>(counted);
  if (seen > model.factor * kFarthest || seen < model.factor / kFarthest) {
    return;
  }
  const MutexLock lock(mutex_);
  Learned& learned = learned_[std::string(model.family)];
  if (learned.observations == 0) {
    learned.factor = model.factor;
    learned.deviation = model.error / kDeviations;
  }
  ++learned.observations;
  // The first few count alike, so that one report does not outweigh the next.
  const double weight = std::max(kNewest, 1.0 / static_cast<double>(learned.observations + 1));
  learned.deviation +=
      weight * (std::abs(seen - learned.factor) / learned.factor - learned.deviation);
  learned.factor += weight * (seen - learned.factor);
}

Calibration::Factor Calibration::factor(const ModelTokens& model) const {
  const MutexLock lock(mutex_);
  const auto found = learned_.find(model.family);
  if (model.error == 0 || found == learned_.end()) {
    return {model.factor, model.error, 0};
  }
  const Learned& learned = found->second;
  const double error = std::max(kSmallestError, learned.deviation * kDeviations);
  return {learned.factor, learned.observations < kEnough ? std::max(error, model.error) : error,
          learned.observations};
}

}  // namespace llmgate::tokens
