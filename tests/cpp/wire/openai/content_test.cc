#include "wire/openai/content.h"

#include <gtest/gtest.h>

#include "chat/turn.h"
#include "support/turns.h"

namespace llmgate::wire {
namespace {

using chat::Block;
using chat::BlockKind;
using chat::Choice;
using test::Json;

// "kind:text" of every block.
std::string shown(const Choice& choice) {
  std::string text;
  for (const Block& block : choice.blocks) {
    text += (text.empty() ? "" : " ") + std::string(name_of(block.kind)) + ":" + block.text;
  }
  return text;
}

TEST(AppendText, ContinuesTheBlockOfOneKindAndMember) {
  Choice choice;
  append_text(BlockKind::kReasoning, "reasoning", "a", choice);
  append_text(BlockKind::kReasoning, "reasoning", "b", choice);
  EXPECT_EQ(shown(choice), "reasoning:ab");
}

TEST(AppendText, PutsReasoningBeforeTextBeforeRefusalBeforeCalls) {
  Choice choice;
  absorb_tool_calls(Json(R"([{"function":{"arguments":"x"}}])").root(), true, choice);
  append_text(BlockKind::kRefusal, "refusal", "no", choice);
  append_content("yes", choice);
  append_text(BlockKind::kReasoning, "reasoning", "hm", choice);
  EXPECT_EQ(shown(choice), "reasoning:hm text:yes refusal:no tool_call:x");
}

TEST(AppendContent, KeepsAnEmptyText) {
  Choice choice;
  append_content("", choice);
  EXPECT_EQ(shown(choice), "text:");
}

TEST(AppendContent, ContinuesTheLastTextPartOfAList) {
  Choice choice;
  absorb_parts(Json(R"([{"type":"text","text":"a"}])").root(), true, choice);
  append_content("b", choice);
  EXPECT_EQ(shown(choice), "text:ab");
}

TEST(AppendContent, IsAPartOfItsOwnAfterThinking) {
  Choice choice;
  absorb_parts(Json(R"([{"type":"thinking","thinking":"hm"}])").root(), true, choice);
  append_content("yes", choice);
  EXPECT_EQ(shown(choice), "reasoning:hm text:yes");
  EXPECT_EQ(choice.blocks.back().type, "text");
}

std::string absorbed_parts(const std::vector<std::string>& lists, bool is_stream) {
  Choice choice;
  for (const std::string& list : lists) {
    absorb_parts(Json(list).root(), is_stream, choice);
  }
  return shown(choice);
}

TEST(AbsorbParts, ReadsThinkingAsAListAndAsAText) {
  EXPECT_EQ(absorbed_parts({R"([{"type":"thinking","thinking":[{"type":"text","text":"a"},
                                                               {"type":"text","text":"b"}]},
                                {"type":"thinking","thinking":"c"}])"},
                           false),
            "reasoning:ab reasoning:c");
}

TEST(AbsorbParts, JoinsNeighboursOfOneTypeInAStream) {
  EXPECT_EQ(
      absorbed_parts({R"([{"type":"text","text":"a"}])", R"([{"type":"text","text":"b"}])",
                      R"([{"type":"thinking","thinking":"c"}])", R"([{"type":"text","text":"d"}])"},
                     true),
      "text:ab reasoning:c text:d");
}

TEST(AbsorbParts, KeepsPartsOfOneListApartInAStreamToo) {
  EXPECT_EQ(absorbed_parts({R"([{"type":"text","text":"a"}])",
                            R"([{"type":"text","text":"b"},{"type":"text","text":"c"}])"},
                           true),
            "text:ab text:c");
}

TEST(AbsorbParts, KeepsPartsOfAPlainReplyApart) {
  EXPECT_EQ(absorbed_parts({R"([{"type":"text","text":"a"},{"type":"text","text":"b"}])"}, false),
            "text:a text:b");
}

TEST(AbsorbParts, KeepsAnUnknownPartWhole) {
  Choice choice;
  absorb_parts(Json(R"([{"type":"image","url":"u"}, 7])").root(), true, choice);
  ASSERT_EQ(choice.blocks.size(), 2U);
  EXPECT_EQ(choice.blocks[0].kind, BlockKind::kUnknown);
  EXPECT_EQ(choice.blocks[0].native.front().value, R"({"type":"image","url":"u"})");
  EXPECT_EQ(choice.blocks[1].native.front().value, "7");
}

TEST(AbsorbParts, KeepsATextPartWithoutATextWhole) {
  EXPECT_EQ(absorbed_parts({R"([{"type":"text"}])"}, false), "unknown:");
}

