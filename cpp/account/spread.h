// How values are spread, on a logarithmic scale: a count for each step of a ninth, so that a
// percentile is known to within 5 %. Holds only the steps that occur; two of them are added by
// adding their counts, whoever made them. A plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llmgate::account {

class Spread {
 public:
  void add(std::uint64_t value);
  void add(const Spread& other);
  [[nodiscard]] std::uint64_t samples() const;
  // `share` (0 to 1) of the samples are at most this; nothing without samples.
  [[nodiscard]] std::optional<double> percentile(double share) const;

  // "step:count,step:count", in rising order.
  [[nodiscard]] std::string text() const;
  // Nothing: not such a text.
  static std::optional<Spread> from_text(std::string_view text);

 private:
  struct Step {
    std::uint16_t number;
    std::uint64_t count;
  };
  void add(std::uint16_t number, std::uint64_t count);

  std::vector<Step> steps_;  // in rising order
};

}  // namespace llmgate::account
