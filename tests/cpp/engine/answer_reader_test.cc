#include "engine/answer_reader.h"

#include <gtest/gtest.h>

#include "providers/provider.h"
#include "support/call_fixture.h"

namespace llmgate::engine {
namespace {

Result<chat::Turn> end_of(AnswerReader& answer, const net::TransferEnd& end,
                          std::vector<std::string>& chunks) {
  chat::Turn turn;
  Failure failure = answer.finish(end, chunks, turn);
  return failure ? Result<chat::Turn>(std::move(*failure)) : Result<chat::Turn>(std::move(turn));
}

class AnswerReaderTest : public testing::Test {
 protected:
  static AnswerReader reader(bool is_stream, bool keeps_raw = false) {
    static const wire::Dialect dialect{.provider = "openai"};
    return {wire::openai_chat_format(), {&dialect, "m"}, {is_stream, keeps_raw, 1}, scratch()};
  }

  static json::Document& scratch() {
    static json::Document document;
    return document;
  }

  static net::TransferEnd good_end(bool framed = true) {
    net::TransferEnd end;
    end.framed = framed;
    return end;
  }

  std::vector<std::string> chunks_;
};

TEST_F(AnswerReaderTest, SniffsAStreamWithoutAContentType) {
  AnswerReader answer = reader(true);
  answer.on_head({200, {}});
  ASSERT_TRUE(answer.on_body(" \n" + test::stream_event(R"({"content":"Hi"})"), chunks_).ok());
  EXPECT_EQ(chunks_.size(), 1U);
}

TEST_F(AnswerReaderTest, TakesAStatusBeforeABodyThatWasCut) {
  AnswerReader answer = reader(true);
  answer.on_head({429, {{"content-type", "text/event-stream"}}});
  ASSERT_TRUE(answer.on_body(R"({"error":{"message":"slow)", chunks_).ok());
  net::TransferEnd cut;
  cut.failure = net::TransferFailure::kReset;
  const auto turn = end_of(answer, cut, chunks_);
  ASSERT_FALSE(turn.ok());
  EXPECT_EQ(turn.error().kind, ErrorKind::kRateLimit);
}

TEST_F(AnswerReaderTest, TakesAnUnframedHalfBodyForALostConnection) {
  AnswerReader answer = reader(false);
  answer.on_head({200, {}});
  ASSERT_TRUE(answer.on_body(R"({"choices":[)", chunks_).ok());
  EXPECT_EQ(end_of(answer, good_end(false), chunks_).error().kind, ErrorKind::kConnectionLost);
}

TEST_F(AnswerReaderTest, TakesAFramedHalfBodyForAnInvalidAnswer) {
  AnswerReader answer = reader(false);
  answer.on_head({200, {}});
  ASSERT_TRUE(answer.on_body(R"({"choices":[)", chunks_).ok());
  EXPECT_EQ(end_of(answer, good_end(), chunks_).error().kind, ErrorKind::kInvalidResponse);
}

TEST_F(AnswerReaderTest, RefusesHtmlUnderAGoodStatus) {
  AnswerReader answer = reader(true);
  answer.on_head({200, {{"content-type", "text/html"}}});
  ASSERT_TRUE(answer.on_body("<html>log in</html>", chunks_).ok());
  const auto turn = end_of(answer, good_end(), chunks_);
  EXPECT_EQ(turn.error().kind, ErrorKind::kInvalidResponse);
  EXPECT_NE(turn.error().body.find("log in"), std::string::npos);
}

TEST_F(AnswerReaderTest, RefusesAStreamEventThatIsNotJson) {
  AnswerReader answer = reader(true);
  answer.on_head({200, {{"content-type", "text/event-stream"}}});
  EXPECT_EQ(answer.on_body("data: {oops\n\n", chunks_).error().kind, ErrorKind::kInvalidResponse);
}

TEST_F(AnswerReaderTest, RefusesAStreamWithoutChoices) {
  AnswerReader answer = reader(true);
  answer.on_head({200, {{"content-type", "text/event-stream"}}});
  ASSERT_TRUE(answer.on_body("data: [DONE]\n\n", chunks_).ok());
  EXPECT_EQ(end_of(answer, good_end(), chunks_).error().kind, ErrorKind::kInvalidResponse);
}

// The finish is there, and no marker; `framed` as the transfer ended.
Result<chat::Turn> finished_without_marker(bool is_markerless, bool framed) {
  const wire::Dialect dialect{.provider = "p", .markerless = is_markerless};
  json::Document scratch;
  AnswerReader answer(wire::openai_chat_format(), {&dialect, "m"}, {true, false, 1}, scratch);
  answer.on_head({200, {{"content-type", "text/event-stream"}}});
  std::vector<std::string> chunks;
  const std::string finish = R"(data: {"choices":[{"index":0,"delta":{"content":"a"},)"
                             R"("finish_reason":"stop"}]})";
  EXPECT_TRUE(answer.on_body(finish + "\n\n", chunks).ok());
  net::TransferEnd end;
  end.framed = framed;
  return end_of(answer, end, chunks);
}

TEST(MarkerlessStream, TakesAFinishForTheEndAndNotesTheMissingMarker) {
  const auto turn = finished_without_marker(false, false);
  ASSERT_TRUE(turn.ok());
  EXPECT_TRUE(turn->missing_marker);
}

TEST(MarkerlessStream, TakesTheFramingForTheEndWhereNoMarkerIsPromised) {
  const auto turn = finished_without_marker(true, true);
  ASSERT_TRUE(turn.ok());
  EXPECT_FALSE(turn->missing_marker);
  EXPECT_EQ(finished_without_marker(true, false).error().kind, ErrorKind::kStreamInterrupted);
}

TEST_F(AnswerReaderTest, KeepsTheBytesOfAStreamOnlyWhenAsked) {
  for (const bool keeps_raw : {false, true}) {
    AnswerReader answer = reader(true, keeps_raw);
    answer.on_head({200, {{"content-type", "text/event-stream"}}});
    ASSERT_TRUE(answer.on_body("data: [DONE]\n\n", chunks_).ok());
    EXPECT_EQ(answer.take_raw().empty(), !keeps_raw);
  }
}

TEST_F(AnswerReaderTest, ReadsAnEventWhoseBlankLineIsMissing) {
  AnswerReader answer = reader(true);
  answer.on_head({200, {{"content-type", "text/event-stream"}}});
  ASSERT_TRUE(answer.on_body(test::stream_event(R"({"content":"Hi"})", R"("stop")"), chunks_).ok());
  ASSERT_TRUE(answer.on_body("data: [DONE]\n", chunks_).ok());
  const auto turn = end_of(answer, good_end(), chunks_);
  ASSERT_TRUE(turn.ok());
  EXPECT_FALSE(turn->missing_marker);
}

}  // namespace
}  // namespace llmgate::engine