TEST(AbsorbParts, KeepsMembersBesideTheText) {
  Choice choice;
  absorb_parts(Json(R"([{"type":"text","text":"a","x":1}])").root(), true, choice);
  absorb_parts(Json(R"([{"type":"text","text":"b","x":2,"y":3}])").root(), true, choice);
  ASSERT_EQ(choice.blocks.size(), 1U);
  EXPECT_EQ(find_member(choice.blocks[0].native, "x")->value, "2");
  EXPECT_EQ(find_member(choice.blocks[0].native, "y")->value, "3");
}

// A stream's tool calls as "id name(arguments)".
struct Calls {
  Choice choice;
  ToolCallDeltas last;

  Calls& take(const std::string& calls) {
    last = absorb_tool_calls(Json(calls).root(), true, choice);
    return *this;
  }
  [[nodiscard]] std::string shown() const {
    std::string text;
    for (const Block& call : choice.blocks) {
      text += (text.empty() ? "" : " | ") + call.id + " " + call.name + "(" + call.text + ")";
    }
    return text;
  }
};

TEST(ToolCallDeltas, GrowByTheirIndex) {
  Calls calls;
  calls.take(R"([{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}])");
  calls.take(R"([{"index":0,"function":{"arguments":"{\"x\":"}}])");
  calls.take(R"([{"index":0,"function":{"arguments":"1}"}}])");
  EXPECT_EQ(calls.shown(), R"(a f({\"x\":1}))");
  EXPECT_FALSE(calls.last.needs_rewrite);
  EXPECT_EQ(calls.last.positions, std::vector<std::int64_t>{0});
}

TEST(ToolCallDeltas, GoToTheCallOfTheirIndexWhenCallsInterleave) {
  Calls calls;
  calls.take(R"([{"index":0,"id":"a","function":{"name":"f"}},
                 {"index":1,"id":"b","function":{"name":"g"}}])");
  calls.take(R"([{"index":0,"function":{"arguments":"1"}}])");
  calls.take(R"([{"index":1,"function":{"arguments":"2"}}])");
  EXPECT_EQ(calls.shown(), "a f(1) | b g(2)");
}

TEST(ToolCallDeltas, TakeFollowersWhoseIdIsNullEmptyOrRepeated) {
  Calls calls;
  calls.take(R"([{"index":0,"id":"a","type":"function","function":{"name":"f"}}])");
  calls.take(R"([{"index":0,"id":null,"type":"","function":{"name":null,"arguments":"1"}}])");
  calls.take(R"([{"index":0,"id":"","function":{"name":"","arguments":"2"}}])");
  calls.take(R"([{"index":0,"id":"a","function":{"name":"f","arguments":"3"}}])");
  EXPECT_EQ(calls.shown(), "a f(123)");
  EXPECT_EQ(calls.choice.blocks.front().type, "function");
}

TEST(ToolCallDeltas, WithoutIdsStayTwoWhereTheIndexesDiffer) {
  Calls calls;
  calls.take(R"([{"index":0,"id":"","function":{"name":"f","arguments":""}},
                 {"index":1,"id":"","function":{"name":"f","arguments":""}}])");
  calls.take(R"([{"index":1,"id":"","function":{"arguments":"2"}}])");
  calls.take(R"([{"index":0,"id":"","function":{"arguments":"1"}}])");
  calls.take(R"([{"index":2,"id":"","function":{"name":"f","arguments":"3"}}])");
  EXPECT_EQ(calls.shown(), " f(1) |  f(2) |  f(3)");
}

TEST(ToolCallDeltas, BeginAnotherCallWhenTheIdChangesAtOneIndex) {
  Calls calls;
  calls.take(R"([{"index":0,"id":"a","function":{"name":"f","arguments":"1"}}])");
  calls.take(R"([{"index":0,"id":"b","function":{"name":"g","arguments":"2"}}])");
  EXPECT_EQ(calls.shown(), "a f(1) | b g(2)");
  EXPECT_TRUE(calls.last.needs_rewrite);
}

// A delta of index 0 without an id; no name if it is empty.
std::string zero(const std::string& name, const std::string& arguments) {
  return R"([{"index":0,"id":"","function":{)" +
         (name.empty() ? "" : R"("name":")" + name + "\",") + R"("arguments":")" + arguments +
         "\"}}]";
}

std::string joined(const std::vector<std::string>& deltas) {
  Calls calls;
  for (const std::string& delta : deltas) {
    calls.take(delta);
  }
  return calls.shown();
}

TEST(ToolCallDeltasWithoutIds, BeginAnotherCallWithAnotherName) {
  EXPECT_EQ(joined({zero("f", "{}"), zero("g", "{}")}), " f({}) |  g({})");
  EXPECT_EQ(joined({zero("f", ""), zero("", "{"), zero("", "}"), zero("g", ""), zero("", "{}")}),
            " f({}) |  g({})");
}

