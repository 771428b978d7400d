#include "wire/gemini/blocks.h"

#include <gtest/gtest.h>

#include "chat/replay.h"
#include "support/gemini.h"

namespace llmgate::wire {
namespace {

using chat::BlockKind;

chat::Block block_of(const std::string& part) {
  const test::Json json(part);
  chat::Block block;
  read_gemini_block(json.root(), block);
  return block;
}

chat::Choice choice_of(const std::string& parts) {
  const test::Json json(parts);
  chat::Choice choice;
  absorb_gemini_parts(json.root(), "turn", choice);
  return choice;
}

TEST(GeminiBlocks, TellPartsApart) {
  EXPECT_EQ(block_of(R"({"text":"a"})").kind, BlockKind::kText);
  EXPECT_EQ(block_of(R"({"text":"a","thought":true})").kind, BlockKind::kReasoning);
  EXPECT_EQ(block_of(R"({"text":"a","thought":false})").kind, BlockKind::kText);
  EXPECT_EQ(block_of(R"({"functionCall":{"name":"f"}})").kind, BlockKind::kToolCall);
  EXPECT_EQ(block_of(R"({"inlineData":{"mimeType":"image/png","data":""}})").kind,
            BlockKind::kImage);
  EXPECT_EQ(block_of(R"({"inlineData":{"mimeType":"image/png"},"thought":true})").kind,
            BlockKind::kReasoning);
  EXPECT_EQ(block_of(R"({"inlineData":{"mimeType":"audio/wav"}})").kind, BlockKind::kUnknown);
  for (const char* tool : {"executableCode", "codeExecutionResult", "toolCall", "toolResponse"}) {
    const chat::Block block = block_of(R"({")" + std::string(tool) + R"(":{}})");
    EXPECT_EQ(block.kind, BlockKind::kServerTool);
    EXPECT_EQ(block.type, tool);
  }
  EXPECT_EQ(block_of(R"({"brandNew":{}})").kind, BlockKind::kUnknown);
  EXPECT_EQ(block_of("{}").kind, BlockKind::kUnknown);
  EXPECT_EQ(block_of(R"({"text":null})").kind, BlockKind::kUnknown);
}

// The whole of every kind of part, odd ones included.
TEST(GeminiBlocks, GiveBackThePartsTheyWereMadeOf) {
  for (
      const char* parts : {
          R"([{"text":"a\u00e4\n"},{"text":"","thoughtSignature":"s"}])",
          R"([{"thought":true,"text":"a","thoughtSignature":"s"},{"text":"b","thought":false}])",
          R"([{"functionCall":{"name":"f","args":{"a":["\"\\"]},"id":"x"},"thoughtSignature":"s"}])",
          R"([{"functionCall":{"name":"f"}},{"functionCall":{"name":"g","args":{}}}])",
          R"([{"functionCall":{"name":"f","args":null,"brandNew":1},"x":2}])",
          R"([{"functionCall":{"id":""}},{"functionCall":{}}])",
          R"([{"inlineData":{"mimeType":"image/png","data":"AA"}},{"fileData":{"fileUri":"x"}}])",
          R"([{"executableCode":{"code":"1"}},{"brandNew":[]},{}])",
      }) {
    EXPECT_EQ(test::gemini::sorted(render_gemini_parts(choice_of(parts))),
              test::gemini::sorted(parts));
  }
}

TEST(GeminiBlocks, TakeWhiteSpaceOutOfArguments) {
  const chat::Block block = block_of(
      "{\"functionCall\":{\"name\":\"f\",\"args\":{\n \"a b\" : [ 1,\n2 ],"
      " \"c\":\"\\\"x y\\\\\"}}}");
  EXPECT_EQ(block.text, R"({\"a b\":[1,2],\"c\":\"\\\"x y\\\\\"})");
  EXPECT_TRUE(chat::has_valid_arguments(block));
}

TEST(GeminiBlocks, MakeIdsForCallsWithout) {
  const chat::Choice choice = choice_of(
      R"([{"functionCall":{"name":"f"}},{"functionCall":{"name":"f"}},{"functionCall":{"id":"x"}}])");
  EXPECT_NE(choice.blocks[0].id, choice.blocks[1].id);
  EXPECT_EQ(choice.blocks[0].id.substr(0, 7), "lgcall_");
  EXPECT_EQ(choice.blocks[2].id, "x");
}

TEST(GeminiBlocks, KnowWhenTheMessageShowsAll) {
  const auto is_full = [](const char* parts) { return is_shown_in_full(choice_of(parts)); };
  EXPECT_TRUE(is_full(R"([{"text":"a"},{"functionCall":{"name":"f","args":{}}}])"));
  EXPECT_TRUE(is_full(R"([{"functionCall":{"name":"f","args":{},"id":"ok_1"}}])"));
  EXPECT_FALSE(is_full(R"([{"functionCall":{"name":"f"}}])"));
  EXPECT_FALSE(is_full(R"([{"functionCall":{"name":"f","args":{},"id":"not portable"}}])"));
  EXPECT_FALSE(is_full(R"([{"text":"a"},{"text":"b"}])"));
  EXPECT_FALSE(is_full(R"([{"functionCall":{"name":"f","args":{}}},{"text":"a"}])"));
  EXPECT_FALSE(is_full(R"([{"text":""},{"functionCall":{"name":"f","args":{}}}])"));
  EXPECT_FALSE(is_full(R"([{"text":"a","thoughtSignature":"s"}])"));
  EXPECT_FALSE(is_full(R"([{"text":"a","thought":true}])"));
}

TEST(GeminiBlocks, ContinueBareTextOfTheirKind) {
  chat::Block block = block_of(R"({"text":"a"})");
  EXPECT_TRUE(continue_gemini_text(test::Json(R"({"text":"b"})").root(), block));
  EXPECT_EQ(block.text, "ab");
  EXPECT_FALSE(continue_gemini_text(test::Json(R"({"text":"c","thought":true})").root(), block));
  EXPECT_FALSE(
      continue_gemini_text(test::Json(R"({"text":"c","thoughtSignature":"s"})").root(), block));
  EXPECT_EQ(block.text, "ab");
}

}  // namespace
}  // namespace llmgate::wire
