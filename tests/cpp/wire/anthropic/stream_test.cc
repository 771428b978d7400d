#include "wire/anthropic/stream.h"

#include <gtest/gtest.h>

#include "support/anthropic.h"

namespace llmgate::wire {
namespace {

using test::block_delta;
using test::block_start;
using test::block_stop;
using test::claude_blocks;
using test::claude_stream;
using test::Json;
using test::kMessageStart;
using test::kMessageStop;
using test::message_delta;
using test::message_of_view;
using test::Streamed;

const std::string kText = R"({"type":"text","text":""})";
const std::string kCall = R"({"type":"tool_use","id":"t1","name":"f","input":{}})";
const std::string kThinking = R"({"type":"thinking","thinking":"","signature":""})";

std::string text(const std::string& piece) {
  return R"({"type":"text_delta","text":")" + piece + "\"}";
}
std::string input(const std::string& piece) {
  return R"({"type":"input_json_delta","partial_json":")" + piece + "\"}";
}

std::string delta_of(const std::string& chunk) {
  return std::string(Json(chunk)["choices"].at(0).find("delta").raw());
}

TEST(AnthropicStream, BeginsWithTheRoleAndGoesOnWithText) {
  const Streamed streamed = claude_blocks({block_start(0, kText), block_delta(0, text("Hel")),
                                           block_delta(0, text("lo")), block_stop(0)});
  EXPECT_EQ(delta_of(streamed.chunks.at(0)), R"({"role":"assistant","content":null})");
  EXPECT_EQ(delta_of(streamed.chunks.at(1)), R"({"content":"Hel"})");
  EXPECT_EQ(delta_of(streamed.chunks.at(2)), R"({"content":"lo"})");
  EXPECT_TRUE(streamed.saw_marker);
  EXPECT_EQ(message_of_view(streamed.turn), R"({"role":"assistant","content":"Hello"})");
}

TEST(AnthropicStream, EndsWithTheFinishAndTheUsage) {
  const Streamed streamed = claude_blocks({block_start(0, kText), block_stop(0)}, "max_tokens");
  const std::string finish = streamed.chunks.at(streamed.chunks.size() - 2);
  EXPECT_TRUE(Json(finish)["choices"].at(0).find("finish_reason").says("length"));
  EXPECT_TRUE(Json(finish)["choices"].at(0).find("native_finish_reason").says("max_tokens"));
  const Json usage(streamed.chunks.back());
  EXPECT_EQ(usage["usage"].find("completion_tokens").as_int(), 9);
  EXPECT_EQ(usage["usage"].find("prompt_tokens").as_int(), 3);
}

TEST(AnthropicStream, ShowsThinkingAndKeepsItsSignature) {
  const Streamed streamed = claude_blocks(
      {block_start(0, kThinking), block_delta(0, R"({"type":"thinking_delta","thinking":"hm"})"),
       block_delta(0, R"({"type":"signature_delta","signature":"s"})"), block_stop(0),
       block_start(1, kText), block_delta(1, text("a")), block_stop(1)});
  EXPECT_EQ(delta_of(streamed.chunks.at(1)), R"({"reasoning_content":"hm"})");
  EXPECT_EQ(streamed.turn.choices[0].replay.native,
            R"([{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"a"}])");
}

TEST(AnthropicStream, CarriesTheReplayInItsLastDelta) {
  const Streamed streamed =
      claude_blocks({block_start(0, R"({"type":"redacted_thinking","data":"d"})"), block_stop(0)});
  const Json chunk(streamed.chunks.at(streamed.chunks_of_events));
  const json::Value replay = chunk["choices"].at(0).find("delta").find("llmgate_replay");
  EXPECT_EQ(replay.find("native").raw(), R"([{"type":"redacted_thinking","data":"d"}])");
  EXPECT_TRUE(replay.find("format").says("anthropic.messages"));
}

