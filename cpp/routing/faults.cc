#include "routing/faults.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/nearest.h"

namespace llmgate::routing {
namespace {

using std::chrono::milliseconds;

constexpr auto kNames =
    std::to_array<std::string_view>({"outage", "errors", "brown_out", "rate_limit", "slow", "stall",
                                     "cut_before_content", "cut_after_content", "timeout"});
static_assert(kNames.size() == kFaultKindCount);

// A refusal comes from the kernel, a 429 from the gateway in front, an error from the server.
constexpr milliseconds kRefusedAfter{1};
constexpr milliseconds kRateLimitedAfter{20};
constexpr milliseconds kErrorAfter{200};
constexpr double kSlowByDefault = 10;
constexpr double kBrownOutSlowByDefault = 3;

milliseconds delay_of(const Fault& fault) {
  if (fault.after) {
    return *fault.after;
  }
  switch (fault.kind) {
    case FaultKind::kOutage:
      return kRefusedAfter;
    case FaultKind::kRateLimit:
      return kRateLimitedAfter;
    default:
      return kErrorAfter;
  }
}

double slowness_of(const Fault& fault) {
  if (fault.slower > 0) {
    return fault.slower;
  }
  return fault.kind == FaultKind::kBrownOut ? kBrownOutSlowByDefault : kSlowByDefault;
}

ErrorKind kind_of_status(int status) {
  for (const ErrorTraits& traits : error_traits()) {
    if (traits.status == status) {
      return traits.kind;
    }
  }
  return status == 529 ? ErrorKind::kServiceUnavailable : ErrorKind::kApi;
}

void fail_with_status(const Fault& fault, int status, FaultEffect& effect) {
  effect.what = FaultEffect::What::kFails;
  effect.status = fault.status != 0 ? fault.status : status;
  effect.failure = kind_of_status(effect.status);
}

// `chance`: uniform again, for what is left open.
void apply(const Fault& fault, double chance, FaultEffect& effect) {
  effect.fault = fault.kind;
  effect.retry_after = fault.retry_after;
  effect.after = delay_of(fault);
  switch (fault.kind) {
    case FaultKind::kOutage:
      effect.what = FaultEffect::What::kFails;
      effect.failure = ErrorKind::kConnection;
      break;
    case FaultKind::kErrors:
    case FaultKind::kBrownOut:
      fail_with_status(fault, chance < 0.5 ? 500 : 503, effect);
      break;
    case FaultKind::kRateLimit:
      fail_with_status(fault, 429, effect);
      break;
    case FaultKind::kSlow:
      effect.slower *= slowness_of(fault);
      break;
    case FaultKind::kStall:
    case FaultKind::kTimeout:
      effect.what = FaultEffect::What::kSilence;
      effect.failure = ErrorKind::kTimeout;
      effect.after_content = fault.kind == FaultKind::kStall;
      break;
    case FaultKind::kCutBefore:
    case FaultKind::kCutAfter:
      effect.what = FaultEffect::What::kCut;
      effect.after_content = fault.kind == FaultKind::kCutAfter;
      effect.failure =
          effect.after_content ? ErrorKind::kStreamInterrupted : ErrorKind::kConnectionLost;
      break;
  }
}

struct Lookup {
  const RoutePlan& plan;
  std::span<const DeploymentIndex> numbered;
  bool skips_missing;
};

Error unknown_name(const Fault& fault, std::size_t place, const Lookup& lookup) {
  std::vector<std::string_view> names;
  for (const Deployment& deployment : lookup.plan.deployments) {
    names.push_back(deployment.id);
    names.push_back(deployment.provider);
  }
  const std::string_view nearest = nearest_name(fault.on, names);
  return bad_request("$.faults[" + std::to_string(place) + "].on",
                     "\"" + fault.on + "\" is no deployment and no provider of this Router; " +
                         "accepted: a deployment's id, a provider, \"*\", or \"#1\" to \"#" +
                         std::to_string(lookup.numbered.size()) + "\"" +
                         (nearest.empty() ? "" : "; nearest: \"" + std::string(nearest) + "\""));
}

// The deployment that "#2" means; nothing: it means none.
std::optional<DeploymentIndex> numbered_by(std::string_view on, const Lookup& lookup) {
  std::size_t number = 0;
  const char* const end = on.data() + on.size();
  const auto read = std::from_chars(on.data() + 1, end, number);
  if (read.ec != std::errc() || read.ptr != end || number < 1 || number > lookup.numbered.size()) {
    return std::nullopt;
  }
  return lookup.numbered[number - 1];
}

// Which deployments a fault hits; empty: none is called so.
std::vector<DeploymentIndex> hit_by(const Fault& fault, const Lookup& lookup) {
  std::vector<DeploymentIndex> hit;
  const std::vector<Deployment>& deployments = lookup.plan.deployments;
  for (DeploymentIndex index = 0; index < deployments.size(); ++index) {
    if (deployments[index].id == fault.on) {
      return {index};
    }
    if (fault.on == "*" || deployments[index].provider == fault.on) {
      hit.push_back(index);
    }
  }
  if (hit.empty() && fault.on.starts_with('#')) {
    if (const auto index = numbered_by(fault.on, lookup)) {
      hit.push_back(*index);
    }
  }
  return hit;
}

}  // namespace

std::string_view name_of(FaultKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

std::span<const std::string_view> fault_kind_names() { return kNames; }

Result<FaultTable> FaultTable::make(std::vector<Fault> faults, const RoutePlan& plan,
                                    std::span<const DeploymentIndex> numbered, bool skips_missing) {
  const Lookup lookup{plan, numbered, skips_missing};
  FaultTable table;
  table.by_deployment_.resize(plan.deployments.size());
  for (std::size_t place = 0; place < faults.size(); ++place) {
    const std::vector<DeploymentIndex> hit = hit_by(faults[place], lookup);
    if (hit.empty() && !(skips_missing && faults[place].on.starts_with('#'))) {
      return unknown_name(faults[place], place, lookup);
    }
    for (const DeploymentIndex index : hit) {
      table.by_deployment_[index].push_back(static_cast<std::uint32_t>(place));
    }
  }
  table.faults_ = std::move(faults);
  return table;
}

FaultEffect FaultTable::effect(DeploymentIndex deployment, Duration since_start,
                               double chance) const {
  FaultEffect effect;
  for (const std::uint32_t index : by_deployment_[deployment]) {
    const Fault& fault = faults_[index];
    if (since_start < fault.from || since_start >= fault.to) {
      continue;
    }
    // What is left of the chance is uniform again: one draw decides about all faults.
    const bool hits = chance < fault.share;
    chance = hits ? chance / fault.share : (chance - fault.share) / (1 - fault.share);
    if (hits) {
      apply(fault, chance, effect);
    } else if (fault.kind == FaultKind::kBrownOut) {
      effect.slower *= slowness_of(fault);
    }
    if (effect.what != FaultEffect::What::kNothing) {
      return effect;
    }
  }
  return effect;
}

std::optional<Duration> FaultTable::first_from() const {
  std::optional<Duration> first;
  for (const Fault& fault : faults_) {
    first = std::min(first.value_or(fault.from), fault.from);
  }
  return first;
}

std::string describe(const FaultEffect& effect) {
  return "injected " + std::string(name_of(effect.fault));
}

}  // namespace llmgate::routing
