// The health of a Router's deployments: breakers, cool-downs, rate limits, latencies, calls in
// flight, retry budgets and affinities. One per Router, owned by the loop (or by a simulation),
// without locks. Every time is an argument: no clock is read here.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "routing/affinity.h"
#include "routing/breaker.h"
#include "routing/latency.h"
#include "routing/outcome.h"
#include "routing/rate_limit.h"
#include "routing/retry_budget.h"
#include "routing/route_plan.h"

namespace llmgate::routing {

enum class Unavailable : std::uint8_t { kNo, kCoolingDown, kBreakerOpen, kAtLimit, kAtParallel };
std::string_view name_of(Unavailable reason);

struct Availability {
  Unavailable reason = Unavailable::kNo;
  TimePoint until;  // when it is worth asking again; for kAtParallel the far future
};

struct DeploymentHealth {
  Breaker breaker;
  RateLimit limit;
  Latency latency;
  TimePoint cool_until{};
  std::int64_t in_flight = 0;
  std::int64_t attempts = 0;
  std::int64_t failures = 0;
  std::int64_t probes = 0;
};

// What admit() took, given back by settle().
struct Admission {
  DeploymentIndex deployment = 0;
  std::int64_t reserved_tokens = 0;
  bool is_probe = false;
  TimePoint at;
};

struct AttemptResult {
  std::optional<ErrorKind> failure;  // nothing: finished
  int status = 0;
  bool is_committed = false;
  bool is_ours = false;  // a failure of this machine (descriptors, memory): nobody else's fault
  std::optional<std::chrono::milliseconds> retry_after;
  std::optional<Duration> first_content;  // since the attempt began
  Duration total{};
  std::optional<std::int64_t> tokens;  // of the usage, prompt and output; nothing: as reserved
  std::int64_t output_tokens = 0;      // for throughput; 0: unknown
};

class Fleet {
 public:
  explicit Fleet(std::shared_ptr<const RoutePlan> plan);

  [[nodiscard]] const RoutePlan& plan() const { return *plan_; }
  // The same deployments by id keep their health; calls in flight settle by the plan they have.
  void change_plan(std::shared_ptr<const RoutePlan> plan);

  // Whether an attempt could be made now. `tokens`: to be reserved.
  [[nodiscard]] Availability availability(DeploymentIndex index, std::int64_t tokens,
                                          TimePoint now) const;
  // Takes a place: counts it, reserves tokens, and makes it the probe of a half-open breaker.
  // `in_panic`: even with its breaker open or cooling down. Nothing: not available after all.
  std::optional<Admission> admit(DeploymentIndex index, std::int64_t tokens, TimePoint now,
                                 bool in_panic);
  // The attempt is over: breaker, cool-down, latency, limits, budget.
  void settle(const Admission& admission, const AttemptResult& result, TimePoint now,
              Random& random);

  // A call begins, for the retry budgets of every credential it may reach: 10 % of calls.
  void note_call(std::uint32_t credential, TimePoint now);
  // Whether the budget allows one more attempt on the same provider and key; takes it if so.
  bool take_retry(std::uint32_t credential, TimePoint now);

  [[nodiscard]] const DeploymentHealth& health(DeploymentIndex index) const {
    return health_[index];
  }
  [[nodiscard]] std::uint64_t& slot(std::uint16_t slot) { return slots_[slot]; }
  [[nodiscard]] Affinity& sessions() { return sessions_; }
  [[nodiscard]] Affinity& prompts() { return prompts_; }
  [[nodiscard]] std::int64_t panics() const { return panics_; }

 private:
  // An opening would leave some alias without any deployment: it stays closed.
  [[nodiscard]] bool is_last_open(DeploymentIndex index, TimePoint now) const;

  std::shared_ptr<const RoutePlan> plan_;
  std::vector<DeploymentHealth> health_;
  std::vector<RetryBudget> budgets_;
  std::vector<std::uint64_t> slots_;  // of strategies, between calls
  Affinity sessions_;
  Affinity prompts_;
  std::vector<std::vector<std::uint32_t>> aliases_of_;  // of each deployment
  std::int64_t panics_ = 0;
};

}  // namespace llmgate::routing
