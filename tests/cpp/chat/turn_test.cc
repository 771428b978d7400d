#include "chat/turn.h"

#include <gtest/gtest.h>

namespace llmgate::chat {
namespace {

TEST(RawMembers, AreFoundByName) {
  RawMembers members{{"a", "1"}, {"b", "2"}};
  ASSERT_NE(find_member(members, "b"), nullptr);
  EXPECT_EQ(find_member(members, "b")->value, "2");
  EXPECT_EQ(find_member(members, "c"), nullptr);
}

TEST(RawMembers, AreSetInPlaceOrAddedBehind) {
  RawMembers members{{"a", "1"}};
  set_member(members, "b", "2");
  set_member(members, "a", "3");
  ASSERT_EQ(members.size(), 2U);
  EXPECT_EQ(members[0].value, "3");
  EXPECT_EQ(members[1].value, "2");
}

TEST(BlockKind, HasTheWordThatCallersRead) {
  EXPECT_EQ(name_of(BlockKind::kText), "text");
  EXPECT_EQ(name_of(BlockKind::kReasoning), "reasoning");
  EXPECT_EQ(name_of(BlockKind::kToolCall), "tool_call");
  EXPECT_EQ(name_of(BlockKind::kRefusal), "refusal");
  EXPECT_EQ(name_of(BlockKind::kUnknown), "unknown");
}

TEST(FinishReason, HasOpenAisWord) {
  EXPECT_EQ(name_of(FinishReason::kStop), "stop");
  EXPECT_EQ(name_of(FinishReason::kLength), "length");
  EXPECT_EQ(name_of(FinishReason::kToolCalls), "tool_calls");
  EXPECT_EQ(name_of(FinishReason::kContentFilter), "content_filter");
  EXPECT_EQ(name_of(FinishReason::kFunctionCall), "function_call");
}

TEST(FinishReason, HasNoWordForNoneAndUnknown) {
  EXPECT_EQ(name_of(FinishReason::kNone), "");
  EXPECT_EQ(name_of(FinishReason::kUnknown), "");
}

TEST(Turn, AddsChoicesInTheOrderOfTheirIndex) {
  Turn turn;
  for (const std::int64_t index : {2, 0, 1}) {
    turn.choice_at(index).role = "assistant";
  }
  ASSERT_EQ(turn.choices.size(), 3U);
  EXPECT_EQ(turn.choices[0].index, 0);
  EXPECT_EQ(turn.choices[1].index, 1);
  EXPECT_EQ(turn.choices[2].index, 2);
}

TEST(Turn, FindsAChoiceThatIsThereAlready) {
  Turn turn;
  turn.choice_at(1).role = "assistant";
  EXPECT_EQ(turn.choice_at(1).role, "assistant");
  EXPECT_EQ(turn.choices.size(), 1U);
}

Choice finished(std::string_view word, RawMembers members = {}) {
  Choice choice;
  choice.finish_word = word;
  choice.members = std::move(members);
  return choice;
}

TEST(NativeFinishWord, IsTheRelaysCopyOfItsBackendsWord) {
  EXPECT_EQ(native_finish_word(finished("stop", {{"native_finish_reason", "\"STOP\""}})), "STOP");
}

TEST(NativeFinishWord, IsTheWordAsSentWithoutARelay) {
  EXPECT_EQ(native_finish_word(finished("eos")), "eos");
}

TEST(NativeFinishWord, IgnoresACopyThatSaysNothing) {
  EXPECT_EQ(native_finish_word(finished("stop", {{"native_finish_reason", "null"}})), "stop");
  EXPECT_EQ(native_finish_word(finished("stop", {{"native_finish_reason", "\"\""}})), "stop");
}

bool is_valid(std::string_view escaped_arguments) {
  Block call;
  call.kind = BlockKind::kToolCall;
  call.text = escaped_arguments;
  return has_valid_arguments(call);
}

TEST(HasValidArguments, TakesJsonInsideTheEscapedText) {
  EXPECT_TRUE(is_valid(R"({\"city\":\"Z\u00fcrich\"})"));
  EXPECT_TRUE(is_valid("null"));
}

TEST(HasValidArguments, CountsNothingAsAnEmptyObject) { EXPECT_TRUE(is_valid("")); }

TEST(HasValidArguments, RefusesArgumentsThatWereCut) {
  EXPECT_FALSE(is_valid(R"({\"city\":\"Par)"));
  EXPECT_FALSE(is_valid("{}{}"));
  EXPECT_FALSE(is_valid(R"(\ud83d)"));
}

}  // namespace
}  // namespace llmgate::chat
