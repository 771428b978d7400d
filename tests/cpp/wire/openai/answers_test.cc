// Answers that providers send plain and in a stream: both must come out as one turn, wherever the
// stream is cut.
#include <gtest/gtest.h>

#include <ostream>

#include "chat/view.h"
#include "support/turns.h"

namespace llmgate::wire {
namespace {

using test::stream_of;
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
  EXPECT_EQ(render_turn(again), render_turn(streamed.turn));
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

}  // namespace
}  // namespace llmgate::wire
