#include "wire/openai/stream.h"

#include <gtest/gtest.h>

#include "chat/view.h"
#include "support/turns.h"

namespace llmgate::wire {
namespace {

using test::issuer;
using test::Json;
using test::stream_of;
using test::stream_of_deltas;
using test::Streamed;

std::string event(const std::string& choices) { return R"({"choices":[)" + choices + "]}"; }

// The delta that a caller gets for the last of these.
std::string last_delta(const std::vector<std::string>& deltas) {
  const Streamed streamed = stream_of_deltas(deltas);
  return std::string(
      Json(streamed.chunks.at(streamed.chunks_of_events - 1))["choices"].at(0).find("delta").raw());
}

TEST(StreamParser, HandsOnAChunkOfOpenAisShapeAsItCame) {
  const std::string chunk =
      R"({ "id":"c","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}],)"
      R"("obfuscation":"xy" })";
  EXPECT_EQ(stream_of({chunk}).chunks, std::vector<std::string>{chunk});
}

TEST(StreamParser, HandsOnChunksWhoseChoicesAreEmpty) {
  const std::vector<std::string> events{R"({"choices":[],"prompt_filter_results":[1]})",
                                        R"({"choices":[],"usage":null})"};
  const Streamed streamed = stream_of(events);
  EXPECT_EQ(streamed.chunks, events);
  EXPECT_FALSE(streamed.outcomes[0].progressed);
}

TEST(StreamParser, GivesUsageWithoutChoicesAnEmptyList) {
  EXPECT_EQ(stream_of({R"({"usage":{"total_tokens":1}})"}).chunks,
            std::vector<std::string>{R"({"usage":{"total_tokens":1},"choices":[]})"});
}

TEST(StreamParser, KeepsForTheTurnWhatIsNoChunk) {
  const Streamed streamed = stream_of({R"({"type":"ping"})", R"({"citations":["a"]})"});
  EXPECT_TRUE(streamed.chunks.empty());
  EXPECT_EQ(find_member(streamed.turn.members, "citations")->value, R"(["a"])");
}

TEST(StreamParser, EndsAtItsMarkerAndIgnoresWhatFollows) {
  const Streamed streamed = stream_of({event(R"({"delta":{"content":"a"}})"), "[DONE]", "not json",
                                       event(R"({"delta":{"content":"b"}})")});
  EXPECT_TRUE(streamed.saw_marker);
  EXPECT_FALSE(streamed.error);
  EXPECT_EQ(streamed.chunks.size(), 1U);
  EXPECT_EQ(streamed.turn.choices[0].blocks[0].text, "a");
}

TEST(StreamParser, HasSeenNoMarkerBeforeItCame) {
  EXPECT_FALSE(stream_of({event(R"({"delta":{},"finish_reason":"stop"})")}).saw_marker);
}

TEST(StreamParser, RefusesAnEventThatIsNoJson) {
  const Streamed streamed = stream_of({R"({"choices":[)"});
  ASSERT_TRUE(streamed.error);
  EXPECT_EQ(streamed.error->kind, ErrorKind::kInvalidResponse);
  EXPECT_EQ(streamed.error->message.rfind("a stream event is not JSON", 0), 0U);
}

TEST(StreamParser, RefusesAnEventThatIsNoObject) {
  const Streamed streamed = stream_of({"[]"});
  ASSERT_TRUE(streamed.error);
  EXPECT_EQ(streamed.error->message, "a stream event is no object");
}

TEST(StreamParser, RefusesAnEventThatIsNestedTooDeep) {
  const std::size_t lists = kReplyLimits.max_depth;
  const std::string event =
      R"({"choices":[],"x":)" + std::string(lists, '[') + std::string(lists, ']') + "}";
  const Streamed streamed = stream_of({event});
  ASSERT_TRUE(streamed.error);
  EXPECT_EQ(streamed.error->kind, ErrorKind::kInvalidResponse);
}

TEST(StreamParser, RefusesAnEventThatBreaksTheFormat) {
  const Streamed streamed = stream_of({event(R"({"delta":{"content":7}})")});
  ASSERT_TRUE(streamed.error);
  EXPECT_EQ(streamed.error->kind, ErrorKind::kInvalidResponse);
  EXPECT_EQ(streamed.error->provider, "test");
  EXPECT_EQ(streamed.error->model, "model-1");
}

