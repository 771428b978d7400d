#include "account/price_change.h"

#include <gtest/gtest.h>

namespace llmgate::account {
namespace {

TEST(PriceChanges, TakeTheNarrowestScope) {
  const auto changes = PriceChanges::from_json(
      R"({"changes":{"openai":{"factor":1.05},"openai/GPT-4o":{"factor":"0.8"},)"
      R"("global":{"per_request":0.001}}})");
  ASSERT_TRUE(changes.ok()) << changes.error().message;
  EXPECT_EQ(changes->find("openai", "gpt-4o").factor.text(), "0.8");
  EXPECT_EQ(changes->find("openai", "gpt-5").factor.text(), "1.05");
  EXPECT_EQ(changes->find("groq", "x").per_request.text(), "0.001");
  EXPECT_TRUE(PriceChanges().find("openai", "gpt-4o").is_none());
}

TEST(PriceChanges, ReadLitellmsDiscountsAndMargins) {
  const auto changes = PriceChanges::from_json(
      R"({"discounts":{"vertex_ai":0.05,"google":0.5},)"
      R"("margins":{"vertex_ai":{"percentage":0.1,"fixed_amount":0.002},"openai":0.1}})");
  ASSERT_TRUE(changes.ok()) << changes.error().message;
  const PriceChange vertex = changes->find("vertex_ai", "m");
  EXPECT_EQ(vertex.factor.text(), "1.045");
  EXPECT_EQ(vertex.apply(Usd::whole(2), 10).text(), "2.092");
  EXPECT_EQ(changes->find("gemini", "m").factor.text(), "0.5");
  EXPECT_EQ(changes->find("openai", "m").factor.text(), "1.1");
}

TEST(PriceChange, AddsForRequestsAndTokens) {
  const auto changes = PriceChanges::from_json(
      R"({"changes":{"a":{"factor":2,"per_request":"0.5","per_token":1e-3}}})");
  ASSERT_TRUE(changes.ok());
  EXPECT_EQ(changes->find("a", "b").apply(Usd::whole(1), 100).text(), "2.6");
}

TEST(PriceChanges, SayWhatIsWrongAndWhere) {
  const auto unknown = PriceChanges::from_json(R"({"changes":{"a":{"factr":2}}})");
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().json_path, "$.changes.a");
  EXPECT_NE(unknown.error().message.find("did you mean 'factor'?"), std::string::npos);
  for (const char* bad :
       {R"({"discounts":{"a":1.5}})", R"({"discounts":{"a":-0.5}})", R"({"margins":{"a":"much"}})",
        R"({"margins":{"a":{"percent":1}}})", R"({"changes":{"a":{"per_token":"x"}}})", "{"}) {
    EXPECT_FALSE(PriceChanges::from_json(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace llmgate::account
