#include "wire/anthropic/reply.h"

#include <gtest/gtest.h>

#include "support/anthropic.h"

namespace llmgate::wire {
namespace {

using test::claude_turn;
using test::Json;
using test::read_claude;
using test::reply_with;

TEST(AnthropicReply, BecomesAnOpenAiShapedView) {
  const chat::Turn turn =
      claude_turn(R"([{"type":"text","text":"Hi"},)"
                  R"({"type":"tool_use","id":"t","name":"f","input":{"a":1}}])",
                  R"("stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":2})");
  EXPECT_EQ(test::message_of_view(turn),
            R"({"role":"assistant","content":"Hi","tool_calls":[{"id":"t","type":"function",)"
            R"("function":{"name":"f","arguments":"{\"a\":1}"}}]})");
  EXPECT_EQ(turn.provider, "anthropic");
  EXPECT_EQ(turn.format, "anthropic.messages");
  EXPECT_EQ(turn.id, "msg_1");
  EXPECT_EQ(turn.model, "claude");
  EXPECT_EQ(turn.created_s, 1700000000);
  EXPECT_EQ(turn.choices[0].finish_word, "tool_use");
  EXPECT_EQ(turn.usage.total_tokens, 3);
}

TEST(AnthropicReply, KeepsWhatItDoesNotKnow) {
  const chat::Turn turn = claude_turn(
      "[]", R"("stop_sequence":"###","stop_details":{"a":1},"container":{"id":"c"},"new":[1])");
  EXPECT_EQ(find_member(turn.choices[0].members, "stop_sequence")->value, R"("###")");
  EXPECT_EQ(find_member(turn.choices[0].members, "stop_details")->value, R"({"a":1})");
  EXPECT_EQ(find_member(turn.members, "container")->value, R"({"id":"c"})");
  EXPECT_EQ(find_member(turn.members, "new")->value, "[1]");
  EXPECT_EQ(find_member(turn.members, "type"), nullptr);
}

TEST(AnthropicReply, ShowsAnUnknownReasonByItsOwnName) {
  const chat::Turn turn = claude_turn("[]", R"("stop_reason":"pause_turn")");
  EXPECT_TRUE(Json(render_view(turn))["choices"].at(0).find("finish_reason").says("pause_turn"));
}

TEST(AnthropicReply, WithoutBlocksIsAnAnswerWithoutContent) {
  const chat::Turn turn = claude_turn("[]", R"("stop_reason":"stop_sequence")");
  EXPECT_TRUE(Json(render_view(turn))["choices"].at(0).find("message").find("content").is_null());
  EXPECT_EQ(turn.choices[0].finish, chat::FinishReason::kStop);
}

TEST(AnthropicReply, ThatIsAnErrorIsOne) {
  const auto turn =
      read_claude(R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})");
  ASSERT_FALSE(turn.ok());
  EXPECT_EQ(turn.error().kind, ErrorKind::kServiceUnavailable);
}

TEST(AnthropicReply, IsRefusedWhereItBreaksItsPromises) {
  std::string many = "[{}";
  for (std::size_t i = 0; i < 1024; ++i) {
    many += ",{}";
  }
  for (const std::string& body :
       {std::string("["), std::string("[]"), std::string("5"), std::string("{}"), reply_with("7"),
        reply_with("[1]"), reply_with("null"), reply_with(many + "]")}) {
    const auto turn = read_claude(body);
    ASSERT_FALSE(turn.ok()) << body.substr(0, 80);
    EXPECT_EQ(turn.error().kind, ErrorKind::kInvalidResponse);
    EXPECT_EQ(turn.error().provider, "anthropic");
  }
}

TEST(AnthropicReply, TakesWronglyTypedFactsForUnknown) {
  const auto turn = read_claude(
      R"({"content":[],"id":5,"model":[],"stop_reason":7,"usage":"none","stop_sequence":3})");
  ASSERT_TRUE(turn.ok());
  EXPECT_EQ(turn->id, "");
  EXPECT_EQ(turn->choices[0].finish, chat::FinishReason::kNone);
  EXPECT_EQ(find_member(turn->members, "usage")->value, R"("none")");
}

TEST(GrowingUsage, TakesTheLastThatIsNotNull) {
  GrowingUsage usage;
  usage.take(Json(R"({"input_tokens":3,"output_tokens":1,"cache_read_input_tokens":4})").root());
  usage.take(Json(R"({"output_tokens":9,"cache_read_input_tokens":null})").root());
  EXPECT_EQ(usage.read().completion_tokens, 9);
  EXPECT_EQ(usage.read().prompt_tokens, 7);
}

TEST(GrowingUsage, IsNoneWhereNothingCame) { EXPECT_TRUE(GrowingUsage().read().native.empty()); }

}  // namespace
}  // namespace llmgate::wire
