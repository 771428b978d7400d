// The format as a whole: its parts are tested with their own sources.
#include <gtest/gtest.h>

#include "support/anthropic.h"

namespace llmgate::wire {
namespace {

TEST(AnthropicFormat, IsFoundByItsName) {
  EXPECT_EQ(find_format("anthropic.messages"), &anthropic_messages_format());
}

TEST(AnthropicFormat, ReadsANativeMessageAsBlocks) {
  chat::Choice choice;
  anthropic_messages_format().absorb_native(
      test::Json(R"([{"type":"text","text":"a"},{"type":"new"}])").root(), choice);
  ASSERT_EQ(choice.blocks.size(), 2U);
  EXPECT_EQ(choice.blocks[0].text, "a");
  EXPECT_EQ(choice.blocks[1].kind, chat::BlockKind::kUnknown);
}

TEST(AnthropicFormat, NamesTheKindsOfErrors) {
  const auto error = anthropic_messages_format().parse_error(
      429, {},
      R"({"type":"error","error":{"type":"rate_limit_error","message":"slow down"},)"
      R"("request_id":"req_1"})",
      test::claude());
  EXPECT_EQ(error.kind, ErrorKind::kRateLimit);
  EXPECT_EQ(error.message, "slow down");
}

TEST(AnthropicFormat, ListsItsConversions) {
  EXPECT_FALSE(anthropic_messages_format().conversions().empty());
  EXPECT_FALSE(anthropic_messages_format().features().empty());
}

TEST(AnthropicFormat, SendsToMessages) {
  const auto rendered = anthropic_messages_format().render_request(
      test::request_of(R"({"model":"m","messages":[)" + test::kHi + "]}"), test::claude());
  ASSERT_TRUE(rendered.ok());
  EXPECT_EQ(rendered->path, "/messages");
}

}  // namespace
}  // namespace llmgate::wire
