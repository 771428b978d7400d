// How long a Router's decision takes: the plan's word on where a call goes, its place there, and
// what its end leaves behind, over twenty deployments with limits and breakers.
//
//   router_decision N    prints {"STRATEGY": nanoseconds, ...}, each the best of five runs of N
//
// In CPU time: nothing in it waits, and what else the machine does is not in it.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "cpu_time.h"
#include "decisions.h"

namespace {

constexpr std::array kStrategies = std::to_array<std::string_view>(
    {"weighted", "round_robin", "least_busy", "lowest_latency", "lowest_cost", "usage"});
constexpr int kRuns = 5;

double nanoseconds_of(std::string_view strategy, std::size_t count) {
  llmgate::benchmarks::Decisions decisions(strategy);
  return llmgate::benchmarks::best_of(kRuns, count, [&] {
    if (!decisions.make(count)) {
      std::fprintf(stderr, "router_decision: a call found no place\n");
      std::exit(1);
    }
  });
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
