#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include "routing/strategies/strategy.h"

namespace llmgate::routing {
namespace {

std::vector<std::string> parts(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find('|'), list.size());
    names.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return names;
}

TEST(StrategyNames, ListsAllInOrder) {
  std::vector<std::string> names;
  for (const Strategy* strategy : all_strategies()) {
    names.emplace_back(strategy->name());
  }
  EXPECT_EQ(names, (std::vector<std::string>{"balanced", "cheapest_within", "custom",
                                             "fastest_recent", "inverse_square_price", "least_busy",
                                             "lowest_cost", "lowest_latency", "ordered",
                                             "round_robin", "throughput", "usage", "weighted"}));
}

TEST(StrategyNames, FindsThemByNameAndByTheNamesOfOthers) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 21> kNames{{
      {"weighted", "weighted"},
      {"simple-shuffle", "weighted"},
      {"least-busy", "least_busy"},
      {"latency-based-routing", "lowest_latency"},
      {"latency", "lowest_latency"},
      {"fastest", "lowest_latency"},
      {"speed", "lowest_latency"},
      {"cost-based-routing", "lowest_cost"},
      {"price", "lowest_cost"},
      {"cheapest", "lowest_cost"},
      {"cost", "lowest_cost"},
      {"usage-based-routing", "usage"},
      {"usage-based-routing-v2", "usage"},
      {"priority", "ordered"},
      {"nitro", "throughput"},
      {"openrouter", "inverse_square_price"},
      {"balanced", "balanced"},
      {"custom", "custom"},
      {"round_robin", "round_robin"},
      {"fastest_recent", "fastest_recent"},
      {"cheapest_within", "cheapest_within"},
  }};
  for (const auto& [name, expected] : kNames) {
    ASSERT_NE(find_strategy(name), nullptr) << name;
    EXPECT_EQ(find_strategy(name)->name(), expected);
  }
}

TEST(StrategyNames, DoesNotFindWhatIsNoName) {
  for (const std::string_view name : {"", "|", "latency|fastest", "usage-based", "Weighted"}) {
    EXPECT_EQ(find_strategy(name), nullptr) << name;
  }
}

TEST(StrategyNames, MeanOneStrategyEach) {
  std::multiset<std::string> names;
  for (const Strategy* strategy : all_strategies()) {
    names.emplace(strategy->name());
    for (std::string& alias : parts(strategy->aliases())) {
      names.insert(std::move(alias));
    }
  }
  for (const std::string& name : names) {
    EXPECT_EQ(names.count(name), 1U) << name;
  }
}

TEST(StrategyNames, HaveADefaultForEachOption) {
  for (const Strategy* strategy : all_strategies()) {
    EXPECT_EQ(parts(strategy->option_names()).size(), strategy->option_defaults().size())
        << strategy->name();
  }
  EXPECT_EQ(find_strategy("fastest_recent")->option_names(), "minutes");
  EXPECT_EQ(find_strategy("fastest_recent")->option_defaults()[0], 5);
  EXPECT_EQ(find_strategy("cheapest_within")->option_names(), "latency_s|quality");
  EXPECT_EQ(find_strategy("balanced")->option_defaults()[0], 0.5);
}

}  // namespace
}  // namespace llmgate::routing
