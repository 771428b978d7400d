// What money costs a call in the core: its price by the shipped table, and its place in a budget of
// this process, from the labels of the request to the settled amount. Without network or Python.
//
//   cost_and_budget TABLE N    prints {"cost_ns": ..., "budget_ns": ..., "both_ns": ...}
//
// Each is the best of seven runs of N, in CPU time: nothing in it waits.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "account/catalog_pricing.h"
#include "cpu_time.h"
#include "engine/call_account.h"
#include "providers/provider.h"

namespace {

using namespace llmgate;
constexpr int kRuns = 7;
const WallTime kNow{std::chrono::seconds(1763800000)};

engine::CallSpec spec() {
  auto request = chat::ChatRequest::read(
      R"({"model":"gpt-4o","messages":[{"role":"user","content":"What is a gateway?"}],)"
      R"("max_tokens":100})");
  providers::Target target;
  target.provider = providers::find_provider("openai");
  target.model = "gpt-4o";
  return {std::move(*request), std::move(target)};
}

// As OpenAI reports it.
chat::Turn turn() {
  chat::Turn said;
  said.model = "gpt-4o-2024-08-06";
  said.usage.prompt_tokens = 1000;
  said.usage.completion_tokens = 100;
  said.usage.total_tokens = 1100;
  said.usage.native = R"({"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100,)"
                      R"("prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},)"
                      R"("completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,)"
                      R"("accepted_prediction_tokens":0,"rejected_prediction_tokens":0}})";
  return said;
}

class Bench {
 public:
  explicit Bench(const char* table)
      : catalog_(std::make_shared<account::ModelCatalog>(std::vector<std::string>{table})) {
    accounts_.pricing = std::make_shared<account::CatalogPricing>(catalog_);
    auto rule = std::make_shared<account::BudgetRule>();
    rule->id = 1;
    rule->name = "budget";
    rule->usd = account::Usd::whole(1'000'000);
    accounts_.budgets.add(std::move(rule));
    of_.time_s = std::chrono::duration_cast<std::chrono::seconds>(kNow.time_since_epoch()).count();
  }

  bool price() const { return accounts_.pricing->cost(of_, turn_).has_value(); }

  // With the cost or, to know what the budget itself takes, without.
  bool call(bool is_priced) {
    engine::CallAccount account(accounts_);
    account.open(spec_);
    auto permit = account.reserve({of_, spec_.request, true}, false, kNow);
    if (!permit) {
      return false;
    }
    account.settle({of_, turn_, is_priced, true}, &permit->reservation, kNow);
    return true;
  }

  [[nodiscard]] account::Amount spent() {
    return accounts_.budgets.accounts(1, kNow).at(0).second->spent();
  }

 private:
  std::shared_ptr<account::ModelCatalog> catalog_;
  engine::Accounts accounts_;
  const engine::CallSpec spec_ = spec();
  const chat::Turn turn_ = turn();
  account::Priced of_{"openai", "gpt-4o", ""};
};

template <typename Step>
double nanoseconds_of(std::size_t count, Step step) {
  return benchmarks::best_of(kRuns, count, [&] {
    for (std::size_t i = 0; i < count; ++i) {
      if (!step()) {
        std::fprintf(stderr, "cost_and_budget: a call has no price, or no room\n");
        std::exit(1);
      }
    }
  });
}

}  // namespace

int main(int argc, char** argv) {
  const auto count = static_cast<std::size_t>(argc == 3 ? std::atol(argv[2]) : 0);
  if (count == 0) {
    std::fprintf(stderr, "usage: cost_and_budget TABLE N\n");
    return 2;
  }
  Bench bench(argv[1]);
  const double cost = nanoseconds_of(count, [&] { return bench.price(); });
  const double both = nanoseconds_of(count, [&] { return bench.call(true); });
  if (bench.spent().tokens != static_cast<std::int64_t>(kRuns * count * 1100)) {
    std::fprintf(stderr, "cost_and_budget: the budget has not seen all calls\n");
    return 1;
  }
  const double budget = nanoseconds_of(count, [&] { return bench.call(false); });
  std::printf("{\"cost_ns\": %.1f, \"budget_ns\": %.1f, \"both_ns\": %.1f}\n", cost, budget, both);
  return 0;
}
