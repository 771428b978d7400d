// Decisions of a Router over twenty deployments, for the program that takes their time and for the
// one whose instructions are counted. No clock is read while they are made.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "routing/fleet.h"
#include "routing/route_plan.h"

namespace llmgate::benchmarks {

// Twenty deployments of four providers with prices and all limits, balanced by a strategy.
class Decisions {
 public:
  // Each deployment has answered some calls, so that its latency is known.
  explicit Decisions(std::string_view strategy);

  // One call after another: planned, admitted, and settled as an answer. False: one found no place.
  bool make(std::size_t count);

 private:
  void make_answers();

  std::shared_ptr<const routing::RoutePlan> plan_;
  routing::Fleet fleet_;
  TimePoint now_;
};

}  // namespace llmgate::benchmarks
