// What a piece of work costs in CPU time, for programs whose work waits for nothing: what else the
// machine does is not counted.
#pragma once

#include <time.h>

#include <algorithm>
#include <cstddef>
#include <limits>

namespace llmgate::benchmarks {

inline double cpu_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// Nanoseconds for each of `count` items, which `work()` does together; the best of `runs` times.
template <typename Work>
double best_of(int runs, std::size_t count, Work work) {
  double best = std::numeric_limits<double>::max();
  for (int run = 0; run < runs; ++run) {
    const double began = cpu_nanoseconds();
    work();
    best = std::min(best, (cpu_nanoseconds() - began) / static_cast<double>(count));
  }
  return best;
}

}  // namespace llmgate::benchmarks
