#include "wire/openai_absorb.h"

#include <gtest/gtest.h>

#include <ostream>

#include "chat/view.h"
#include "support/turns.h"

namespace llmgate::wire {
namespace {

using chat::FinishReason;
using test::Json;
using test::stream_of;
using test::stream_of_deltas;
using test::turn_of;

// One answer as a provider sends it plain and as it sends it in a stream.
struct Pair {
  const char* name;
  std::string plain;
  std::vector<std::string> events;
};

void PrintTo(const Pair& pair, std::ostream* out) { *out << pair.name; }

class Answer : public ::testing::TestWithParam<Pair> {};

TEST_P(Answer, IsOneTurnPlainAndStreamed) {
  const test::Streamed streamed = stream_of(GetParam().events);
  EXPECT_FALSE(streamed.error);
  EXPECT_EQ(render_turn(streamed.turn), render_turn(turn_of(GetParam().plain)));
}

TEST_P(Answer, IsOneTurnWhereverTheStreamIsCut) {
  const std::string bytes = test::sse_bytes(GetParam().events);
  const std::string expected = render_turn(turn_of(GetParam().plain));
  const std::string_view whole = bytes;
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    const auto streamed = test::stream_of_pieces({whole.substr(0, cut), whole.substr(cut)});
    ASSERT_EQ(render_turn(streamed.turn), expected) << "cut at " << cut;
    ASSERT_TRUE(streamed.saw_marker) << "cut at " << cut;
  }
}

TEST_P(Answer, IsOneTurnByteByByte) {
  const std::string bytes = test::sse_bytes(GetParam().events);
  std::vector<std::string_view> pieces;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    pieces.push_back(std::string_view(bytes).substr(i, 1));
  }
  EXPECT_EQ(render_turn(test::stream_of_pieces(pieces).turn),
            render_turn(turn_of(GetParam().plain)));
}

// What callers get handed says the same as the provider's own stream.
TEST_P(Answer, IsOneTurnReadFromTheChunksThatCallersGet) {
  const test::Streamed streamed = stream_of(GetParam().events);
  const chat::Turn again = stream_of(streamed.chunks).turn;
  EXPECT_EQ(render_view(again), render_view(streamed.turn));
}

std::string plain(const std::string& message, const std::string& finish,
                  const std::string& members = "") {
  return R"({"id":"c-1","object":"chat.completion","created":7,"model":"m","choices":[{"index":0,)"
         R"("message":)" +
         message + R"(,"finish_reason":")" + finish + "\"}]" + members + "}";
}

std::string event(const std::string& choices, const std::string& members = "") {
  return R"({"id":"c-1","object":"chat.completion.chunk","created":7,"model":"m","choices":[)" +
         choices + "]" + members + "}";
}
std::string delta(const std::string& members) {
  return event(R"({"index":0,"delta":)" + members + R"(,"finish_reason":null})");
}
std::string finish(const std::string& word) {
  return event(R"({"index":0,"delta":{},"finish_reason":")" + word + "\"}");
}

constexpr const char* kUsage =
    R"(,"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3})";

