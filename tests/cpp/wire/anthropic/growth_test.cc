#include "wire/anthropic/growth.h"

#include <gtest/gtest.h>

#include "support/anthropic.h"
#include "wire/anthropic/content.h"

namespace llmgate::wire {
namespace {

using test::Json;

// A block that starts so and takes these deltas.
chat::Block grown(const std::string& start, const std::vector<std::string>& deltas) {
  chat::Choice choice;
  GrowingBlock growing;
  chat::Block& block = add_anthropic_block(Json(start).root(), true, choice);
  for (const std::string& delta : deltas) {
    grow_anthropic_block(Json(delta).root(), growing, block);
  }
  close_anthropic_block(growing, block);
  return block;
}

TEST(GrowingBlock, JoinsTextAndThinking) {
  EXPECT_EQ(grown(R"({"type":"text","text":"a"})", {R"({"type":"text_delta","text":"b\n"})"}).text,
            R"(ab\n)");
  EXPECT_EQ(grown(R"({"type":"thinking","thinking":"","signature":""})",
                  {R"({"type":"thinking_delta","thinking":"hm"})"})
                .text,
            "hm");
}

TEST(GrowingBlock, TakesASignature) {
  const chat::Block block = grown(R"({"type":"thinking","thinking":"","signature":""})",
                                  {R"({"type":"signature_delta","signature":"s1"})"});
  EXPECT_EQ(find_member(block.native, "signature")->value, R"("s1")");
}

TEST(GrowingBlock, GathersCitations) {
  const chat::Block block = grown(R"({"type":"text","text":"a","citations":[]})",
                                  {R"({"type":"citations_delta","citation":{"url":"u"}})",
                                   R"({"type":"citations_delta","citation":{"url":"v"}})"});
  EXPECT_EQ(find_member(block.native, "citations")->value, R"([{"url":"u"},{"url":"v"}])");
}

TEST(GrowingBlock, GathersTheInputOfAServerTool) {
  const chat::Block block =
      grown(R"({"type":"server_tool_use","id":"s","name":"web_search","input":{}})",
            {R"({"type":"input_json_delta","partial_json":""})",
             R"({"type":"input_json_delta","partial_json":"{\"q\":"})",
             R"({"type":"input_json_delta","partial_json":" 1}"})"});
  EXPECT_EQ(block.native.at(0).value,
            R"({"type":"server_tool_use","id":"s","name":"web_search","input":{"q": 1}})");
}

TEST(GrowingBlock, KeepsTheBytesOfAnInputThatIsNoJson) {
  EXPECT_EQ(grown(R"({"type":"server_tool_use","input":{}})",
                  {R"({"type":"input_json_delta","partial_json":"{\"q"})"})
                .native.at(0)
                .value,
            R"({"type":"server_tool_use","input":"{\"q"})");
  EXPECT_EQ(grown(R"({"type":"tool_use","id":"t","name":"f","input":{}})",
                  {R"({"type":"input_json_delta","partial_json":"{\"q"})"})
                .text,
            R"({\"q)");
}

TEST(GrowingBlock, TakesNoInputForAnEmptyOne) {
  EXPECT_EQ(grown(R"({"type":"tool_use","id":"t","name":"f","input":{}})",
                  {R"({"type":"input_json_delta","partial_json":""})"})
                .text,
            "{}");
}

TEST(GrowingBlock, KeepsResultsAsTheyStarted) {
  const std::string whole = R"({"type":"web_search_tool_result","content":[{"a":1}]})";
  EXPECT_EQ(grown(whole, {}).native.at(0).value, whole);
}

TEST(GrowingBlock, LetsUnknownDeltasGrowTheMembersTheyName) {
  EXPECT_EQ(grown(R"({"type":"compaction","content":null})",
                  {R"({"type":"compaction_delta","content":"a"})",
                   R"({"type":"compaction_delta","content":"b"})"})
                .native.at(0)
                .value,
            R"({"type":"compaction","content":"ab"})");
  const chat::Block text =
      grown(R"({"type":"text","text":"a"})", {R"({"type":"new_delta","list":[1],"fact":1})",
                                              R"({"type":"new_delta","list":[2],"fact":2})"});
  EXPECT_EQ(text.text, "a");
  EXPECT_EQ(find_member(text.native, "list")->value, "[1,2]");
  EXPECT_EQ(find_member(text.native, "fact")->value, "2");
}

}  // namespace
}  // namespace llmgate::wire