TEST(StreamParser, SeesAnErrorInAnEventOfThatName) {
  const auto parser = make_openai_stream_parser(issuer());
  std::vector<std::string> chunks;
  const auto outcome = parser->parse_event(
      {"error", R"({"error":{"message":"no","code":"tool_use_failed","status_code":400}})"},
      chunks);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().kind, ErrorKind::kBadRequest);
  EXPECT_EQ(outcome.error().status, 400);
  EXPECT_TRUE(chunks.empty());
}

TEST(StreamParser, SeesAnErrorBesideChoices) {
  const Streamed streamed = stream_of({event(R"({"delta":{"content":"a"}})"),
                                       R"({"choices":[{"delta":{},"finish_reason":"stop"}],
                     "error":{"message":"Provider returned error","code":502}})"});
  ASSERT_TRUE(streamed.error);
  EXPECT_EQ(streamed.error->kind, ErrorKind::kBadGateway);
  EXPECT_EQ(streamed.turn.choices[0].blocks[0].text, "a");
}

TEST(StreamParser, TellsCommitmentByOutcome) {
  const Streamed streamed = stream_of({event(R"({"delta":{"role":"assistant","content":""}})"),
                                       event(R"({"delta":{"content":"a"}})"),
                                       event(R"({"delta":{},"finish_reason":"stop"})")});
  EXPECT_FALSE(streamed.outcomes[0].has_content);
  EXPECT_TRUE(streamed.outcomes[1].has_content);
  EXPECT_FALSE(streamed.outcomes[2].has_content);
  EXPECT_TRUE(streamed.outcomes[2].progressed);
}

// Whether a stream of these events has as many finished choices.
bool is_finished(const std::vector<std::string>& choices, std::int64_t expected) {
  const auto parser = make_openai_stream_parser(issuer());
  std::vector<std::string> chunks;
  for (const std::string& choice : choices) {
    const std::string data = event(choice);
    EXPECT_TRUE(parser->parse_event({"", data}, chunks).ok());
  }
  return parser->is_every_choice_finished(expected);
}

TEST(StreamParser, IsFinishedOnlyWhenEveryExpectedChoiceIs) {
  const std::string zero = R"({"index":0,"delta":{},"finish_reason":"stop"})";
  const std::string one = R"({"index":1,"delta":{},"finish_reason":"length"})";
  const std::string one_open = R"({"index":1,"delta":{"content":"a"}})";
  EXPECT_TRUE(is_finished({zero}, 1));
  EXPECT_FALSE(is_finished({zero}, 2));
  EXPECT_FALSE(is_finished({zero, one_open}, 2));
  EXPECT_TRUE(is_finished({zero, one}, 2));
  EXPECT_FALSE(is_finished({}, 1));
}

TEST(StreamParser, IsNotFinishedByAnEmptyFinish) {
  EXPECT_FALSE(is_finished({R"({"delta":{},"finish_reason":""})"}, 1));
}

TEST(Chunks, ShowReasoningUnderItsCommonName) {
  EXPECT_EQ(last_delta({R"({"reasoning":"Hm"})"}),
            R"({"reasoning":"Hm","reasoning_content":"Hm"})");
  EXPECT_EQ(last_delta({R"({"reasoning_content":"Hm"})"}), R"({"reasoning_content":"Hm"})");
}

TEST(Chunks, ShowReasoningUnderTwoNamesAsItCame) {
  const std::string both = R"({"reasoning":"Hm","reasoning_content":"Hm"})";
  EXPECT_EQ(last_delta({both}), both);
}

TEST(Chunks, TurnContentListsIntoTextsAndGiveTheListAtTheEnd) {
  const std::string list =
      R"([{"type":"thinking","thinking":"Hm"},{"type":"text","text":"4"},{"type":"image"}])";
  EXPECT_EQ(last_delta({R"({"content":)" + list + "}"}),
            R"({"content":"4","reasoning_content":"Hm"})");
  const Json last(stream_of_deltas({R"({"content":)" + list + "}"}).chunks.back());
  const json::Value replay = last["choices"].at(0).find("delta").find("llmgate_replay");
  EXPECT_EQ(replay.find("native").find("content").at(2).raw(), R"({"type":"image"})");
}

