#include "account/spread.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

namespace llmgate::account {
namespace {

// Eight steps an octave: the highest three bits behind the first one.
constexpr unsigned kStepBits = 3;
constexpr std::uint16_t kSteps = (64 - kStepBits) << kStepBits;

std::uint16_t step_of(std::uint64_t value) {
  if (value < (1U << kStepBits)) {
    return static_cast<std::uint16_t>(value);
  }
  const auto octave = static_cast<unsigned>(std::bit_width(value)) - kStepBits - 1;
  return static_cast<std::uint16_t>((octave << kStepBits) + (value >> octave));
}

double middle_of(std::uint16_t step) {
  if (step < (2U << kStepBits)) {
    return step;
  }
  const unsigned octave = (step >> kStepBits) - 1U;
  const unsigned head = step - (octave << kStepBits);
  return std::ldexp(head + 0.5, static_cast<int>(octave));
}

}  // namespace

void Spread::add(std::uint64_t value) { add(step_of(value), 1); }

void Spread::add(const Spread& other) {
  for (const Step& step : other.steps_) {
    add(step.number, step.count);
  }
}

void Spread::add(std::uint16_t number, std::uint64_t count) {
  const auto place =
      std::lower_bound(steps_.begin(), steps_.end(), number,
                       [](const Step& step, std::uint16_t wanted) { return step.number < wanted; });
  if (place != steps_.end() && place->number == number) {
    place->count += count;
  } else {
    steps_.insert(place, {number, count});
  }
}

std::uint64_t Spread::samples() const {
  std::uint64_t sum = 0;
  for (const Step& step : steps_) {
    sum += step.count;
  }
  return sum;
}

std::optional<double> Spread::percentile(double share) const {
  const std::uint64_t all = samples();
  if (all == 0) {
    return std::nullopt;
  }
  const double wanted = std::max(1.0, std::ceil(share * static_cast<double>(all)));
  std::uint64_t seen = 0;
  for (const Step& step : steps_) {
    seen += step.count;
    if (static_cast<double>(seen) >= wanted) {
      return middle_of(step.number);
    }
  }
  return middle_of(steps_.back().number);
}

std::string Spread::text() const {
  std::string text;
  for (const Step& step : steps_) {
    text +=
        (text.empty() ? "" : ",") + std::to_string(step.number) + ':' + std::to_string(step.count);
  }
  return text;
}

std::optional<Spread> Spread::from_text(std::string_view text) {
  Spread spread;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    std::uint16_t number = 0;
    std::uint64_t count = 0;
    const auto first = std::from_chars(at, end, number);
    if (first.ec != std::errc() || first.ptr == end || *first.ptr != ':' || number >= kSteps) {
      return std::nullopt;
    }
    const auto second = std::from_chars(first.ptr + 1, end, count);
    if (second.ec != std::errc() || count == 0 ||
        (second.ptr != end && (*second.ptr != ',' || second.ptr + 1 == end))) {
      return std::nullopt;
    }
    spread.add(number, count);
    at = second.ptr == end ? end : second.ptr + 1;
  }
  return spread;
}

}  // namespace llmgate::account
