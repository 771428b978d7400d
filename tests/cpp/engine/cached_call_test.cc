#include "engine/cached_call.h"

#include <gtest/gtest.h>

#include "engine/completion_json.h"
#include "support/fake_pricing.h"
#include "support/turns.h"

namespace llmgate::engine {
namespace {

chat::Answer said() {
  chat::Answer answer;
  answer.turn = test::turn_of_message(R"({"role":"assistant","content":"Hi"})");
  answer.turn.provider = "openai";
  answer.turn.is_view_as_sent = true;
  answer.raw = "the body";
  answer.fields = R"("model""messages")";
  answer.status = 200;
  answer.request_id = "req_1";
  answer.base_url = "https://a.example/v1";
  answer.deployment = "d1";
  return answer;
}

Completion finished(chat::Answer answer = said()) {
  Completion completion(std::make_shared<const chat::Answer>(std::move(answer)));
  completion.route.emplace_back();
  return completion;
}

cache::CachedEntry entry_of(const Completion& completion, std::int64_t stored_at_ms) {
  cache::CachedEntry entry;
  entry.answer = completion.answer;
  entry.stored_at_ms = stored_at_ms;
  return entry;
}

CachedCall cached() {
  CachedCall call;
  call.cache = std::make_shared<cache::Cache>(cache::CacheSettings());
  call.space = "team";
  return call;
}

TEST(CachedCall, AHitCostsNothingAndSavesWhatItsAnswerCost) {
  const test::FakePricing pricing;
  chat::Answer answer = said();
  answer.turn.usage.prompt_tokens = 5;
  answer.turn.usage.completion_tokens = 2;
  Completion hit = finished(answer);
  hit.route.front().model = "m";
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
  const cache::CachedEntry entry = entry_of(finished(), 1000);
  const auto completion = completion_of(entry, 3500, "memory");
  EXPECT_EQ(completion->answer, entry.answer);  // one and the same
  ASSERT_NE(completion->cache, nullptr);
  EXPECT_EQ(completion->cache->status, CacheStatus::kHit);
  EXPECT_EQ(completion->cache->age, std::chrono::milliseconds(2500));
  ASSERT_EQ(completion->route.size(), 1U);
  EXPECT_EQ(completion->route.front().outcome, "cached");
  EXPECT_EQ(completion->route.front().provider, "openai");
  EXPECT_EQ(completion->route.front().base_url, "https://a.example/v1");
  EXPECT_EQ(completion->route.front().deployment, "d1");
  EXPECT_EQ(completion->route.front().request_id, "req_1");
}

TEST(CachedCall, AClockThatWasSetBackGivesNoNegativeAge) {
  const cache::CachedEntry entry = entry_of(finished(), 5000);
  EXPECT_EQ(completion_of(entry, 1000, "memory")->cache->age.count(), 0);
}

TEST(CachedCall, KeepsNoErrorsNorWhatIsFiltered) {
  EXPECT_TRUE(may_be_kept(cached(), finished()));
  Completion failed = finished();
  failed.error = Error();
  EXPECT_FALSE(may_be_kept(cached(), failed));
  chat::Answer filtered = said();
  filtered.turn.choices.front().finish = chat::FinishReason::kContentFilter;
  EXPECT_FALSE(may_be_kept(cached(), finished(filtered)));
  CachedCall unwanted = cached();
  unwanted.may_store = false;
  EXPECT_FALSE(may_be_kept(unwanted, finished()));
  EXPECT_FALSE(may_be_kept(CachedCall(), finished()));
}

TEST(CachedCall, ACopySaysTheSame) {
  const auto completion = completion_of(entry_of(finished(), 0), 10, "memory");
  const auto copy = copy_of(*completion);
  EXPECT_EQ(render_beside(*copy), render_beside(*completion));
  EXPECT_EQ(copy->body(), completion->body());
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
