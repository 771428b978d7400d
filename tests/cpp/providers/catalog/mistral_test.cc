#include <gtest/gtest.h>

#include "support/cards.h"

namespace llmgate::providers {
namespace {

using test::members_sent_to;

TEST(MistralCard, RenamesTheLimitAndTheSeed) {
  EXPECT_EQ(members_sent_to("mistral", R"("max_completion_tokens":5,"seed":7)"),
            R"("max_tokens":5,"random_seed":7)");
}

TEST(MistralCard, KeepsTheLimitUnderItsOwnName) {
  EXPECT_EQ(members_sent_to("mistral", R"("max_tokens":5)"), R"("max_tokens":5)");
}

TEST(MistralCard, DropsWhatMistralRefuses) {
  EXPECT_EQ(members_sent_to("mistral", R"("stream_options":{"include_usage":true},"logit_bias":{},
                                          "user":"u","service_tier":"auto","store":true)"),
            "");
}

TEST(MistralCard, TellsWhyAFieldWasDropped) {
  const auto rendered = test::rendered_for("mistral", R"("user":"u")");
  ASSERT_EQ(rendered.dispositions.size(), 1U);
  EXPECT_EQ(rendered.dispositions[0].action, chat::Action::kDropped);
  EXPECT_EQ(rendered.dispositions[0].reason, "Mistral refuses it");
}

TEST(MistralCard, PromisesAMarkerAtTheEndOfAStream) {
  EXPECT_FALSE(test::card("mistral").dialect.markerless);
}

}  // namespace
}  // namespace llmgate::providers
