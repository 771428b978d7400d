#include "chat/view.h"

#include <gtest/gtest.h>

#include "support/turns.h"

namespace llmgate::chat {
namespace {

using test::Json;
using test::turn_of;
using test::turn_of_message;

// The message of the only choice, as callers see it.
std::string viewed(std::string_view message) {
  const Json view(render_view(turn_of_message(message)));
  return test::shown(view["choices"].at(0).find("message").raw());
}

// A member of the only choice that ended with these members.
std::string viewed_choice(const std::string& members, std::string_view name) {
  const Json view(render_view(
      turn_of(R"({"choices":[{"index":0,"message":{"content":"a"},)" + members + "}]}")));
  return std::string(view["choices"].at(0).find(name).raw());
}

TEST(RenderView, GivesAnOpenAiReplyBackAsItWas) {
  const std::string reply =
      R"({"id":"c-1","object":"chat.completion","model":"m-2","choices":[{"index":0,)"
      R"("message":{"role":"assistant","content":"Hi","refusal":null,"annotations":[]},)"
      R"("finish_reason":"stop","logprobs":null}],)"
      R"("usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3},)"
      R"("created":5,"service_tier":"default","system_fingerprint":null})";
  EXPECT_EQ(render_view(turn_of(reply)), reply);
}

TEST(RenderView, NamesTheObjectWhateverTheProviderCalledIt) {
  const Json view(render_view(turn_of(
      R"({"object":"chat.completion.done","choices":[{"message":{},"finish_reason":"stop"}]})")));
  EXPECT_TRUE(view["object"].says("chat.completion"));
}

TEST(RenderView, HasARoleAndANullContentWhereNoneWasSent) {
  EXPECT_EQ(viewed("{}"), R"({"role":"assistant","content":null})");
}

TEST(RenderView, KeepsAnEmptyContentApartFromNone) {
  EXPECT_EQ(viewed(R"({"content":""})"), R"({"role":"assistant","content":""})");
}

TEST(RenderView, JoinsTheTextsOfAContentList) {
  EXPECT_EQ(viewed(R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]},
                                  {"type":"text","text":"4"},{"type":"text","text":"2"}]})"),
            R"({"role":"assistant","content":"42","reasoning_content":"Hm"})");
}

TEST(RenderView, ShowsReasoningUnderItsCommonName) {
  EXPECT_EQ(viewed(R"({"content":"4","reasoning_content":"Hm"})"),
            R"({"role":"assistant","content":"4","reasoning_content":"Hm"})");
}

TEST(RenderView, ShowsReasoningUnderTheProvidersNameToo) {
  EXPECT_EQ(viewed(R"({"content":"4","reasoning":"Hm"})"),
            R"({"role":"assistant","content":"4","reasoning_content":"Hm","reasoning":"Hm"})");
}

TEST(RenderView, ShowsARefusal) {
  EXPECT_EQ(viewed(R"({"content":null,"refusal":"No."})"),
            R"({"role":"assistant","content":null,"refusal":"No."})");
}

TEST(RenderView, ShowsToolCallsInOpenAisShape) {
  EXPECT_EQ(viewed(R"({"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]})"),
            R"({"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function",)"
            R"("function":{"name":"f","arguments":"{}"}}]})");
}

TEST(RenderView, ShowsCustomToolCallsWithTheirInput) {
  EXPECT_EQ(viewed(R"({"tool_calls":[{"id":"a","type":"custom",
                                      "custom":{"name":"f","input":"x = 1"}}]})"),
            R"({"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"custom",)"
            R"("custom":{"name":"f","input":"x = 1"}}]})");
}

TEST(RenderView, ShowsTheFunctionOfAToolCallOfAnyOtherType) {
  EXPECT_EQ(viewed(R"({"tool_calls":[{"id":"a","type":"builtin_function",
                                      "function":{"name":"$web_search","arguments":"{}"}}]})"),
            R"({"role":"assistant","content":null,"tool_calls":[{"id":"a",)"
            R"("type":"builtin_function",)"
            R"("function":{"name":"$web_search","arguments":"{}"}}]})");
}

TEST(RenderView, KeepsWhatElseAToolCallHeld) {
  EXPECT_EQ(viewed(R"({"tool_calls":[{"id":"a","type":"function","function":{"name":"f",
                                      "arguments":""},"extra_content":{"google":{"x":1}}}]})"),
            R"({"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function",)"
            R"("function":{"name":"f","arguments":""},"extra_content":{"google":{"x":1}}}]})");
}

TEST(RenderView, ShowsTheDeprecatedFunctionCall) {
  EXPECT_EQ(viewed(R"({"content":null,"function_call":{"name":"f","arguments":"{}"}})"),
            R"({"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}})");
}

TEST(RenderView, KeepsEscapesOfTheProvider) {
  EXPECT_EQ(viewed(R"({"content":"\u00e9\ud83d \"\/"})"),
            R"({"role":"assistant","content":"\u00e9\ud83d \"\/"})");
}

TEST(RenderView, MapsAWordForTheFinishAndKeepsTheNativeOne) {
  EXPECT_EQ(viewed_choice(R"("finish_reason":"eos")", "finish_reason"), "\"stop\"");
  EXPECT_EQ(viewed_choice(R"("finish_reason":"eos")", "native_finish_reason"), "\"eos\"");
}

