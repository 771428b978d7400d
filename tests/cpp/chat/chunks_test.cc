#include "chat/chunks.h"

#include <gtest/gtest.h>

#include "chat/view.h"
#include "support/turns.h"

namespace llmgate::chat {
namespace {

using test::Json;
using test::stream_of;
using test::turn_of;
using test::turn_of_message;

std::string reply_with(const std::string& choices, const std::string& members = "") {
  return R"({"id":"c","object":"chat.completion","model":"m","choices":[)" + choices + "]" +
         members + "}";
}

std::string choice_with(const std::string& message, const std::string& members = "") {
  return R"({"index":0,"message":)" + message + R"(,"finish_reason":"stop")" + members + "}";
}

// Whether the chunks of this reply, read as a stream, give the same turn.
void expect_round_trip(const std::string& reply) {
  const Turn plain = turn_of(reply);
  const test::Streamed streamed = stream_of(render_chunks(plain));
  EXPECT_FALSE(streamed.error);
  EXPECT_EQ(render_turn(streamed.turn), render_turn(plain));
}

TEST(RenderChunks, GivesTextInPiecesOfAWord) {
  std::string pieces;
  for (const std::string& chunk : render_chunks(turn_of_message(R"({"content":"one two  x"})"))) {
    const Json json(chunk);
    const json::Value content = json["choices"].at(0).find("delta").find("content");
    pieces += content.is_string() ? "[" + content.unescaped() + "]" : "";
  }
  EXPECT_EQ(pieces, "[][one ][two ][ ][x]");
}

TEST(RenderChunks, GivesTheRoleFirstAndTheFinishLast) {
  const auto chunks = render_chunks(turn_of_message(R"({"role":"assistant","content":"a"})"));
  ASSERT_EQ(chunks.size(), 3U);
  const Json first(chunks.front());
  EXPECT_TRUE(first["choices"].at(0).find("delta").find("role").says("assistant"));
  EXPECT_TRUE(first["choices"].at(0).find("finish_reason").is_null());
  const Json last(chunks.back());
  EXPECT_EQ(last["choices"].at(0).find("delta").raw(), "{}");
  EXPECT_TRUE(last["choices"].at(0).find("finish_reason").says("stop"));
}

TEST(RenderChunks, RepeatsIdAndModelAndNamesTheObjectInEveryChunk) {
  for (const std::string& chunk : render_chunks(turn_of(reply_with(
           choice_with(R"({"content":"a b"})"), R"(,"created":7,"usage":{"total_tokens":1})")))) {
    const Json json(chunk);
    EXPECT_TRUE(json["id"].says("c"));
    EXPECT_TRUE(json["model"].says("m"));
    EXPECT_TRUE(json["object"].says("chat.completion.chunk"));
    EXPECT_EQ(json["created"].as_int(), 7);
  }
}

TEST(RenderChunks, GivesUsageInAChunkOfItsOwn) {
  const auto chunks = render_chunks(
      turn_of(reply_with(choice_with(R"({"content":"a"})"), R"(,"usage":{"total_tokens":1})")));
  const Json last(chunks.back());
  EXPECT_EQ(last["choices"].raw(), "[]");
  EXPECT_EQ(last["usage"].raw(), R"({"total_tokens":1})");
  for (std::size_t i = 0; i + 1 < chunks.size(); ++i) {
    EXPECT_FALSE(Json(chunks[i])["usage"].exists());
  }
}

TEST(RenderChunks, NumbersToolCalls) {
  const auto chunks = render_chunks(turn_of_message(
      R"({"tool_calls":[{"id":"a","function":{"name":"f"}},{"id":"b","function":{"name":"g"}}]})"));
  const Json first(chunks.front());
  const json::Value calls = first["choices"].at(0).find("delta").find("tool_calls");
  EXPECT_EQ(calls.at(0).find("index").as_int(), 0);
  EXPECT_EQ(calls.at(1).find("index").as_int(), 1);
}

TEST(RenderChunks, ReadBackText) {
  expect_round_trip(
      reply_with(choice_with(R"({"role":"assistant","content":"Two \u00e9 \\ \"x\""})")));
}

TEST(RenderChunks, ReadBackAContentList) {
  expect_round_trip(reply_with(choice_with(
      R"({"role":"assistant","content":[
          {"type":"thinking","thinking":[{"type":"text","text":"Hm"}],"closed":true},
          {"type":"text","text":"4"},{"type":"text","text":"2","citations":[1]},
          {"type":"reference","reference_ids":[1]},{"type":"text","text":""}]})")));
}

TEST(RenderChunks, ReadBackAContentListWithReasoningBesideIt) {
  for (const std::string name : {"reasoning", "reasoning_content"}) {
    expect_round_trip(reply_with(choice_with(R"({"role":"assistant",")" + name + R"(":"Well",
          "content":[{"type":"thinking","thinking":"Hm"},{"type":"image","url":"u"}],
          "tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":""}}]})")));
  }
}

TEST(RenderChunks, ReadBackAContentListWithoutAText) {
  expect_round_trip(reply_with(
      choice_with(R"({"role":"assistant","reasoning":null,"content":[{"type":"image"}]})")));
}

TEST(RenderChunks, GiveTheTextsOfAContentListToo) {
  const auto chunks = render_chunks(turn_of_message(
      R"({"content":[{"type":"thinking","thinking":"Hm"},{"type":"text","text":"a b"}]})"));
  const Json first(chunks.at(0));
  EXPECT_TRUE(first["choices"].at(0).find("delta").find("reasoning_content").says("Hm"));
  const Json second(chunks.at(1));
  EXPECT_TRUE(second["choices"].at(0).find("delta").find("content").says("a "));
}

TEST(RenderChunks, ReadBackMembersThatAreNull) {
  expect_round_trip(
      reply_with(choice_with(R"({"role":"assistant","content":"a","refusal":null,"audio":null,
                     "tool_calls":null,"function_call":null,"reasoning_content":null,
                     "reasoning_details":null,"annotations":null,"x":null})",
                             R"(,"logprobs":null,"y":null)"),
                 R"(,"system_fingerprint":null,"usage":null)"));
}

