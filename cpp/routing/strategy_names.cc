#include <algorithm>
#include <vector>

#include "routing/strategies/strategy.h"

namespace llmgate::routing {

// Generated from the files of strategies/.
std::vector<const Strategy*> collect_strategies();

namespace {

bool is_one_of(std::string_view name, std::string_view aliases) {
  while (!aliases.empty()) {
    const std::size_t end = std::min(aliases.find('|'), aliases.size());
    if (aliases.substr(0, end) == name) {
      return true;
    }
    aliases.remove_prefix(std::min(end + 1, aliases.size()));
  }
  return false;
}

std::vector<const Strategy*> sorted_strategies() {
  std::vector<const Strategy*> strategies = collect_strategies();
  std::sort(strategies.begin(), strategies.end(),
            [](const Strategy* a, const Strategy* b) { return a->name() < b->name(); });
  return strategies;
}

}  // namespace

std::span<const Strategy* const> all_strategies() {
  static const std::vector<const Strategy*> strategies = sorted_strategies();
  return strategies;
}

const Strategy* find_strategy(std::string_view name) {
  for (const Strategy* strategy : all_strategies()) {
    if (strategy->name() == name || is_one_of(name, strategy->aliases())) {
      return strategy;
    }
  }
  return nullptr;
}

}  // namespace llmgate::routing
