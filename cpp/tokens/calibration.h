// What providers report, against what was estimated, by family of models: estimates get better
// while a process runs. Exact counts are never touched. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "tokens/model_tokens.h"

namespace llmgate::tokens {

class Calibration {
 public:
  struct Factor {
    double factor = 1;  // from the encoding's count of the texts to the estimate
    double error = 0;   // the share by which the estimate may be off
    std::uint64_t observations = 0;
  };

  Calibration() = default;
  Calibration(const Calibration&) = delete;
  Calibration& operator=(const Calibration&) = delete;

  // A request's usage: `counted` tokens of its texts by the family's encoding, of `reported` in all
  // of which `beside` are not text (roles, tools, images). Short texts and absurd reports say
  // nothing and are left out.
  void observe(const ModelTokens& model, std::size_t counted, std::size_t beside,
               std::size_t reported);
  [[nodiscard]] Factor factor(const ModelTokens& model) const;

 private:
  struct Learned {
    double factor = 0;     // moving average of reported over counted
    double deviation = 0;  // and of how far the reports were from it, as a share
    std::uint64_t observations = 0;
  };
  mutable Mutex mutex_;
  std::map<std::string, Learned, std::less<>> learned_ LLMGATE_GUARDED_BY(mutex_);
};

}  // namespace llmgate::tokens
