#include "routing/back_off.h"

#include <algorithm>
#include <cmath>

namespace llmgate::routing {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kBusyBase{1000};
constexpr milliseconds kBase{50};
constexpr milliseconds kCap{8000};

}  // namespace

milliseconds back_off(ErrorKind kind, std::int64_t retries, Random& random) {
  const bool is_busy = kind == ErrorKind::kRateLimit || kind == ErrorKind::kServiceUnavailable;
  const auto base = static_cast<double>((is_busy ? kBusyBase : kBase).count());
  const double ceiling =
      std::min(static_cast<double>(kCap.count()), base * std::exp2(static_cast<double>(retries)));
  return milliseconds(static_cast<std::int64_t>(random.uniform() * ceiling));
}

}  // namespace llmgate::routing
