#include "engine/cached_call.h"

#include <gtest/gtest.h>

#include "engine/completion_json.h"
#include "support/fake_pricing.h"
#include "support/turns.h"

namespace llmgate::engine {
namespace {

Completion finished() {
  Completion completion;
  completion.turn = test::turn_of_message(R"({"role":"assistant","content":"Hi"})");
  completion.turn.provider = "openai";
  completion.turn.is_view_as_sent = true;
  completion.raw = "the body";
  completion.fields = R"("model""messages")";
  completion.status = 200;
  completion.request_id = "req_1";
  Attempt& attempt = completion.route.emplace_back();
  attempt.base_url = "https://a.example/v1";
  attempt.deployment = "d1";
  return completion;
}

CachedCall cached() {
  CachedCall call;
  call.cache = std::make_shared<cache::Cache>(cache::CacheSettings());
  call.space = "team";
  return call;
}

TEST(CachedCall, AHitCostsNothingAndSavesWhatItsAnswerCost) {
  const test::FakePricing pricing;
  Completion hit = finished();
  hit.route.front().model = "m";
  hit.turn.usage.prompt_tokens = 5;
  hit.turn.usage.completion_tokens = 2;
  price_hit(hit, &pricing, nullptr, WallTime());
  EXPECT_EQ(hit.total_cost, account::Usd());
  EXPECT_EQ(hit.saved.text(), "0.025");
}

TEST(CachedCall, AHitOfNoKnownPriceHasSavedNothingThatIsKnown) {
  Completion hit = finished();
  price_hit(hit, nullptr, nullptr, WallTime());
  EXPECT_EQ(hit.total_cost, account::Usd());
  EXPECT_EQ(hit.saved, account::Usd());
}

// Tells what it was asked to price.
class NotingPricing final : public account::Pricing {
 public:
  [[nodiscard]] std::optional<account::Cost> cost(const account::Priced& of,
                                                  const chat::Turn& /*turn*/) const override {
    own = of.own;
    base_model = of.base_model;
    return std::nullopt;
  }
  [[nodiscard]] std::optional<account::Usd> bound(const account::Priced& /*of*/,
                                                  const account::Extras& /*extras*/,
                                                  std::int64_t /*prompt*/,
                                                  std::int64_t /*output*/) const override {
    return std::nullopt;
  }
  [[nodiscard]] Limits limits(const account::Priced& /*of*/) const override { return {}; }

  mutable account::Facts own;
  mutable std::string base_model;
};

TEST(CachedCall, AHitIsPricedAsItsDeploymentIs) {
  auto plan = std::make_shared<routing::RoutePlan>();
  plan->deployments.resize(2);
  plan->deployments[0].id = "cheap";
  plan->deployments[1].id = "dear";
  Router router;
  router.plan = plan;
  router.targets.resize(2);
  router.targets[1].facts = std::make_shared<account::ModelFacts>();
  router.targets[1].base_model = "gpt-4o";
  const NotingPricing pricing;
  Completion hit = finished();
  hit.route.front().deployment = "dear";
  price_hit(hit, &pricing, &router, WallTime());
  EXPECT_EQ(pricing.own, router.targets[1].facts);
  EXPECT_EQ(pricing.base_model, "gpt-4o");
  hit.route.front().deployment = "gone";
  price_hit(hit, &pricing, &router, WallTime());
  EXPECT_EQ(pricing.own, nullptr);
}

TEST(CachedCall, AnAnswerComesBackOutOfItsEntry) {
  const auto entry = entry_of(cached(), finished());
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->space, "team");
  entry->stored_at_ms = 1000;
  const auto completion = completion_of(*entry, 3500, "memory");
  EXPECT_EQ(completion->turn.choices.front().blocks.front().text, "Hi");
  EXPECT_EQ(completion->raw, "the body");
  EXPECT_EQ(completion->request_id, "req_1");
  ASSERT_NE(completion->cache, nullptr);
  EXPECT_EQ(completion->cache->status, CacheStatus::kHit);
  EXPECT_EQ(completion->cache->age, std::chrono::milliseconds(2500));
  ASSERT_EQ(completion->route.size(), 1U);
  EXPECT_EQ(completion->route.front().outcome, "cached");
  EXPECT_EQ(completion->route.front().provider, "openai");
  EXPECT_EQ(completion->route.front().base_url, "https://a.example/v1");
  EXPECT_EQ(completion->route.front().deployment, "d1");
}

TEST(CachedCall, AClockThatWasSetBackGivesNoNegativeAge) {
  const auto entry = entry_of(cached(), finished());
  entry->stored_at_ms = 5000;
  EXPECT_EQ(completion_of(*entry, 1000, "memory")->cache->age.count(), 0);
}

TEST(CachedCall, KeepsABodyOnlyWhereItIsTheView) {
  Completion completion = finished();
  completion.turn.is_view_as_sent = false;
  EXPECT_EQ(entry_of(cached(), completion)->stored.raw, "");
}

TEST(CachedCall, KeepsNoErrorsNorWhatIsFiltered) {
  Completion failed = finished();
  failed.error = Error();
  EXPECT_EQ(entry_of(cached(), failed), nullptr);
  Completion filtered = finished();
  filtered.turn.choices.front().finish = chat::FinishReason::kContentFilter;
  EXPECT_EQ(entry_of(cached(), filtered), nullptr);
  CachedCall unwanted = cached();
  unwanted.may_store = false;
  EXPECT_EQ(entry_of(unwanted, finished()), nullptr);
  EXPECT_EQ(entry_of(CachedCall(), finished()), nullptr);
}

TEST(CachedCall, ACopySaysTheSame) {
  const auto entry = entry_of(cached(), finished());
  const auto completion = completion_of(*entry, 10, "memory");
  const auto copy = copy_of(*completion);
  EXPECT_EQ(render_beside(*copy), render_beside(*completion));
  EXPECT_EQ(copy->raw, completion->raw);
}

TEST(CacheStatus, HasPortkeysWords) {
  EXPECT_EQ(name_of(CacheStatus::kHit), "HIT");
  EXPECT_EQ(name_of(CacheStatus::kMiss), "MISS");
  EXPECT_EQ(name_of(CacheStatus::kRefresh), "REFRESH");
  EXPECT_EQ(name_of(CacheStatus::kDisabled), "DISABLED");
  EXPECT_EQ(name_of(CacheStatus::kNone), "");
}

}  // namespace
}  // namespace llmgate::engine