TEST(RenderChunks, ReadBackToolCallsOfAnUnknownType) {
  expect_round_trip(reply_with(choice_with(
      R"({"role":"assistant","tool_calls":[{"id":"a","type":"builtin_function",
          "function":{"name":"$web_search","arguments":"{}"}}]})")));
}

TEST(RenderChunks, ReadBackReasoning) {
  expect_round_trip(
      reply_with(choice_with(R"({"role":"assistant","content":"4","reasoning_content":"Hm hm"})")));
}

TEST(RenderChunks, ReadBackReasoningUnderTheShorterName) {
  expect_round_trip(reply_with(
      choice_with(R"({"role":"assistant","content":"4","reasoning":"Hm","reasoning_details":[)"
                  R"({"type":"reasoning.text","text":"Hm","index":0,"signature":"s"},)"
                  R"({"type":"reasoning.encrypted","data":"x","index":1}]})")));
}

TEST(RenderChunks, ReadBackToolCalls) {
  expect_round_trip(reply_with(choice_with(
      R"({"role":"assistant","tool_calls":[
          {"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\": 1}"}},
          {"id":"b","type":"custom","custom":{"name":"g","input":"y"}}]})")));
}

TEST(RenderChunks, ReadBackARefusalAndAudio) {
  expect_round_trip(reply_with(choice_with(
      R"({"role":"assistant","refusal":"No.","audio":{"id":"a","data":"QUJD","transcript":"t"}})")));
}

TEST(RenderChunks, ReadBackSeveralChoicesWithLogprobsAndUsage) {
  expect_round_trip(reply_with(
      choice_with(R"({"role":"assistant","content":"a"})",
                  R"(,"logprobs":{"content":[{"token":"a","logprob":-0.5}],"refusal":null})") +
          R"(,{"index":1,"message":{"role":"assistant","content":"b"},"finish_reason":"length"})",
      R"(,"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3})"));
}

}  // namespace
}  // namespace llmgate::chat
