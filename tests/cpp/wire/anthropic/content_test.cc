#include "wire/anthropic/content.h"

#include <gtest/gtest.h>

#include "support/anthropic.h"
#include "wire/tool_ids.h"

namespace llmgate::wire {
namespace {

using chat::Block;
using chat::BlockKind;
using chat::FinishReason;
using test::claude_turn;
using test::Json;

chat::Choice choice_of(const std::string& content, const std::string& members = "") {
  return claude_turn(content, members).choices.at(0);
}

Block block_of(const std::string& block) { return choice_of("[" + block + "]").blocks.at(0); }

TEST(AnthropicContent, KeepsTextWithItsOwnMembers) {
  const Block block = block_of(R"({"type":"text","text":"a\u00e9","citations":[1]})");
  EXPECT_EQ(block.kind, BlockKind::kText);
  EXPECT_EQ(block.text, R"(a\u00e9)");
  EXPECT_EQ(find_member(block.native, "citations")->value, "[1]");
}

TEST(AnthropicContent, KeepsThinkingWithItsSignature) {
  const Block block = block_of(R"({"type":"thinking","thinking":"hm","signature":"s"})");
  EXPECT_EQ(block.kind, BlockKind::kReasoning);
  EXPECT_EQ(block.text, "hm");
  EXPECT_EQ(find_member(block.native, "signature")->value, R"("s")");
}

TEST(AnthropicContent, KeepsTheDataOfRedactedThinking) {
  const Block block = block_of(R"({"type":"redacted_thinking","data":"d"})");
  EXPECT_EQ(block.kind, BlockKind::kReasoning);
  EXPECT_EQ(block.type, "redacted_thinking");
  EXPECT_EQ(block.text, "");
  EXPECT_EQ(find_member(block.native, "data")->value, R"("d")");
}

TEST(AnthropicContent, MakesTheInputOfAToolCallItsArguments) {
  const Block block = block_of(R"({"type":"tool_use","id":"t","name":"f","input":{"a":"\n"}})");
  EXPECT_EQ(block.kind, BlockKind::kToolCall);
  EXPECT_EQ(block.text, R"({\"a\":\"\\n\"})");
  EXPECT_EQ(block.id, "t");
  EXPECT_EQ(block.name, "f");
}

TEST(AnthropicContent, GivesACallWithoutAnIdAPortableOne) {
  const Block block = block_of(R"({"type":"tool_use","name":"f","input":{}})");
  EXPECT_TRUE(is_invented_id(block.id));
  EXPECT_TRUE(is_portable_id(block.id));
}

TEST(AnthropicContent, KeepsServerToolsWholeAndApartFromCalls) {
  for (const std::string type : {"server_tool_use", "mcp_tool_use", "web_search_tool_result",
                                 "bash_code_execution_tool_result", "mcp_tool_result"}) {
    const std::string whole = R"({"type":")" + type + R"(","id":"s","name":"n","input":{"q":1}})";
    const Block block = block_of(whole);
    EXPECT_EQ(block.kind, BlockKind::kServerTool) << type;
    EXPECT_EQ(block.native.at(0).value, whole);
  }
}

TEST(AnthropicContent, KeepsBlocksThatNobodyKnowsWhole) {
  for (const std::string whole :
       {R"({"type":"compaction","content":"c"})", R"({"type":"text","text":1})", R"({"a":1})",
        R"({"type":"tool_use","name":5})"}) {
    const Block block = block_of(whole);
    EXPECT_EQ(block.kind, BlockKind::kUnknown);
    EXPECT_EQ(block.native.at(0).value, whole);
  }
}

TEST(AnthropicContent, NeedsNoReplayForAPlainTurn) {
  EXPECT_FALSE(choice_of(R"([{"type":"text","text":"a"}])").replay.is_needed);
  EXPECT_FALSE(choice_of(R"([{"type":"text","text":"a","citations":null},)"
                         R"({"type":"tool_use","id":"t","name":"f","input":{}}])")
                   .replay.is_needed);
  EXPECT_FALSE(choice_of("[]").replay.is_needed);
}

TEST(AnthropicContent, ReplaysWhatTheMessageDoesNotShow) {
  for (const std::string content :
       {R"([{"type":"thinking","thinking":"","signature":"s"},{"type":"text","text":"a"}])",
        R"([{"type":"text","text":"a"},{"type":"text","text":"b"}])",
        R"([{"type":"tool_use","id":"t","name":"f","input":{}},{"type":"text","text":"a"}])",
        R"([{"type":"tool_use","id":"t","name":"f","input":{},"caller":{"type":"direct"}}])",
        R"([{"type":"tool_use","id":"t.1","name":"f","input":{}}])",
        R"([{"type":"text","text":"a","citations":[{"url":"u"}]}])",
        R"([{"type":"compaction","content":"c"}])"}) {
    const chat::Choice choice = choice_of(content);
    EXPECT_TRUE(choice.replay.is_needed) << content;
    EXPECT_EQ(choice.replay.native, content);
  }
}

TEST(AnthropicContent, ShowsTheInputOfOurOwnToolAsText) {
  const chat::Choice choice =
      choice_of(R"([{"type":"tool_use","id":"t","name":"llmgate_structured_output",)"
                R"("input":{"a":1}}])",
                R"("stop_reason":"tool_use")");
  EXPECT_EQ(choice.blocks.at(0).kind, BlockKind::kText);
  EXPECT_EQ(choice.blocks.at(0).text, R"({\"a\":1})");
  EXPECT_EQ(choice.finish, FinishReason::kStop);
  EXPECT_EQ(choice.finish_word, "tool_use");
  EXPECT_FALSE(choice.replay.is_needed);
}

TEST(AnthropicContent, KnowsWhyTheModelStopped) {
  EXPECT_EQ(anthropic_finish("end_turn"), FinishReason::kStop);
  EXPECT_EQ(anthropic_finish("stop_sequence"), FinishReason::kStop);
  EXPECT_EQ(anthropic_finish("tool_use"), FinishReason::kToolCalls);
  EXPECT_EQ(anthropic_finish("max_tokens"), FinishReason::kLength);
  EXPECT_EQ(anthropic_finish("model_context_window_exceeded"), FinishReason::kLength);
  EXPECT_EQ(anthropic_finish("refusal"), FinishReason::kContentFilter);
}

TEST(AnthropicContent, NeverTakesAnUnknownWordForAnEnd) {
  EXPECT_EQ(anthropic_finish("pause_turn"), FinishReason::kUnknown);
  EXPECT_EQ(anthropic_finish("compaction"), FinishReason::kUnknown);
  EXPECT_EQ(anthropic_finish("tired"), FinishReason::kUnknown);
}

TEST(AnthropicUsage, AddsCachedInputToThePrompt) {
  const Json usage(
      R"({"input_tokens":3,"cache_read_input_tokens":10,"cache_creation_input_tokens":5,)"
      R"("output_tokens":7,"output_tokens_details":{"thinking_tokens":2}})");
  const chat::Usage read = read_anthropic_usage(usage.root());
  EXPECT_EQ(read.prompt_tokens, 18);
  EXPECT_EQ(read.completion_tokens, 7);
  EXPECT_EQ(read.total_tokens, 25);
  EXPECT_EQ(read.cached_tokens, 10);
  EXPECT_EQ(read.cache_write_tokens, 5);
  EXPECT_EQ(read.reasoning_tokens, 2);
  EXPECT_EQ(read.native, usage.root().raw());
}

TEST(AnthropicUsage, LeavesUnknownWhatWasNotSaidOrDoesNotFit) {
  const Json nothing(R"({"output_tokens":7,"cache_read_input_tokens":null})");
  EXPECT_FALSE(read_anthropic_usage(nothing.root()).prompt_tokens);
  EXPECT_FALSE(read_anthropic_usage(nothing.root()).cached_tokens);
  const Json huge(R"({"input_tokens":9223372036854775807,"cache_read_input_tokens":1})");
  EXPECT_FALSE(read_anthropic_usage(huge.root()).prompt_tokens);
}

}  // namespace
}  // namespace llmgate::wire
