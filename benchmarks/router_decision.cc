// How long a Router's decision takes: the plan's word on where a call goes, its place there, and
// what its end leaves behind, over twenty deployments with limits and breakers.
//
//   router_decision N    prints {"STRATEGY": nanoseconds, ...}, each the best of five runs of N
//
// In CPU time: nothing in it waits, and what else the machine does is not in it.
#include <time.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "decisions.h"

namespace {

constexpr std::array kStrategies = std::to_array<std::string_view>(
    {"weighted", "round_robin", "least_busy", "lowest_latency", "lowest_cost", "usage"});
constexpr int kRuns = 5;

double cpu_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

double nanoseconds_of(std::string_view strategy, std::size_t count) {
  llmgate::benchmarks::Decisions decisions(strategy);
  double best = 0;
  for (int run = 0; run < kRuns; ++run) {
    const double began = cpu_nanoseconds();
    if (!decisions.make(count)) {
      std::fprintf(stderr, "router_decision: a call found no place\n");
      std::exit(1);
    }
    const double each = (cpu_nanoseconds() - began) / static_cast<double>(count);
    best = run == 0 ? each : std::min(best, each);
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  const auto count = static_cast<std::size_t>(argc == 2 ? std::atol(argv[1]) : 0);
  if (count == 0) {
    std::fprintf(stderr, "usage: router_decision N\n");
    return 2;
  }
  const char* before = "{";
  for (const std::string_view strategy : kStrategies) {
    std::printf("%s\"%.*s\": %.1f", before, static_cast<int>(strategy.size()), strategy.data(),
                nanoseconds_of(strategy, count));
    before = ", ";
  }
  std::printf("}\n");
  return 0;
}
