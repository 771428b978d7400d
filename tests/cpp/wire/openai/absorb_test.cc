#include "wire/openai/absorb.h"

#include <gtest/gtest.h>

#include "chat/view.h"
#include "support/turns.h"

namespace llmgate::wire {
namespace {

using chat::FinishReason;
using test::Json;
using test::stream_of;
using test::stream_of_deltas;
using test::turn_of;

struct Word {
  const char* word;
  FinishReason reason;
};

class FinishWord : public ::testing::TestWithParam<Word> {};

TEST_P(FinishWord, IsNormalised) {
  EXPECT_EQ(finish_reason_of(GetParam().word), GetParam().reason) << GetParam().word;
}

INSTANTIATE_TEST_SUITE_P(
    OpenAiAbsorb, FinishWord,
    ::testing::Values(Word{"stop", FinishReason::kStop}, Word{"length", FinishReason::kLength},
                      Word{"tool_calls", FinishReason::kToolCalls},
                      Word{"content_filter", FinishReason::kContentFilter},
                      Word{"function_call", FinishReason::kFunctionCall},
                      Word{"eos", FinishReason::kStop}, Word{"tool_call", FinishReason::kToolCalls},
                      Word{"model_length", FinishReason::kLength}, Word{"", FinishReason::kNone},
                      Word{"STOP", FinishReason::kUnknown}, Word{"error", FinishReason::kUnknown}));

// What absorbing one stream event notes.
Absorbed absorbed(const std::string& choice, bool is_stream = true) {
  chat::Turn turn;
  return absorb_completion(Json(R"({"choices":[)" + choice + "]}").root(), is_stream,
                           test::kPlainDialect, turn);
}

TEST(Absorbed, IsCommittedByAnythingACallerCanSee) {
  for (const std::string members :
       {R"({"content":"a"})", R"({"reasoning":"a"})", R"({"reasoning_content":"a"})",
        R"({"refusal":"a"})", R"({"tool_calls":[{"index":0,"id":"a"}]})",
        R"({"function_call":{"name":"f"}})", R"({"content":[{"type":"text","text":"a"}]})"}) {
    const Absorbed seen = absorbed(R"({"delta":)" + members + "}");
    EXPECT_TRUE(seen.has_content) << members;
    EXPECT_TRUE(seen.progressed) << members;
  }
}

TEST(Absorbed, IsNotCommittedByEmptyDeltas) {
  for (const std::string members :
       {R"({})", R"({"role":"assistant","content":""})", R"({"content":null})",
        R"({"reasoning":"","content":""})", R"({"tool_calls":null})", R"({"tool_calls":[]})"}) {
    const Absorbed seen = absorbed(R"({"delta":)" + members + "}");
    EXPECT_FALSE(seen.has_content) << members;
    EXPECT_FALSE(seen.progressed) << members;
  }
}

TEST(Absorbed, ProgressesWithAFinishButIsNotCommittedByIt) {
  const Absorbed seen = absorbed(R"({"delta":{},"finish_reason":"stop"})");
  EXPECT_TRUE(seen.progressed);
  EXPECT_FALSE(seen.has_content);
}

TEST(Absorbed, NamesWhatIsNotAsTheFormatPromises) {
  EXPECT_EQ(absorbed(R"({"delta":{"content":7}})").problem, "a message's content is number");
  EXPECT_EQ(absorbed(R"({"delta":{"tool_calls":{}}})").problem, "a message's tool_calls is object");
  EXPECT_EQ(absorbed(R"({"delta":[]})").problem, "a choice's message is array");
  EXPECT_EQ(absorbed(R"({"finish_reason":7})").problem, "a choice's finish_reason is number");
  EXPECT_EQ(absorbed("null").problem, "a choice is null");
  EXPECT_EQ(absorbed(R"({"delta":{"content":"a"}})").problem, "");
}

// As many of these as there are, with commas between.
std::string many(std::size_t count, const std::string& entry) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += (i == 0 ? "" : ",") + entry;
  }
  return text;
}

