#include "engine/call_record.h"

#include <gtest/gtest.h>

#include <utility>

namespace llmgate::engine {
namespace {

using std::chrono_literals::operator""ms;

CallSpec spec_of(const std::string& more) {
  auto request = chat::ChatRequest::read(
      R"({"model":"m","messages":[{"role":"user","content":"Hi"}])" + more + "}");
  EXPECT_TRUE(request.ok());
  return {std::move(*request), providers::Target()};
}

Completion answered() {
  chat::Answer answer;
  answer.turn.usage.prompt_tokens = 5;
  answer.turn.usage.completion_tokens = 2;
  Completion completion(std::make_shared<const chat::Answer>(std::move(answer)));
  completion.total_cost = account::Usd::from_text("0.25").value();
  Attempt failed;
  failed.maybe_billed = true;
  Attempt last;
  last.provider = "openai";
  last.model = "m";
  last.deployment = "d";
  last.started = 10ms;
  last.total = 20ms;
  last.first_content = 5ms;
  completion.route = {failed, last};
  return completion;
}

TEST(CallRecord, SumsUpTheCallThatWasMade) {
  const Completion completion = answered();
  const auto record = record_of(completion, completion.route.back(), {"ann", "{}"}, WallTime());
  EXPECT_EQ(record.provider, "openai");
  EXPECT_EQ(record.deployment, "d");
  EXPECT_EQ(record.user, "ann");
  EXPECT_EQ(record.attempts, 2);
  EXPECT_EQ(record.uncertain, 1);
  EXPECT_EQ(record.prompt_tokens, 5);
  EXPECT_EQ(record.cost->text(), "0.25");
  EXPECT_EQ(record.total, 30ms);
  EXPECT_EQ(record.first_content, 15ms);
}

TEST(CallRecord, OurOwnCountGoesBeforeAUsageThatNobodyReported) {
  Completion completion = answered();
  completion.counted_usage = std::make_unique<chat::Usage>();
  completion.counted_usage->prompt_tokens = 7;
  const auto record = record_of(completion, completion.route.back(), {}, WallTime());
  EXPECT_EQ(record.prompt_tokens, 7);
  EXPECT_EQ(record.completion_tokens, 0);
}

TEST(CallRecord, AHitUsedNothingAndAskedNobody) {
  Completion completion = answered();
  completion.cache = std::make_unique<CacheNote>();
  completion.cache->status = CacheStatus::kHit;
  const auto record = record_of(completion, completion.route.back(), {}, WallTime());
  EXPECT_TRUE(record.is_cache_hit);
  EXPECT_EQ(record.attempts, 0);
  EXPECT_EQ(record.prompt_tokens, 0);
}

TEST(CallRecord, OneWhoSharedACallUsedNothingAndSavedWhatItCost) {
  Completion completion = answered();
  completion.saved = account::Usd::from_text("0.25").value();
  const auto record = shared_record(completion, completion.route.back(), {}, WallTime());
  EXPECT_EQ(record.cost, account::Usd());
  EXPECT_EQ(record.saved.text(), "0.25");
  EXPECT_EQ(record.attempts, 0);
  EXPECT_EQ(record.uncertain, 0);
  EXPECT_EQ(record.prompt_tokens, 0);
  EXPECT_FALSE(record.is_cache_hit);
  EXPECT_EQ(record.model, "m");
}

TEST(CallRecord, TheCallerIsTheUserOfTheRequestAndItsMetadata) {
  CallSpec spec = spec_of(R"(,"user":"a\"b")");
  EXPECT_EQ(caller_of(spec).user, R"(a\"b)");
  EXPECT_EQ(caller_of(spec).metadata, "");
  EXPECT_EQ(metadata_of(spec), nullptr);
  spec.attribution = std::make_unique<Attribution>();
  spec.attribution->metadata.text = std::make_unique<const std::string>(R"({"team":"x"})");
  EXPECT_EQ(caller_of(spec).metadata, R"({"team":"x"})");
}

}  // namespace
}  // namespace llmgate::engine
