// The calls under way in a simulation. Each does what engine/call_attempts.cc does with a real one:
// decisions, places, the queue, hedges, the deadline. Only what an attempt brings comes from a
// scenario. Owned by simulate(); virtual time, one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "routing/attempt_plan.h"
#include "routing/event_queue.h"
#include "routing/fleet.h"
#include "routing/scenario.h"
#include "routing/simulated_chance.h"
#include "routing/simulation_result.h"
#include "routing/waiting_calls.h"

namespace llmgate::routing {

struct SimulationSetup {
  std::shared_ptr<const RoutePlan> plan;
  const Scenario* scenario = nullptr;
  const FaultTable* faults = nullptr;
  NodeIndex root = 0;
  std::vector<LatencyModel> latencies;              // of each deployment
  std::vector<std::chrono::milliseconds> timeouts;  // of an attempt on each
  std::uint64_t seed = 0;
};

class SimulatedRouter {
 public:
  static constexpr TimePoint kStart{std::chrono::hours(1000)};

  SimulatedRouter(const SimulationSetup& setup, EventQueue& events, SimulationResult& result);

  void begin_call(TimePoint now);
  // Any event but an arrival.
  void handle(const Event& event);
  // How many calls have ended since it was asked last.
  std::int64_t take_ended() { return std::exchange(ended_, 0); }

 private:
  struct Attempt {
    std::optional<Admission> admission;  // it runs
    Path path;
    TimePoint content_at;  // of a stream
    TimePoint ends;
    std::optional<ErrorKind> failure;
    int status = 0;
    std::optional<std::chrono::milliseconds> retry_after;
    std::uint32_t serial = 0;
  };
  struct Call {
    TimePoint started;
    std::int64_t second = 0;
    std::uint64_t session = 0;
    int priority = 0;
    std::uint32_t serial = 0;        // 0: free
    std::uint32_t retry_serial = 0;  // 0: nothing to wait for
    std::uint32_t hedge_serial = 0;
    bool has_waited = false;
    bool has_hedged = false;
    std::vector<Outcome> outcomes;
    std::vector<std::uint32_t> credentials;  // asked so far
    std::optional<Path> planned;
    bool is_last_resort = false;  // of what is planned
    std::optional<TimePoint> waits_since;
    std::optional<WaitingCalls::Ticket> ticket;
    Attempt attempts[2];  // NOLINT(modernize-avoid-c-arrays): the first and its hedge
  };

  [[nodiscard]] bool is_of(const Event& event) const;
  Decision next(Call& call);
  void plan(std::uint32_t index);
  void carry_out(std::uint32_t index, const Decision& decision);
  void wait_for_place(std::uint32_t index, const Decision& decision);
  void start_planned(std::uint32_t index);
  std::optional<Admission> admit(Call& call, const Path& path, bool is_last_resort);
  void start_attempt(std::uint32_t index, int which, const Path& path, const Admission& admission);
  void draw_end(Attempt& attempt, DeploymentIndex deployment);
  void arm_hedge(std::uint32_t index, const Path& path);
  void start_hedge(std::uint32_t index);
  void drop_rival(Call& call, int winner);
  void finish_attempt(std::uint32_t index, int which);
  void fail_attempt(std::uint32_t index, int which);
  void expire(std::uint32_t index);
  void settle(Attempt& attempt);
  void remember_answer(const Call& call, const Path& path);
  bool try_again(std::uint32_t index);
  void leave_queue(Call& call);
  void end_call(std::uint32_t index, std::optional<ErrorKind> failure);
  [[nodiscard]] PlanContext context_of(const Call& call);
  [[nodiscard]] std::optional<std::chrono::milliseconds> remaining(const Call& call) const;
  [[nodiscard]] DeploymentIndex deployment_of(const Path& path) const {
    return plan_.nodes[path.target()].deployment;
  }
  void push(EventKind kind, TimePoint at, std::uint32_t index, std::uint32_t serial,
            int which = 0) {
    events_.push({at, 0, index, serial, kind, static_cast<std::uint8_t>(which)});
  }

  const SimulationSetup& setup_;
  const RoutePlan& plan_;
  const Load& load_;
  EventQueue& events_;
  SimulationResult& result_;
  Fleet fleet_;
  RouteRequest request_;  // of whichever call decides
  SimulatedChance plan_chance_;
  SimulatedChance attempt_chance_;
  std::vector<double> spreads_;  // of the log-normal latencies
  std::vector<Call> calls_;
  std::vector<std::uint32_t> free_;
  WaitingCalls waiting_;
  TimePoint now_ = kStart;
  std::uint32_t serials_ = 0;
  std::int64_t hedges_ = 0;
  std::int64_t ended_ = 0;
};

}  // namespace llmgate::routing