TEST(AnthropicStream, BeginsAToolCallAtOnceAndStreamsItsArguments) {
  const Streamed streamed = claude_blocks(
      {block_start(0, kText), block_delta(0, text("a")), block_stop(0), block_start(1, kCall),
       block_delta(1, input("")), block_delta(1, input(R"({\"a\":)")), block_delta(1, input("1}")),
       block_stop(1)},
      "tool_use");
  EXPECT_EQ(delta_of(streamed.chunks.at(2)),
            R"({"tool_calls":[{"index":0,"id":"t1","type":"function",)"
            R"("function":{"name":"f","arguments":""}}]})");
  EXPECT_EQ(delta_of(streamed.chunks.at(3)),
            R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":"}}]})");
  EXPECT_EQ(streamed.turn.choices[0].blocks[1].text, R"({\"a\":1})");
  EXPECT_EQ(streamed.turn.choices[0].finish, chat::FinishReason::kToolCalls);
}

TEST(AnthropicStream, CountsTheCallersToolsOnly) {
  const Streamed streamed = claude_blocks(
      {block_start(0, R"({"type":"server_tool_use","id":"s","name":"web_search","input":{}})"),
       block_delta(0, input(R"({\"q\":1})")), block_stop(0), block_start(1, kCall), block_stop(1),
       block_start(2, R"({"type":"tool_use","id":"t2","name":"g","input":{}})"),
       block_delta(2, input("{}")), block_stop(2)});
  std::string all;
  for (const std::string& chunk : streamed.chunks) {
    all += chunk;
  }
  EXPECT_NE(all.find(R"("index":1,"id":"t2")"), std::string::npos);
  EXPECT_EQ(all.find(R"("name":"web_search","arguments")"), std::string::npos);
  EXPECT_EQ(streamed.turn.choices[0].blocks[2].index, 1);
}

TEST(AnthropicStream, GivesACallWithoutInputAnEmptyOne) {
  const Streamed streamed = claude_blocks({block_start(0, kCall), block_stop(0)}, "tool_use");
  EXPECT_EQ(delta_of(streamed.chunks.at(2)),
            R"({"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]})");
  EXPECT_EQ(streamed.turn.choices[0].blocks[0].text, "{}");
}

TEST(AnthropicStream, TakesAnInputThatCameWithTheStart) {
  const Streamed streamed =
      claude_blocks({block_start(0, R"({"type":"tool_use","id":"t","name":"f","input":{"a":1}})"),
                     block_stop(0)});
  EXPECT_EQ(delta_of(streamed.chunks.at(2)),
            R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":1}"}}]})");
}

TEST(AnthropicStream, StreamsTheInputOfOurOwnToolAsText) {
  const Streamed streamed = claude_blocks(
      {block_start(0, R"({"type":"tool_use","id":"t","name":"llmgate_structured_output",)"
                      R"("input":{}})"),
       block_delta(0, input(R"({\"a\":)")), block_delta(0, input("1}")), block_stop(0)},
      "tool_use");
  EXPECT_EQ(delta_of(streamed.chunks.at(1)), R"({"content":"{\"a\":"})");
  EXPECT_EQ(message_of_view(streamed.turn), R"({"role":"assistant","content":"{\"a\":1}"})");
  EXPECT_EQ(streamed.turn.choices[0].finish, chat::FinishReason::kStop);
}

