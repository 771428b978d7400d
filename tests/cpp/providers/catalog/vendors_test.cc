#include <gtest/gtest.h>

#include "support/cards.h"
#include "support/resolved_targets.h"

namespace llmgate::providers {
namespace {

using test::members_sent_to;

constexpr const char* kPenalties = R"("presence_penalty":1,"frequency_penalty":1,"stop":"x")";

TEST(Vendors, RenameTheLimitWhereTheProviderKnowsTheOlderName) {
  for (const std::string name : {"deepseek", "moonshot", "cohere", "minimax", "stepfun"}) {
    EXPECT_EQ(members_sent_to(name, R"("max_completion_tokens":5)"), R"("max_tokens":5)") << name;
  }
}

TEST(Vendors, GoToTheirOwnAddress) {
  EXPECT_EQ(test::url_of({"cohere/m"}), "https://api.cohere.ai/compatibility/v1/chat/completions");
  EXPECT_EQ(test::url_of({"meta_llama/m"}), "https://api.llama.com/compat/v1/chat/completions");
  EXPECT_EQ(test::url_of({"minimax_cn/m"}), "https://api.minimaxi.com/v1/chat/completions");
}

TEST(XaiCard, DropsWhatItsReasoningModelsRefuse) {
  for (const std::string model : {"grok-4", "grok-3-mini", "grok-code-fast-1"}) {
    EXPECT_EQ(members_sent_to("xai", kPenalties, model), "") << model;
  }
}

TEST(XaiCard, KeepsThemForItsOtherModels) {
  EXPECT_EQ(members_sent_to("xai", kPenalties, "grok-3"), kPenalties);
}

}  // namespace
}  // namespace llmgate::providers