TEST(Chunks, OfTheDeepestListCanBeReadAgain) {
  constexpr std::size_t kLevels = 106;  // a delta's content is at the sixth
  const std::string list = std::string(kLevels, '[') + std::string(kLevels, ']');
  const Streamed streamed = stream_of_deltas({R"({"content":)" + list + "}"});
  ASSERT_FALSE(streamed.error);
  const Streamed again = stream_of(streamed.chunks);
  EXPECT_FALSE(again.error);
  EXPECT_EQ(render_turn(again.turn), render_turn(streamed.turn));
}

// The index of the tool call in the last of these deltas, as a caller sees it.
std::optional<std::int64_t> last_index(const std::vector<std::string>& deltas) {
  const Json delta(last_delta(deltas));
  return delta["tool_calls"].at(0).find("index").as_int();
}

TEST(Chunks, NumberToolCallsThatComeWithoutAnIndex) {
  const std::string first = R"({"tool_calls":[{"id":"a","function":{"name":"f"}}]})";
  const std::string second = R"({"tool_calls":[{"id":"b","function":{"name":"f"}}]})";
  EXPECT_EQ(last_index({first}), 0);
  EXPECT_EQ(last_index({first, second}), 1);
}

TEST(Chunks, NumberToolCallsThatAreAllMinusOne) {
  const std::string first = R"({"tool_calls":[{"index":-1,"id":"a","function":{"name":"f"}}]})";
  const std::string second = R"({"tool_calls":[{"index":-1,"id":"b","function":{"name":"f"}}]})";
  EXPECT_EQ(last_index({first, second}), 1);
}

TEST(Chunks, NumberToolCallsThatAreAllZeroAndTheirFollowers) {
  const std::string first = R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f"}}]})";
  const std::string second = R"({"tool_calls":[{"index":0,"id":"b","function":{"name":"f"}}]})";
  const std::string follower = R"({"tool_calls":[{"index":0,"function":{"arguments":"1"}}]})";
  EXPECT_EQ(last_index({first, second}), 1);
  EXPECT_EQ(last_index({first, second, follower}), 1);
}

TEST(Chunks, NumberToolCallsThatShareOneChunk) {
  const Json delta(last_delta({R"({"tool_calls":[{"id":"a","function":{"name":"f"}},
                                                 {"id":"b","function":{"name":"g"}}]})"}));
  EXPECT_EQ(delta["tool_calls"].at(0).find("index").as_int(), 0);
  EXPECT_EQ(delta["tool_calls"].at(1).find("index").as_int(), 1);
}

TEST(Chunks, NumberToolCallsThatHaveNeitherIndexNorId) {
  const Json delta(last_delta({R"({"tool_calls":[{"function":{"name":"f","arguments":"1"}}]})",
                               R"({"tool_calls":[{"function":{"name":"f","arguments":"2"}},
                                                 {"function":{"name":"g","arguments":"3"}}]})"}));
  EXPECT_EQ(delta["tool_calls"].at(0).find("index").as_int(), 1);
  EXPECT_EQ(delta["tool_calls"].at(1).find("index").as_int(), 2);
}

TEST(Chunks, NumberToolCallsOfSeveralChoices) {
  const Json chunk(stream_of({event(R"({"index":0,"delta":{"tool_calls":[{"id":"a"},{"id":"b"}]}},
                                       {"index":1,"delta":{"tool_calls":[{"id":"c"}]}})")})
                       .chunks.front());
  EXPECT_EQ(chunk["choices"].at(0).find("delta").find("tool_calls").at(1).find("index").as_int(),
            1);
  EXPECT_EQ(chunk["choices"].at(1).find("delta").find("tool_calls").at(0).find("index").as_int(),
            0);
}

TEST(Chunks, NumberToolCallsThatShareOneChunkAndTheNumberZero) {
  const Json delta(last_delta({R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f"}},
                                                 {"index":0,"id":"b","function":{"name":"g"}}]})"}));
  EXPECT_EQ(delta["tool_calls"].at(0).find("index").as_int(), 0);
  EXPECT_EQ(delta["tool_calls"].at(1).find("index").as_int(), 1);
}

TEST(Chunks, CarryIdsThatAreNumbersAsTexts) {
  const Streamed streamed = stream_of({R"({"id":123,"choices":[{"index":0,"delta":{"tool_calls":[
      {"index":0,"id":45,"function":{"name":"f","arguments":"{}"}}]}}]})"});
  const Json chunk(streamed.chunks.front());
  EXPECT_TRUE(chunk["id"].says("123"));
  EXPECT_TRUE(chunk["choices"].at(0).find("delta").find("tool_calls").at(0).find("id").says("45"));
  EXPECT_EQ(streamed.turn.id, "123");
}

