#include "chat/chunk_writer.h"

#include <gtest/gtest.h>

#include "chat/view.h"
#include "support/turns.h"

namespace llmgate::chat {
namespace {

using test::Json;
using test::stream_of;

class ChunkWriterTest : public testing::Test {
 protected:
  ChunkWriterTest() {
    turn_.id = "r-1";
    turn_.model = "m-1";
    turn_.created_s = 7;
  }

  std::string last_delta() {
    const Json chunk(chunks_.back());
    return std::string(chunk["choices"].at(0).find("delta").raw());
  }

  Turn turn_;
  std::vector<std::string> chunks_;
  ChunkWriter writer_{turn_, chunks_};
};

TEST_F(ChunkWriterTest, NamesIdModelTimeAndObjectInEachChunk) {
  writer_.add_role(0);
  EXPECT_EQ(chunks_.at(0),
            R"({"id":"r-1","object":"chat.completion.chunk","model":"m-1","created":7,"choices":[)"
            R"({"index":0,"delta":{"role":"assistant","content":null},"finish_reason":null}]})");
}

TEST_F(ChunkWriterTest, WritesPiecesEscapedAsTheyCame) {
  writer_.add_text(1, R"(a\u00e9)");
  EXPECT_EQ(last_delta(), R"({"content":"a\u00e9"})");
  writer_.add_reasoning(1, "Hm");
  EXPECT_EQ(last_delta(), R"({"reasoning_content":"Hm"})");
  writer_.add_refusal(1, "No");
  EXPECT_EQ(last_delta(), R"({"refusal":"No"})");
  const Json chunk(chunks_.back());
  EXPECT_EQ(chunk["choices"].at(0).find("index").as_int(), 1);
}

TEST_F(ChunkWriterTest, MakesNoChunkOfNothing) {
  writer_.add_text(0, "");
  writer_.add_reasoning(0, "");
  writer_.add_refusal(0, "");
  writer_.add_arguments(0, 0, "");
  writer_.add_message_members(Choice());
  writer_.add_replay(Choice());
  writer_.add_usage();
  EXPECT_TRUE(chunks_.empty());
}

TEST_F(ChunkWriterTest, StartsAToolCallAndGoesOnWithItsArguments) {
  Block call;
  call.kind = BlockKind::kToolCall;
  call.id = "a";
  call.name = "f";
  writer_.add_tool_call(0, 2, call);
  EXPECT_EQ(last_delta(), R"({"tool_calls":[{"index":2,"id":"a","type":"function",)"
                          R"("function":{"name":"f","arguments":""}}]})");
  writer_.add_arguments(0, 2, R"({\"x\")");
  EXPECT_EQ(last_delta(), R"({"tool_calls":[{"index":2,"function":{"arguments":"{\"x\""}}]})");
}

TEST_F(ChunkWriterTest, EndsAChoiceWithWhatStandsBesideItsMessage) {
  Choice choice;
  choice.finish = FinishReason::kStop;
  choice.finish_word = "end_turn";
  set_member(choice.members, "stop_sequence", "null");
  writer_.add_finish(choice);
  const Json chunk(chunks_.back());
  const json::Value ended = chunk["choices"].at(0);
  EXPECT_EQ(ended.find("delta").raw(), "{}");
  EXPECT_TRUE(ended.find("finish_reason").says("stop"));
  EXPECT_TRUE(ended.find("native_finish_reason").says("end_turn"));
  EXPECT_TRUE(ended.find("stop_sequence").is_null());
}

TEST_F(ChunkWriterTest, GivesAnnotationsMembersAndReplayInOneDelta) {
  Choice choice;
  choice.annotations = "[1]";
  set_member(choice.message_members, "x", "2");
  choice.replay.is_needed = true;
  choice.replay.native = "[3]";
  turn_.provider = "p";
  turn_.format = "f";
  writer_.add_message_members(choice);
  EXPECT_EQ(last_delta(), R"({"annotations":[1],"x":2,"llmgate_replay":{"version":1,)"
                          R"("provider":"p","format":"f","model":"m-1",)"
                          R"("shown":"0","native":[3]}})");
}

TEST_F(ChunkWriterTest, GivesUsageWithoutChoices) {
  turn_.usage.native = R"({"total_tokens":1})";
  turn_.usage.is_normal = true;
  writer_.add_usage();
  const Json chunk(chunks_.back());
  EXPECT_EQ(chunk["choices"].raw(), "[]");
  EXPECT_EQ(chunk["usage"].raw(), turn_.usage.native);
}

TEST_F(ChunkWriterTest, IsReadBackByTheStreamParser) {
  writer_.add_role(0);
  writer_.add_text(0, "a ");
  writer_.add_text(0, "b");
  Choice choice;
  choice.finish = FinishReason::kStop;
  choice.finish_word = "stop";
  writer_.add_finish(choice);
  const test::Streamed streamed = stream_of(chunks_);
  EXPECT_FALSE(streamed.error);
  EXPECT_EQ(streamed.turn.choices.at(0).blocks.at(0).text, "a b");
}

}  // namespace
}  // namespace llmgate::chat