TEST(RenderView, GivesTheNativeFinishOnceWhereANullStandsInItsPlace) {
  const Json view(render_view(turn_of(R"({"choices":[
      {"message":{},"native_finish_reason":null,"finish_reason":"eos"}]})")));
  EXPECT_EQ(view["choices"].at(0).size(), 4U);
  EXPECT_TRUE(view["choices"].at(0).find("native_finish_reason").says("eos"));
}

TEST(RenderView, NeverTurnsAnUnknownFinishIntoStop) {
  EXPECT_EQ(viewed_choice(R"("finish_reason":"MALFORMED")", "finish_reason"), "\"MALFORMED\"");
}

TEST(RenderView, HasANullFinishWhereNoneWasSent) {
  EXPECT_EQ(viewed_choice(R"("finish_reason":"")", "finish_reason"), "null");
  EXPECT_EQ(viewed_choice(R"("finish_reason":null)", "finish_reason"), "null");
  EXPECT_EQ(viewed_choice(R"("x":1)", "finish_reason"), "null");
}

TEST(RenderView, KeepsARelaysNativeFinish) {
  const std::string members = R"("finish_reason":"eos","native_finish_reason":"EOS_TOKEN")";
  EXPECT_EQ(viewed_choice(members, "finish_reason"), "\"stop\"");
  EXPECT_EQ(viewed_choice(members, "native_finish_reason"), "\"EOS_TOKEN\"");
}

TEST(RenderView, HasNoUsageWhereNoneWasReported) {
  EXPECT_FALSE(Json(render_view(turn_of_message("{}")))["usage"].exists());
}

// The first block of a turn whose only message is this.
std::string first_block(std::string_view message) {
  const Json turn(render_turn(turn_of_message(message)));
  return std::string(turn["choices"].at(0).find("blocks").at(0).raw());
}

TEST(RenderTurn, SaysWhoIssuedItInWhichFormat) {
  const Json turn(render_turn(turn_of(R"({"id":"c","model":"m","choices":[{"message":{}}]})")));
  EXPECT_TRUE(turn["provider"].says("test"));
  EXPECT_TRUE(turn["format"].says("openai.chat"));
  EXPECT_TRUE(turn["id"].says("c"));
  EXPECT_TRUE(turn["model"].says("m"));
  EXPECT_EQ(turn["missing_marker"].as_bool(), false);
}

TEST(RenderTurn, KeepsBlocksInTheirOrderWithTheirMember) {
  const Json turn(render_turn(turn_of_message(
      R"({"content":"4","reasoning":"Hm","tool_calls":[{"id":"a","function":{"name":"f"}}]})")));
  EXPECT_EQ(turn["choices"].at(0).find("blocks").raw(),
            R"([{"kind":"reasoning","member":"reasoning","text":"Hm"},)"
            R"({"kind":"text","member":"content","text":"4"},)"
            R"({"kind":"tool_call","member":"tool_calls","id":"a","name":"f","arguments":"",)"
            R"("type":"function","malformed":false,"cut":false}])");
}

TEST(RenderTurn, MarksArgumentsThatAreNoJson) {
  const Json call(
      first_block(R"({"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"x\":"}}]})"));
  EXPECT_EQ(call["malformed"].as_bool(), true);
  EXPECT_TRUE(call["arguments"].says("{\"x\":"));
}

TEST(RenderTurn, DoesNotAskCustomInputToBeJson) {
  const Json call(first_block(
      R"({"tool_calls":[{"id":"a","type":"custom","custom":{"name":"f","input":"x = 1"}}]})"));
  EXPECT_EQ(call["malformed"].as_bool(), false);
}

TEST(RenderTurn, KeepsAPartOfAnUnknownKindWhole) {
  EXPECT_EQ(first_block(R"({"content":[{"type":"reference","reference_ids":[1]}]})"),
            R"({"kind":"unknown","member":"content","type":"reference",)"
            R"("native":{"type":"reference","reference_ids":[1]}})");
}

TEST(RenderTurn, KeepsMembersOfAPartBesideItsText) {
  EXPECT_EQ(
      first_block(R"({"content":[{"type":"text","text":"a","citations":[1]}]})"),
      R"({"kind":"text","member":"content","type":"text","text":"a","native":{"citations":[1]}})");
}

TEST(RenderTurn, KeepsMembersOfEveryLevelApart) {
  const Json turn(render_turn(turn_of(
      R"({"created":5,"choices":[{"message":{"x":1},"finish_reason":"stop","logprobs":null}]})")));
  EXPECT_EQ(turn["members"].raw(), R"({"created":5})");
  EXPECT_EQ(turn["choices"].at(0).find("members").raw(), R"({"logprobs":null})");
  EXPECT_EQ(turn["choices"].at(0).find("message_members").raw(), R"({"x":1})");
}

TEST(RenderTurn, GivesUsageAsTheProviderSentIt) {
  const Json with(render_turn(turn_of(R"({"choices":[{"message":{}}],"usage":{"cost":1}})")));
  EXPECT_EQ(with["usage"].raw(), R"({"cost":1})");
  const Json without(render_turn(turn_of(R"({"choices":[{"message":{}}]})")));
  EXPECT_TRUE(without["usage"].is_null());
}

TEST(RenderTurn, GivesBothWordsForTheFinish) {
  const Json turn(render_turn(turn_of(R"({"choices":[{"message":{},"finish_reason":"eos"}]})")));
  EXPECT_TRUE(turn["choices"].at(0).find("finish_reason").says("stop"));
  EXPECT_TRUE(turn["choices"].at(0).find("native_finish_reason").says("eos"));
}

}  // namespace
}  // namespace llmgate::chat