TEST(ToolCallDeltasWithoutIds, BeginAnotherCallOfTheSameFunctionBehindWholeArguments) {
  EXPECT_EQ(joined({zero("f", "{}"), zero("f", "{}")}), " f({}) |  f({})");
  EXPECT_EQ(joined({zero("f", "null"), zero("f", "{}")}), " f(null) |  f({})");
  EXPECT_EQ(joined({zero("f", ""), zero("", "{"), zero("", "}"), zero("f", ""), zero("", "{}")}),
            " f({}) |  f({})");
}

TEST(ToolCallDeltasWithoutIds, ContinueACallWhoseNameIsRepeatedWithEachPiece) {
  EXPECT_EQ(joined({zero("f", ""), zero("f", R"({\"a\":)"), zero("f", R"({\"b\":[)"),
                    zero("f", "[1]]}}"), zero("f", "")}),
            R"( f({\"a\":{\"b\":[[1]]}}))");
}

TEST(ToolCallDeltasWithoutIds, BeginAnotherCallWhereTheNameIsRepeatedWithEachPiece) {
  EXPECT_EQ(joined({zero("f", R"({\"a\":)"), zero("f", "1}"), zero("f", ""),
                    zero("f", R"({\"a\":)"), zero("f", "2}")}),
            R"( f({\"a\":1}) |  f({\"a\":2}))");
}

TEST(ToolCallDeltasWithoutIds, TakeANameThatComesAfterTheFirstArguments) {
  EXPECT_EQ(joined({zero("", "{"), zero("f", "}")}), " f({})");
}

TEST(ToolCallDeltasWithoutIds, AreNumberedForCallers) {
  Calls calls;
  calls.take(zero("f", "{}"));
  calls.take(zero("g", "{}"));
  EXPECT_TRUE(calls.last.needs_rewrite);
  EXPECT_EQ(calls.last.positions, std::vector<std::int64_t>{1});
  calls.take(zero("", " "));
  EXPECT_EQ(calls.last.positions, std::vector<std::int64_t>{1});
}

TEST(ToolCallDeltasWithoutIds, ContinueACustomCallWhoseInputLooksLikeJson) {
  Calls calls;
  calls.take(R"([{"index":0,"type":"custom","custom":{"name":"f","input":"{}"}}])");
  calls.take(R"([{"index":0,"type":"custom","custom":{"name":"f","input":"{}"}}])");
  EXPECT_EQ(calls.shown(), " f({}{})");
}

TEST(ToolCallDeltas, BeginAnotherCallWithEachIdWhereNoIndexIsSent) {
  Calls calls;
  calls.take(R"([{"id":"a","function":{"name":"f","arguments":"1"}},
                 {"id":"b","function":{"name":"g","arguments":"2"}}])");
  EXPECT_EQ(calls.shown(), "a f(1) | b g(2)");
  EXPECT_TRUE(calls.last.needs_rewrite);
}

TEST(ToolCallDeltas, ContinueTheLastCallWhereNeitherIndexNorNameIsSent) {
  Calls calls;
  calls.take(R"([{"id":"a","function":{"name":"f","arguments":"1"}}])");
  calls.take(R"([{"function":{"arguments":"2"}}])");
  EXPECT_EQ(calls.shown(), "a f(12)");
}

TEST(ToolCallDeltas, CountANegativeIndexAsNone) {
  Calls calls;
  calls.take(R"([{"index":-1,"id":"a","function":{"name":"f","arguments":"1"}}])");
  calls.take(R"([{"index":-1,"id":"b","function":{"name":"g","arguments":"2"}}])");
  EXPECT_EQ(calls.shown(), "a f(1) | b g(2)");
}

TEST(ToolCallDeltas, BeginWithoutArguments) {
  Calls calls;
  calls.take(R"([{"index":0,"id":"a","function":{"name":"f"}}])");
  EXPECT_EQ(calls.shown(), "a f()");
}

TEST(ToolCallDeltas, TakeArgumentsThatAreNoTextAsTheyStand) {
  Calls calls;
  calls.take(R"([{"index":0,"id":"a","function":{"name":"f","arguments":{"x":"y"}}}])");
  EXPECT_EQ(calls.shown(), R"(a f({\"x\":\"y\"}))");
}

TEST(ToolCallDeltas, KeepTheWordNullAsArguments) {
  Calls calls;
  calls.take(R"([{"index":0,"id":"a","function":{"name":"f","arguments":"null"}}])");
  EXPECT_EQ(calls.shown(), "a f(null)");
}

TEST(ToolCallDeltas, JoinTheInputOfACustomCall) {
  Calls calls;
  calls.take(R"([{"index":0,"id":"a","type":"custom","custom":{"name":"f","input":"x "}}])");
  calls.take(R"([{"index":0,"custom":{"input":"= 1"}}])");
  EXPECT_EQ(calls.shown(), "a f(x = 1)");
  EXPECT_EQ(calls.choice.blocks.front().type, "custom");
}