TEST(Absorbed, RefusesMoreEntriesThanItCouldLookThrough) {
  EXPECT_EQ(absorbed(R"({"message":{"tool_calls":[)" + many(1025, "{}") + "]}}", false).problem,
            "a message's tool_calls has more than 1024 entries");
  EXPECT_EQ(absorbed(R"({"message":{"content":[)" + many(1025, "{}") + "]}}", false).problem,
            "a message's content has more than 1024 entries");
  EXPECT_EQ(absorbed(many(1025, R"({"message":{}})"), false).problem,
            "choices has more than 1024 entries");
  EXPECT_EQ(absorbed(R"({"delta":{)" + many(1025, R"("x":1)") + "}}").problem,
            "a message has more than 1024 entries");
  EXPECT_EQ(absorbed("{" + many(1025, R"("x":1)") + "}").problem,
            "a choice has more than 1024 entries");
}

TEST(Absorbed, CountsEntriesOverAllPiecesOfAStream) {
  const std::string calls = R"({"choices":[{"delta":{"tool_calls":[)" +
                            many(600, R"({"id":"","function":{"name":"f"}})") + "]}}]}";
  const test::Streamed streamed = stream_of({calls, calls});
  ASSERT_TRUE(streamed.error);
  EXPECT_EQ(streamed.error->kind, ErrorKind::kInvalidResponse);
  EXPECT_EQ(streamed.turn.choices[0].blocks.size(), 600U);
}

TEST(Absorbed, CountsTheFirstFinishOnly) {
  chat::Turn turn;
  const Json first(R"({"choices":[{"finish_reason":"length"}]})");
  const Json second(R"({"choices":[{"finish_reason":"stop"}]})");
  EXPECT_TRUE(
      absorb_completion(first.root(), true, test::kPlainDialect, turn).repeated_finishes.empty());
  EXPECT_EQ(absorb_completion(second.root(), true, test::kPlainDialect, turn).repeated_finishes,
            std::vector<std::int64_t>{0});
  EXPECT_EQ(turn.choices.front().finish, FinishReason::kLength);
}

TEST(Absorb, NeverLetsAnEmptyFirstChunkOverwriteIdsAndModel) {
  const chat::Turn turn = stream_of({R"({"id":"","object":"","created":0,"model":"","choices":[],
                     "prompt_filter_results":[{"prompt_index":0}]})",
                                     R"({"id":"c","created":7,"model":"m","choices":[]})",
                                     R"({"id":"","created":0,"model":"","choices":[]})"})
                              .turn;
  EXPECT_EQ(turn.id, "c");
  EXPECT_EQ(turn.model, "m");
  EXPECT_EQ(find_member(turn.members, "created")->value, "7");
  EXPECT_NE(find_member(turn.members, "prompt_filter_results"), nullptr);
}

TEST(Absorb, KeepsIdsThatAreNumbersAsTexts) {
  const chat::Turn turn = turn_of(R"({"id":123,"object":"chat.completion","model":"m","choices":[
      {"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":45,
       "type":"function","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"}]})");
  EXPECT_FALSE(turn.is_view_as_sent);
  const Json view(render_view(turn));
  EXPECT_TRUE(view["id"].says("123"));
  EXPECT_TRUE(view["choices"].at(0).find("message").find("tool_calls").at(0).find("id").says("45"));
}

TEST(Absorb, LooksAtEachIdOfItsOwnForWhetherTheViewIsAsSent) {
  const auto is_as_sent = [](const std::string& id, const std::string& call_id) {
    return turn_of(R"({"id":)" + id + R"(,"object":"chat.completion","model":"m","choices":[
        {"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":)" +
                   call_id +
                   R"(,"type":"function","function":{"name":"f","arguments":"{}"}}]},
         "finish_reason":"stop"}]})")
        .is_view_as_sent;
  };
  EXPECT_TRUE(is_as_sent("\"c\"", "\"a\""));
  EXPECT_FALSE(is_as_sent("1", "\"a\""));
  EXPECT_FALSE(is_as_sent("\"c\"", "1"));
}

