#include "engine/completion_json.h"

#include <gtest/gtest.h>

#include "json/document.h"

namespace llmgate::engine {
namespace {

Completion sample() {
  chat::Answer answer;
  answer.turn.provider = "openai";
  chat::Choice& choice = answer.turn.choice_at(0);
  choice.finish = chat::FinishReason::kStop;
  choice.finish_word = "eos";
  answer.fields = R"("model""seed")";
  answer.dispositions = {{chat::Action::kMapped, "$.seed", "random_seed", "renamed"}};
  answer.request_id = "req_1";
  answer.status = 200;
  Completion completion(std::make_shared<const chat::Answer>(std::move(answer)));
  Attempt attempt;
  attempt.provider = "openai";
  attempt.status = 200;
  attempt.outcome = "finished";
  attempt.total = std::chrono::microseconds(1500);
  completion.route.push_back(attempt);
  completion.headers = {{"x-a", "1"}};
  return completion;
}

TEST(CompletionJson, HoldsRouteDispositionsTurnAndHeaders) {
  const std::string text = render_beside(sample());
  json::Document document;
  ASSERT_FALSE(document.read(text));
  const json::Value root = document.root();
  EXPECT_TRUE(root.find("turn").find("provider").says("openai"));
  EXPECT_TRUE(root.find("dispositions").at(0).find("action").says("kept"));
  EXPECT_TRUE(root.find("dispositions").at(1).find("detail").says("random_seed"));
  EXPECT_EQ(root.find("route").at(0).find("total_ms").as_double(), 1.5);
  EXPECT_TRUE(root.find("request_id").says("req_1"));
  EXPECT_TRUE(root.find("headers").find("x-a").says("1"));
}

TEST(CompletionJson, GivesTheProvidersOwnFinishWord) {
  const std::string text = render_beside(sample());
  json::Document document;
  ASSERT_FALSE(document.read(text));
  EXPECT_TRUE(document.root().find("native_finish_reason").says("eos"));
}

TEST(CompletionJson, TellsAnAttemptWithoutAStatusFromOneWithZero) {
  Completion completion = sample();
  completion.route.front().status = 0;
  const std::string text = render_beside(completion);
  json::Document document;
  ASSERT_FALSE(document.read(text));
  EXPECT_TRUE(document.root().find("route").at(0).find("status").is_null());
}

}  // namespace
}  // namespace llmgate::engine
