// How a balance picks one of its children. Every strategy is one file of this folder with one
// function NAME_strategy(); the build finds it by itself. Strategies hold no state: what they
// remember between calls is in the fleet. Loop only, or a simulation's thread.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/random.h"
#include "routing/fleet.h"
#include "routing/route_request.h"

namespace llmgate::routing {

// A child that could be used now, and a deployment below it that stands for it: itself, or the
// first available one of a subtree. Not set when made: a decision has room for many of them.
struct Candidate {
  NodeIndex node;
  DeploymentIndex deployment;
};

// In one decision; of more children the first that can be used are looked at.
inline constexpr std::size_t kMostCandidates = 256;

struct PickContext {
  const RoutePlan& plan;
  const Node& node;  // the balance
  Fleet& fleet;
  const RouteRequest& request;
  TimePoint now;
  Random& random;
};

class Strategy {
 public:
  constexpr Strategy() = default;
  virtual ~Strategy() = default;
  Strategy(const Strategy&) = delete;
  Strategy& operator=(const Strategy&) = delete;

  // snake_case; `aliases` are other names for it, separated by '|' (LiteLLM's and OpenRouter's).
  [[nodiscard]] virtual std::string_view name() const = 0;
  [[nodiscard]] virtual std::string_view aliases() const { return ""; }
  // The names of its numbers in Node::options, separated by '|', and what each is when not given.
  [[nodiscard]] virtual std::string_view option_names() const { return ""; }
  [[nodiscard]] virtual std::span<const double> option_defaults() const { return {}; }
  // Whether a Python callable is asked instead, and this is the answer if it is late.
  [[nodiscard]] virtual bool asks_caller() const { return false; }
  // The position of the one to use; `candidates` is not empty.
  [[nodiscard]] virtual std::size_t pick(std::span<const Candidate> candidates,
                                         const PickContext& context) const = 0;
};

// All strategies in order of name; by name or alias, null if unknown.
std::span<const Strategy* const> all_strategies();
const Strategy* find_strategy(std::string_view name);

}  // namespace llmgate::routing