TEST(Absorb, TakesReasoningUnderTwoNamesOnce) {
  const chat::Turn turn = stream_of_deltas({R"({"reasoning":"Hm","reasoning_content":"Hm"})"}).turn;
  ASSERT_EQ(turn.choices[0].blocks.size(), 1U);
  EXPECT_EQ(turn.choices[0].blocks[0].member, "reasoning");
  EXPECT_EQ(turn.choices[0].blocks[0].text, "Hm");
}

TEST(Absorb, KeepsReasoningWhoseOtherNameIsEmptyOrNull) {
  for (const std::string other : {"\"\"", "null"}) {
    const Json turn(render_view(
        stream_of_deltas({R"({"reasoning":)" + other + R"(,"reasoning_content":"Hm"})"}).turn));
    EXPECT_TRUE(turn["choices"].at(0).find("message").find("reasoning_content").says("Hm"))
        << other;
  }
}

TEST(Absorb, PrefersTheDeltaToACumulativeMessage) {
  const chat::Turn turn =
      stream_of({R"({"choices":[{"delta":{"content":"a"},"message":{"content":"a"}}]})",
                 R"({"choices":[{"delta":{"content":"b"},"message":{"content":"ab"}}]})"})
          .turn;
  EXPECT_EQ(turn.choices[0].blocks[0].text, "ab");
}

TEST(Absorb, ReplacesMembersThatRepeatBesideTheChoices) {
  const chat::Turn turn =
      stream_of({R"({"choices":[],"citations":["a"]})", R"({"choices":[],"citations":["a","b"]})",
                 R"({"choices":[],"citations":null})"})
          .turn;
  EXPECT_EQ(find_member(turn.members, "citations")->value, R"(["a","b"])");
}

TEST(Absorb, TakesTheLastUsageAndAddsNothing) {
  const chat::Turn turn =
      stream_of({R"({"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":null}})",
                 R"({"choices":[],"usage":null})",
                 R"({"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":9}})"})
          .turn;
  EXPECT_EQ(turn.usage.prompt_tokens, 5);
  EXPECT_EQ(turn.usage.completion_tokens, 9);
}

TEST(Absorb, TakesGroqsUsageWhereNoOtherIsSent) {
  const std::string groq =
      R"({"choices":[],"x_groq":{"id":"r","usage":{"prompt_tokens":1,"completion_tokens":2}}})";
  EXPECT_EQ(stream_of({groq}).turn.usage.total_tokens, 3);
  EXPECT_EQ(
      stream_of({R"({"choices":[],"usage":{"prompt_tokens":9}})", groq}).turn.usage.prompt_tokens,
      9);
}

TEST(Absorb, KeepsUnknownMembersOfEveryLevel) {
  const chat::Turn turn = stream_of({R"({"provider":"P","choices":[{"index":0,"x":1,
      "delta":{"content":"a","images":[{"type":"image_url"}]}}]})"})
                              .turn;
  EXPECT_EQ(find_member(turn.members, "provider")->value, "\"P\"");
  EXPECT_EQ(find_member(turn.choices[0].members, "x")->value, "1");
  EXPECT_EQ(find_member(turn.choices[0].message_members, "images")->value,
            R"([{"type":"image_url"}])");
}

TEST(Absorb, NumbersChoicesWithoutAnIndexByTheirPlace) {
  const chat::Turn turn =
      turn_of(R"({"choices":[{"message":{"content":"a"}},{"message":{"content":"b"}}]})");
  ASSERT_EQ(turn.choices.size(), 2U);
  EXPECT_EQ(turn.choices[1].index, 1);
}

// The message of a reply's only choice, and of a stream's whose only delta says the same.
void expect_message(const std::string& members, const std::string& expected) {
  const Json plain(render_view(turn_of(R"({"choices":[{"index":0,"message":)" + members + "}]}")));
  EXPECT_EQ(test::shown(plain["choices"].at(0).find("message").raw()), expected);
  const Json streamed(render_view(stream_of_deltas({members}).turn));
  EXPECT_EQ(test::shown(streamed["choices"].at(0).find("message").raw()), expected);
}

