// The health of a Router's deployments: breakers, cool-downs, rate limits, latencies, calls in
// flight, retry budgets and affinities. One for each version of a Router's plan; a call keeps the
// one it started with, and deployments that two plans have in common share their records. Owned by
// the loop (or by a simulation), without locks. Every time is an argument: no clock is read here.
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

enum class Unavailable : std::uint8_t {
  kNo,
  kCoolingDown,
  kOutOfQuota,  // of the key: money or a daily cap
  kBreakerOpen,
  kAtLimit,
  kAtParallel,
};
std::string_view name_of(Unavailable reason);

struct Availability {
  Unavailable reason = Unavailable::kNo;
  // When it is worth asking again. TimePoint::max() where that depends on an attempt in flight:
  // for kAtParallel, and while a probe runs.
  TimePoint until;
};

// What every decision reads comes first.
struct DeploymentHealth {
  TimePoint cool_until{};
  bool is_out_of_quota = false;  // that is why it cools down
  std::int64_t in_flight = 0;
  Breaker breaker;
  RateLimit limit;
  Latency latency;
  BreakerPolicy breaker_policy;  // not enabled: there are no cool-downs either
  TimePoint cooled_at{};         // when the last cool-down began
  int cool_downs = 0;            // in a row, without a hint of the server's and without a success
  std::int64_t attempts = 0;
  std::int64_t failures = 0;  // all that were not ours, the caller's or the deadline's
  std::int64_t probes = 0;

  // To calls: it does not cool down, and its breaker lets one through.
  [[nodiscard]] bool is_open(TimePoint now) const {
    return now >= cool_until && breaker.allows(now);
  }
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
  // For a changed plan: deployments of the same id keep their health, their credentials' budgets
  // and their affinities. Calls in flight go on with `before`, whose records are the same ones.
  Fleet(std::shared_ptr<const RoutePlan> plan, const Fleet& before);

  [[nodiscard]] const RoutePlan& plan() const { return *plan_; }
  // Whether an attempt could be made now. `tokens`: to be reserved.
  [[nodiscard]] bool is_available(DeploymentIndex index, std::int64_t tokens, TimePoint now) const {
    const DeploymentHealth& health = *health_[index];
    return health.is_open(now) && health.limit.lets_in(health.in_flight, tokens, now);
  }
  // The same, and why not. `is_last_resort`: for a call that is lost without it, which may be an
  // open breaker's early probe.
  [[nodiscard]] Availability availability(DeploymentIndex index, std::int64_t tokens, TimePoint now,
                                          bool is_last_resort = false) const;
  // Takes a place: counts it, reserves tokens, and makes it the probe of a half-open breaker.
  // `is_last_resort`: even where it is open, if no other probe runs, or cools down. Nothing: not
  // available after all.
  std::optional<Admission> admit(DeploymentIndex index, std::int64_t tokens, TimePoint now,
                                 bool is_last_resort);
  // The attempt is over: breaker, cool-down, latency, limits, budget. Whether its deployment was
  // closed to calls, and takes them again.
  bool settle(const Admission& admission, const AttemptResult& result, TimePoint now,
              Random& random);

  // A call begins, for the retry budgets of every credential it may reach: 10 % of calls.
  void note_call(std::uint32_t credential, TimePoint now);
  // Whether the budget allows one more attempt on the same provider and key; takes it if so.
  bool take_retry(std::uint32_t credential, TimePoint now);

  [[nodiscard]] const DeploymentHealth& health(DeploymentIndex index) const {
    return *health_[index];
  }
  // Whether any child of a balance has a weight, or any deployment a limit to weigh it by.
  [[nodiscard]] bool has_weights() const { return has_weights_; }
  [[nodiscard]] double retries_left(std::uint32_t credential, TimePoint now) const {
    return budgets_[credential]->available(now);
  }
  [[nodiscard]] std::uint64_t& slot(std::uint16_t slot) { return slots_[slot]; }
  [[nodiscard]] Affinity& sessions() { return sessions_; }
  [[nodiscard]] Affinity& prompts() { return prompts_; }
  // Openings that did not happen because they would have left an alias without a deployment.
  [[nodiscard]] std::int64_t panics() const { return panics_; }

 private:
  void cool_key(DeploymentIndex index);
  void find_aliases();
  void find_weights();
  void take_over(const Fleet& before);
  // An opening would leave some alias without any deployment: it stays closed.
  [[nodiscard]] bool is_last_open(DeploymentIndex index, TimePoint now) const;
  [[nodiscard]] bool is_healthy(DeploymentIndex index, TimePoint now) const;
  void settle_success(DeploymentHealth& health, const Admission& admission,
                      const AttemptResult& result, TimePoint now);
  void settle_failure(const Admission& admission, const AttemptResult& result, TimePoint now,
                      Random& random);

  std::shared_ptr<const RoutePlan> plan_;
  // Shared by the versions of a plan on their one thread, so that calls in flight settle where new
  // calls look.
  std::vector<std::shared_ptr<DeploymentHealth>> health_;
  std::vector<std::shared_ptr<RetryBudget>> budgets_;
  std::vector<std::uint64_t> slots_;  // of strategies, between calls
  Affinity sessions_;
  Affinity prompts_;
  std::vector<std::vector<DeploymentIndex>> groups_;   // below each alias and pattern
  std::vector<std::vector<std::uint32_t>> groups_of_;  // of each deployment
  std::int64_t panics_ = 0;
  bool has_weights_ = false;
};

}  // namespace llmgate::routing