TEST(ToolCallDeltas, KeepUnknownMembersOfACall) {
  Calls calls;
  calls.take(R"([{"index":0,"id":"a","function":{"name":"f"},"extra_content":{"s":"1"}}])");
  EXPECT_EQ(find_member(calls.choice.blocks.front().native, "extra_content")->value,
            R"({"s":"1"})");
}

TEST(ToolCallDeltas, FindACallByItsIdWhereNoIndexIsSent) {
  Calls calls;
  calls.take(R"([{"id":"a","function":{"name":"f"}},{"id":"b","function":{"name":"g"}}])");
  calls.take(R"([{"id":"a","function":{"arguments":"1"}}])");
  calls.take(R"([{"id":"b","function":{"arguments":"2"}}])");
  EXPECT_EQ(calls.shown(), "a f(1) | b g(2)");
}

TEST(ToolCallDeltas, TakeAnIdThatIsANumberAsText) {
  Calls calls;
  calls.take(R"([{"index":0,"id":7,"function":{"name":"f","arguments":"1"}},
                 {"index":0,"id":123456789012345678901,"function":{"name":"g"}}])");
  EXPECT_TRUE(calls.last.needs_rewrite);
  calls.take(R"([{"id":7,"function":{"arguments":"2"}}])");
  EXPECT_EQ(calls.shown(), "7 f(12) | 123456789012345678901 g()");
}

TEST(ToolCallDeltas, MarkWhatIsNoListOfObjects) {
  EXPECT_TRUE(Calls().take("{}").last.is_malformed);
  EXPECT_TRUE(Calls().take(R"(["f"])").last.is_malformed);
  EXPECT_TRUE(Calls().take(R"([{"id":"a","function":"f"}])").last.is_malformed);
  EXPECT_TRUE(Calls().take(R"([{"id":"a","custom":7}])").last.is_malformed);
  EXPECT_FALSE(Calls().take("[]").last.is_malformed);
}

TEST(ToolCallDeltas, TakeTheLastBodyWhereOneRepeats) {
  Calls calls;
  calls.take(R"([{"index":0,"id":"a","function":"x","function":{"name":"f"}}])");
  EXPECT_EQ(calls.shown(), "a f()");
  EXPECT_TRUE(calls.choice.blocks.front().native.empty());
}

TEST(ToolCallDeltas, TakeTheLastOfEachMemberThatRepeats) {
  Calls calls;
  calls.take(R"([{"index":0,"id":"a","id":"b","function":{"name":"f","arguments":"1"},
                  "function":{"name":"g","arguments":"2"}}])");
  EXPECT_EQ(calls.shown(), "b g(2)");
}

TEST(ToolCallDeltas, MendAnIndexWithAGap) {
  Calls calls;
  calls.take(R"([{"index":1,"id":"a","function":{"name":"f"}}])");
  EXPECT_TRUE(calls.last.needs_rewrite);
  calls.take(R"([{"index":1,"function":{"arguments":"1"}}])");
  EXPECT_EQ(calls.shown(), "a f(1)");
  EXPECT_EQ(tool_call_position(calls.choice.blocks.front(), calls.choice), 0);
}

TEST(PlainToolCalls, StandApartWhateverTheirIds) {
  Choice choice;
  absorb_tool_calls(Json(R"([{"id":"","function":{"name":"f","arguments":"1"}},
                             {"id":"","function":{"name":"f","arguments":"2"}},
                             {"index":0,"function":{"name":"f","arguments":"3"}}])")
                        .root(),
                    false, choice);
  EXPECT_EQ(shown(choice), "tool_call:1 tool_call:2 tool_call:3");
}

TEST(FunctionCall, GrowsFromItsDeltas) {
  Choice choice;
  absorb_function_call(Json(R"({"name":"f","arguments":""})").root(), choice);
  absorb_function_call(Json(R"({"arguments":"{}"})").root(), choice);
  ASSERT_EQ(choice.blocks.size(), 1U);
  EXPECT_EQ(choice.blocks[0].member, "function_call");
  EXPECT_EQ(choice.blocks[0].name, "f");
  EXPECT_EQ(choice.blocks[0].text, "{}");
}

TEST(FunctionCall, IsNoToolCallOfTheList) {
  Choice choice;
  absorb_function_call(Json(R"({"name":"f"})").root(), choice);
  absorb_tool_calls(Json(R"([{"index":0,"id":"a","function":{"name":"g"}}])").root(), true, choice);
  EXPECT_EQ(tool_call_position(choice.blocks.back(), choice), 0);
}

}  // namespace
}  // namespace llmgate::wire