TEST(Absorb, TakesTheLastOfEachMemberOfAMessageThatRepeats) {
  expect_message(R"({"content":"a","refusal":"r","content":"b","refusal":"s"})",
                 R"({"role":"assistant","content":"b","refusal":"s"})");
  expect_message(R"({"content":"a","content":null,"x":"1","x":"2"})",
                 R"({"role":"assistant","content":null,"x":"2"})");
  expect_message(R"({"content":"a","\u0079":1,"reasoning":"r","\u0079":2,"reasoning":"s"})",
                 R"({"role":"assistant","content":"a","reasoning_content":"s","reasoning":"s",)"
                 R"("\u0079":2})");
  expect_message(R"({"tool_calls":[{"id":"a","function":{"name":"f","arguments":""}}],
                     "tool_calls":[{"id":"b","function":{"name":"g","arguments":""}}]})",
                 R"({"role":"assistant","content":null,"tool_calls":[{"id":"b","type":"function",)"
                 R"("function":{"name":"g","arguments":""}}]})");
}

TEST(Absorb, TakesTheLastOfEachMemberAroundAMessageThatRepeats) {
  const chat::Turn turn = turn_of(
      R"({"id":"a","id":"b","choices":[{"message":{"content":"a"}}],"choices":[
          {"message":{"content":"b"},"message":{"content":"c"},
           "finish_reason":"length","finish_reason":"stop"}]})");
  EXPECT_EQ(turn.id, "b");
  EXPECT_EQ(turn.choices[0].blocks[0].text, "c");
  EXPECT_EQ(turn.choices[0].finish, FinishReason::kStop);
}

TEST(Absorb, KeepsANullUntilSomethingComes) {
  const chat::Turn turn =
      stream_of({R"({"choices":[{"logprobs":null,"delta":{"content":null,"refusal":null,
                     "tool_calls":null,"reasoning_content":null,"audio":null,"x":null,"y":null}}]})",
                 R"({"choices":[{"delta":{"refusal":"No","reasoning":"Hm","audio":{"id":"a"},
                     "x":"1","tool_calls":[{"index":0,"id":"a"}]}}]})",
                 R"({"choices":[{"delta":{"refusal":null,"x":null}}]})"})
          .turn;
  std::string kept;
  for (const chat::RawMember& member : turn.choices[0].message_members) {
    kept += member.name + "=" + member.value + " ";
  }
  EXPECT_EQ(kept, R"(audio={"id":"a"} x="1" y=null )");
  EXPECT_EQ(find_member(turn.choices[0].members, "logprobs")->value, "null");
}

TEST(Absorb, ShowsReasoningOnceWhereANullStandsUnderItsCommonName) {
  expect_message(R"({"content":[{"type":"thinking","thinking":"Hm"}],"reasoning_content":null})",
                 R"({"role":"assistant","content":null,"reasoning_content":"Hm"})");
}

TEST(Absorb, AsksForARewriteWhereAnIndexIsMissing) {
  EXPECT_TRUE(absorbed(R"({"delta":{"content":"a"}})").needs_rewrite);
  EXPECT_TRUE(absorbed(R"({"index":null,"delta":{"content":"a"}})").needs_rewrite);
  EXPECT_FALSE(absorbed(R"({"index":0,"delta":{"content":"a"}})").needs_rewrite);
  const std::string message = R"("message":{"role":"assistant","content":"a"}})";
  EXPECT_TRUE(absorbed("{" + message, false).needs_rewrite);
}

TEST(Absorb, CountsUsageAsTheDialectDoes) {
  constexpr Dialect kOutside{.provider = "xai", .reasoning_outside_completion = true};
  const std::string reply = R"({"choices":[{"message":{}}],
      "usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":112}})";
  EXPECT_EQ(turn_of(reply, kOutside).usage.completion_tokens, 102);
  EXPECT_EQ(turn_of(reply).usage.completion_tokens, 2);
}

}  // namespace
}  // namespace llmgate::wire