TEST(Chunks, CarryTheMessageOfAChoiceWithoutADelta) {
  EXPECT_EQ(stream_of({R"({"choices":[{"index":0,"message":{"content":"a"}}]})"}).chunks.front(),
            R"({"choices":[{"index":0,"delta":{"content":"a"}}]})");
}

TEST(Chunks, CarryAnIndexWhereTheChoiceHadNone) {
  EXPECT_EQ(stream_of({event(R"({"delta":{"content":"a"}},{"index":null,"delta":{}})")}).chunks[0],
            event(R"({"index":0,"delta":{"content":"a"}},{"index":1,"delta":{}})"));
}

TEST(Chunks, CarryTheLastOfEachMemberThatRepeats) {
  EXPECT_EQ(last_delta({R"({"tool_calls":[{"id":"a","function":{"name":"f"}}],
                            "tool_calls":[{"id":"b","function":{"name":"g"}}]})"}),
            R"({"tool_calls":[{"index":0,"id":"b","function":{"name":"g"}}]})");
}

TEST(Chunks, HaveADeltaWhereTheChoiceHadNone) {
  EXPECT_EQ(stream_of({R"({"choices":[{"index":0,"content_filter_results":{}}]})"}).chunks.front(),
            R"({"choices":[{"index":0,"content_filter_results":{},"delta":{}}]})");
}

TEST(Chunks, MapAWordForTheFinishAndKeepTheNativeOne) {
  EXPECT_EQ(stream_of({event(R"({"index":0,"delta":{},"finish_reason":"eos"})")}).chunks.front(),
            event(R"({"index":0,"delta":{},"finish_reason":"stop","native_finish_reason":"eos"})"));
}

TEST(Chunks, NeverTurnAnUnknownFinishIntoStop) {
  const std::string chunk = event(R"({"index":0,"delta":{},"finish_reason":"MALFORMED"})");
  EXPECT_EQ(stream_of({chunk}).chunks.front(), chunk);
}

TEST(Chunks, HaveANullFinishForAnEmptyOne) {
  EXPECT_EQ(stream_of({event(R"({"index":0,"delta":{},"finish_reason":""})")}).chunks.front(),
            event(R"({"index":0,"delta":{},"finish_reason":null})"));
}

TEST(Chunks, FinishAChoiceOnce) {
  const std::string finish = event(R"({"index":0,"delta":{},"finish_reason":"stop"})");
  const Streamed streamed = stream_of({finish, finish});
  EXPECT_EQ(streamed.chunks[0], finish);
  EXPECT_EQ(streamed.chunks[1], event(R"({"index":0,"delta":{},"finish_reason":null})"));
}

TEST(Chunks, CarryUsageInOpenAisShape) {
  constexpr Dialect kOutside{.provider = "xai", .reasoning_outside_completion = true};
  const std::string chunk =
      R"({"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":112}})";
  EXPECT_EQ(stream_of({chunk}).chunks.front(), chunk);
  const Json rewritten(stream_of({chunk}, kOutside).chunks.front());
  EXPECT_EQ(rewritten["usage"].find("completion_tokens").as_int(), 102);
}

TEST(Chunks, KeepEveryMemberWhenTheyAreRewritten) {
  const Json chunk(stream_of({R"({"id":"c","x":1,"choices":[{"index":0,"y":2,"delta":
                     {"reasoning":"a","z":3},"finish_reason":null}]})"})
                       .chunks.front());
  EXPECT_EQ(chunk["x"].raw(), "1");
  EXPECT_EQ(chunk["choices"].at(0).find("y").raw(), "2");
  EXPECT_EQ(chunk["choices"].at(0).find("delta").find("z").raw(), "3");
}

}  // namespace
}  // namespace llmgate::wire