INSTANTIATE_TEST_SUITE_P(
    OpenAiAbsorb, Answer,
    ::testing::Values(
        Pair{"Text",
             plain(R"({"role":"assistant","content":"H\u00e9 \ud83d\ude00 你"})", "stop", kUsage),
             {delta(R"({"role":"assistant","content":""})"), delta(R"({"content":"H\u00e9"})"),
              delta(R"({"content":" \ud83d"})"), delta(R"({"content":"\ude00 你"})"),
              finish("stop"), event("", kUsage)}},
        Pair{"ToolCalls",
             plain(R"({"role":"assistant","content":null,"tool_calls":[
                   {"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},
                   {"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]})",
                   "tool_calls"),
             {delta(R"({"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"a",
                     "type":"function","function":{"name":"f","arguments":""}}]})"),
              delta(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}}]})"),
              delta(R"({"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]})"),
              delta(R"({"tool_calls":[{"index":1,"id":"b","type":"function",
                     "function":{"name":"g","arguments":"{}"}}]})"),
              finish("tool_calls")}},
        Pair{"ToolCallsThatAreAllNumberZero",
             plain(R"({"role":"assistant","tool_calls":[
                   {"id":"a","type":"function","function":{"name":"f","arguments":"1"}},
                   {"id":"b","type":"function","function":{"name":"f","arguments":"2"}}]})",
                   "tool_calls"),
             {delta(R"({"role":"assistant","tool_calls":[{"index":0,"id":"a","type":"function",
                     "function":{"name":"f","arguments":"1"}}]})"),
              delta(R"({"tool_calls":[{"index":0,"id":"b","type":"function",
                     "function":{"name":"f","arguments":"2"}}]})"),
              finish("tool_calls")}},
        Pair{"Reasoning",
             plain(R"({"role":"assistant","content":"42","reasoning_content":"Six times seven"})",
                   "stop"),
             {delta(R"({"role":"assistant","content":null,"reasoning_content":"Six "})"),
              delta(R"({"content":null,"reasoning_content":"times seven"})"),
              delta(R"({"content":"4","reasoning_content":null})"), delta(R"({"content":"2"})"),
              finish("stop")}},
        Pair{
            "ReasoningDetails",
            plain(R"({"role":"assistant","content":"4","reasoning":"Hm","reasoning_details":[)"
                  R"({"type":"reasoning.text","text":"Hm","format":"f","index":0,"signature":"s"},)"
                  R"({"type":"reasoning.encrypted","data":"x","index":1}]})",
                  "stop"),
            {delta(R"({"role":"assistant","content":"","reasoning":"H","reasoning_details":[
                     {"type":"reasoning.text","text":"H","format":"f","index":0}]})"),
             delta(R"({"content":"","reasoning":"m","reasoning_details":[
                     {"type":"reasoning.text","text":"m","format":"f","index":0}]})"),
             delta(R"({"content":"","reasoning_details":[
                     {"type":"reasoning.text","format":"f","index":0,"signature":"s"}]})"),
             delta(R"({"content":"4","reasoning_details":[
                     {"type":"reasoning.encrypted","data":"x","index":1}]})"),
             finish("stop")}},
        Pair{"ThinkingAsParts",
             plain(R"({"role":"assistant","content":[
                   {"type":"thinking","thinking":[{"type":"text","text":"Hm"}]},
                   {"type":"text","text":"42"}]})",
                   "stop"),
             {delta(R"({"role":"assistant","content":[
                     {"type":"thinking","thinking":[{"type":"text","text":"H"}]}]})"),
              delta(R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"m"}]}]})"),
              delta(R"({"content":"4"})"), delta(R"({"content":"2"})"), finish("stop")}},
        Pair{"SeveralChoices",
             R"({"id":"c-1","created":7,"model":"m","choices":[
                 {"index":0,"message":{"role":"assistant","content":"ab"},"finish_reason":"stop"},
                 {"index":1,"message":{"role":"assistant","content":"xy"},
                  "finish_reason":"length"}]})",
             {event(R"({"index":1,"delta":{"role":"assistant","content":"x"}})"),
              event(R"({"index":0,"delta":{"role":"assistant","content":"a"}})"),
              event(R"({"index":1,"delta":{"content":"y"}},{"index":0,"delta":{"content":"b"}})"),
              event(R"({"index":1,"delta":{},"finish_reason":"length"})"), finish("stop")}},
        Pair{"ARefusal",
             plain(R"({"role":"assistant","content":null,"refusal":"I can't."})", "stop"),
             {delta(R"({"role":"assistant","content":null,"refusal":""})"),
              delta(R"({"refusal":"I "})"), delta(R"({"refusal":"can't."})"), finish("stop")}},
        Pair{
            "Logprobs",
            R"({"id":"c-1","created":7,"model":"m","choices":[{"index":0,
                 "message":{"role":"assistant","content":"ab"},"logprobs":)"
            R"({"content":[{"token":"a","logprob":-0.1},{"token":"b","logprob":-2}],"refusal":null})"
            R"(,"finish_reason":"stop"}]})",
            {event(R"({"index":0,"delta":{"role":"assistant","content":""},"logprobs":null})"),
             event(R"({"index":0,"delta":{"content":"a"},)"
                   R"("logprobs":{"content":[{"token":"a","logprob":-0.1}],"refusal":null}})"),
             event(R"({"index":0,"delta":{"content":"b"},)"
                   R"("logprobs":{"content":[{"token":"b","logprob":-2}],"refusal":null}})"),
             event(R"({"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"})")}},
        Pair{
            "Audio",
            plain(R"({"role":"assistant","content":null,"audio":)"
                  R"({"id":"au","transcript":"Hello","data":"QUJDREVG","expires_at":9}})",
                  "stop"),
            {delta(R"({"role":"assistant","content":null,"audio":{"id":"au","transcript":"Hel"}})"),
             delta(R"({"audio":{"transcript":"lo"}})"), delta(R"({"audio":{"data":"QUJD"}})"),
             delta(R"({"audio":{"data":"REVG"}})"), delta(R"({"audio":{"expires_at":9}})"),
             finish("stop")}},
        Pair{"TheDeprecatedFunctionCall",
             plain(R"({"role":"assistant","content":null,
                   "function_call":{"name":"f","arguments":"{}"}})",
                   "function_call"),
             {delta(R"({"role":"assistant","content":null,
                     "function_call":{"name":"f","arguments":""}})"),
              delta(R"({"function_call":{"arguments":"{}"}})"), finish("function_call")}},
        Pair{"EverythingInOneChunk",
             plain(R"({"role":"assistant","content":"a","tool_calls":[
                   {"id":"t","function":{"name":"f","arguments":"{}"}}]})",
                   "tool_calls", kUsage),
             {event(R"({"index":0,"delta":{"role":"assistant","content":"a","tool_calls":[
                     {"id":"t","function":{"name":"f","arguments":"{}"},"index":0}]},
                     "finish_reason":"tool_calls"})",
                    kUsage)}}),
    [](const auto& row) { return std::string(row.param.name); });

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

TEST(Absorb, CountsUsageAsTheDialectDoes) {
  constexpr Dialect kOutside{.provider = "xai", .reasoning_outside_completion = true};
  const std::string reply = R"({"choices":[{"message":{}}],
      "usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":112}})";
  EXPECT_EQ(turn_of(reply, kOutside).usage.completion_tokens, 102);
  EXPECT_EQ(turn_of(reply).usage.completion_tokens, 2);
}

}  // namespace
}  // namespace llmgate::wire