TEST(AnthropicStream, IsTheSameTurnAsAPlainReply) {
  const Streamed streamed = claude_blocks(
      {block_start(0, kThinking), block_delta(0, R"({"type":"thinking_delta","thinking":"hm"})"),
       block_delta(0, R"({"type":"signature_delta","signature":"s"})"), block_stop(0),
       block_start(1, R"({"type":"server_tool_use","id":"s","name":"n","input":{}})"),
       block_delta(1, input(R"({\"q\":1})")), block_stop(1), block_start(2, kText),
       block_delta(2, text("a")),
       block_delta(2, R"({"type":"citations_delta","citation":{"url":"https://u"}})"),
       block_stop(2), block_start(3, kCall), block_delta(3, input("{}")), block_stop(3)});
  const chat::Turn plain = test::claude_turn(
      R"([{"type":"thinking","thinking":"hm","signature":"s"},)"
      R"({"type":"server_tool_use","id":"s","name":"n","input":{"q":1}},)"
      R"({"type":"text","text":"a","citations":[{"url":"https://u"}]},)"
      R"({"type":"tool_use","id":"t1","name":"f","input":{}}])",
      R"("stop_reason":"end_turn","stop_sequence":null,)"
      R"("usage":{"input_tokens":3,"cache_read_input_tokens":null,"output_tokens":9})");
  EXPECT_EQ(render_turn(streamed.turn), render_turn(plain));
  EXPECT_EQ(render_view(streamed.turn), render_view(plain));
}

TEST(AnthropicStream, CountsNoPingAsProgress) {
  const Streamed streamed =
      claude_stream({kMessageStart, R"({"type":"ping"})", block_start(0, kText),
                     block_delta(0, text("")), block_delta(0, text("a"))});
  EXPECT_FALSE(streamed.outcomes.at(0).progressed);
  EXPECT_FALSE(streamed.outcomes.at(1).progressed);
  EXPECT_FALSE(streamed.outcomes.at(2).has_content);
  EXPECT_FALSE(streamed.outcomes.at(3).has_content);
  EXPECT_TRUE(streamed.outcomes.at(4).progressed);
  EXPECT_TRUE(streamed.outcomes.at(4).has_content);
}

TEST(AnthropicStream, CommitsToNothingWhileAServerToolRuns) {
  const Streamed streamed = claude_stream(
      {kMessageStart, block_start(0, R"({"type":"web_search_tool_result","content":[]})"),
       block_stop(0)});
  EXPECT_TRUE(streamed.outcomes.at(1).progressed);
  EXPECT_FALSE(streamed.outcomes.at(1).has_content);
}

TEST(AnthropicStream, IsNotWholeBeforeItsEnd) {
  const auto parser = make_anthropic_stream_parser(test::claude());
  std::vector<std::string> chunks;
  for (const std::string& event : {kMessageStart, block_start(0, kText), block_stop(0)}) {
    ASSERT_TRUE(parser->parse_event({"", event}, chunks).ok());
    EXPECT_FALSE(parser->saw_marker());
    EXPECT_FALSE(parser->is_every_choice_finished(1));
  }
  ASSERT_TRUE(parser->parse_event({"", message_delta("end_turn")}, chunks).ok());
  EXPECT_TRUE(parser->is_every_choice_finished(1));
  EXPECT_FALSE(parser->saw_marker());
  ASSERT_TRUE(parser->parse_event({"", kMessageStop}, chunks).ok());
  EXPECT_TRUE(parser->saw_marker());
}

TEST(AnthropicStream, IgnoresWhatComesBehindItsEnd) {
  const Streamed streamed = claude_stream({kMessageStart, kMessageStop, "not json"});
  EXPECT_FALSE(streamed.error);
}

TEST(AnthropicStream, KeepsEventsAndMembersThatNobodyKnows) {
  const Streamed streamed = claude_stream(
      {kMessageStart, R"({"type":"news","a":1})", R"({"type":"news","a":2})",
       message_delta("end_turn", R"("context_management":{"applied_edits":[]})"), kMessageStop});
  EXPECT_FALSE(streamed.error);
  EXPECT_EQ(find_member(streamed.turn.members, "news")->value,
            R"([{"type":"news","a":1},{"type":"news","a":2}])");
  EXPECT_EQ(find_member(streamed.turn.members, "context_management")->value,
            R"({"applied_edits":[]})");
}

TEST(AnthropicStream, KeepsAnEventWithoutATypeWhateverItsLineSays) {
  const auto parser = make_anthropic_stream_parser(test::claude());
  std::vector<std::string> chunks;
  ASSERT_TRUE(parser->parse_event({"a\"\xD3", R"({"x":1})"}, chunks).ok());
  EXPECT_EQ(find_member(parser->take_turn().members, "unnamed_events")->value, R"([{"x":1}])");
}

TEST(AnthropicStream, KnowsAnEventByTheNameOfItsLine) {
  const auto parser = make_anthropic_stream_parser(test::claude());
  std::vector<std::string> chunks;
  ASSERT_TRUE(parser->parse_event({"message_stop", "{}"}, chunks).ok());
  EXPECT_TRUE(parser->saw_marker());
}

TEST(AnthropicStream, EndsWithTheProvidersError) {
  const Streamed streamed =
      claude_stream({kMessageStart, R"({"type":"error","error":{"type":"overloaded_error",)"
                                    R"("message":"Overloaded"}})"});
  ASSERT_TRUE(streamed.error);
  EXPECT_EQ(streamed.error->kind, ErrorKind::kServiceUnavailable);
}

TEST(AnthropicStream, RefusesEventsThatBreakItsPromises) {
  for (const std::string& event :
       {std::string("nothing"), std::string("[]"), std::string(R"({"type":"message_start"})"),
        std::string(R"({"type":"content_block_start","index":0})"),
        std::string(R"({"type":"content_block_start","content_block":{}})"),
        block_delta(0, text("a")), std::string(R"({"type":"content_block_delta","index":7})")}) {
    const Streamed streamed = claude_stream({event});
    ASSERT_TRUE(streamed.error) << event;
    EXPECT_EQ(streamed.error->kind, ErrorKind::kInvalidResponse);
    EXPECT_EQ(streamed.error->provider, "anthropic");
  }
}

TEST(AnthropicStream, RefusesABlockThatStartsTwice) {
  EXPECT_TRUE(claude_stream({kMessageStart, block_start(0, kText), block_start(0, kText)}).error);
}

TEST(AnthropicStream, BoundsHowManyBlocksThereAre) {
  std::vector<std::string> events{kMessageStart};
  for (int i = 0; i < 1100; ++i) {
    events.push_back(block_start(i, kText));
    events.push_back(block_stop(i));
  }
  EXPECT_TRUE(claude_stream(events).error);
}

TEST(AnthropicStream, ClosesBlocksThatWereCutOff) {
  const Streamed streamed = claude_stream(
      {kMessageStart, block_start(0, R"({"type":"server_tool_use","id":"s","input":{}})"),
       block_delta(0, input(R"({\"q\":1})")), block_start(1, kCall), message_delta("max_tokens")});
  EXPECT_EQ(streamed.turn.choices[0].blocks[0].native.at(0).value,
            R"({"type":"server_tool_use","id":"s","input":{"q":1}})");
  EXPECT_EQ(streamed.turn.choices[0].blocks[1].text, "{}");
}

TEST(AnthropicStream, IsReadFromPiecesOfAnySize) {
  const std::vector<std::string> events{
      kMessageStart, block_start(0, kText),     block_delta(0, text("\xC3\xA9")),
      block_stop(0), message_delta("end_turn"), kMessageStop};
  std::string bytes;
  for (const std::string& event : events) {
    bytes += "event: x\ndata: " + event + "  \n\n";
  }
  const auto parser = make_anthropic_stream_parser(test::claude());
  net::SseDecoder decoder;
  std::vector<std::string> chunks;
  for (const char byte : bytes) {
    decoder.feed(std::string_view(&byte, 1));
    while (const auto event = decoder.next()) {
      ASSERT_TRUE(parser->parse_event(*event, chunks).ok());
    }
  }
  parser->finish(chunks);
  EXPECT_TRUE(parser->saw_marker());
  EXPECT_EQ(render_turn(parser->take_turn()), render_turn(claude_stream(events).turn));
}

}  // namespace
}  // namespace llmgate::wire
