// What goes wrong with deployments, as data: outages, errors, rate limits, slowness, stalls, cuts
// and timeouts over spans of time. The same table serves simulate() in virtual time and chaos on
// real calls. Beside the plan step of a request's path; immutable once made, shared freely.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/result.h"
#include "routing/route_plan.h"

namespace llmgate::routing {

enum class FaultKind : std::uint8_t {
  kOutage,     // the connection is refused
  kErrors,     // a status, 500 and 503 by turns where none is given
  kBrownOut,   // `share` get such errors, everybody else waits
  kRateLimit,  // 429
  kSlow,       // answers, but late
  kStall,      // begins to answer and goes silent
  kCutBefore,  // the connection is lost before any content
  kCutAfter,   // a stream is cut after its first content; a plain answer before its end
  kTimeout,    // nothing comes
};
inline constexpr std::size_t kFaultKindCount = 9;
std::string_view name_of(FaultKind kind);
std::span<const std::string_view> fault_kind_names();  // in the order of the enumerators

struct Fault {
  // A deployment's id, a provider, "*", or "#2": the second deployment of the alias in question.
  std::string on = "*";
  FaultKind kind = FaultKind::kOutage;
  double share = 1;  // of the attempts that it hits
  Duration from{0};  // since the start
  Duration to = Duration::max();
  int status = 0;                                        // 0: the kind's own
  std::optional<std::chrono::milliseconds> retry_after;  // told with an error
  std::optional<std::chrono::milliseconds> after;  // until an error comes; else the kind's own
  double slower = 0;                               // times the usual latency; 0: the kind's own
};

// What happens to one attempt.
struct FaultEffect {
  enum class What : std::uint8_t {
    kNothing,
    kFails,    // with `failure`, `after` its start
    kCut,      // before content or, `after_content`, behind it
    kSilence,  // until the caller's own time limit; with `after_content`, behind the first content
  };
  What what = What::kNothing;
  FaultKind fault = FaultKind::kOutage;
  ErrorKind failure = ErrorKind::kConnection;
  int status = 0;
  bool after_content = false;
  std::optional<std::chrono::milliseconds> retry_after;
  std::chrono::milliseconds after{0};
  double slower = 1;  // of kNothing: times the usual latency
};

class FaultTable {
 public:
  // `numbered`: what "#1", "#2" ... mean. Names that the plan does not have are errors, with the
  // JSON path of the fault; so are numbers, unless `skips_missing`.
  static Result<FaultTable> make(std::vector<Fault> faults, const RoutePlan& plan,
                                 std::span<const DeploymentIndex> numbered, bool skips_missing);

  // `chance` is uniform, at least 0 and below 1. Pure. Of several faults that hit, the first one
  // that ends the attempt counts, and slowness adds up.
  [[nodiscard]] FaultEffect effect(DeploymentIndex deployment, Duration since_start,
                                   double chance) const;
  [[nodiscard]] std::span<const Fault> faults() const { return faults_; }
  // When the first fault begins; nothing without faults.
  [[nodiscard]] std::optional<Duration> first_from() const;

 private:
  std::vector<Fault> faults_;
  std::vector<std::vector<std::uint32_t>> by_deployment_;  // indices of faults
};

// "injected outage", for errors and routes.
std::string describe(const FaultEffect& effect);

}  // namespace llmgate::routing
