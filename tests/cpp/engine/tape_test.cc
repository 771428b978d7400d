#include "engine/tape.h"

#include <gtest/gtest.h>

#include <string>

namespace llmgate::engine {
namespace {

std::string line_of(const std::string& body, const std::string& answer) {
  return R"({"request":{"url":"https://h/v1","body":)" + body +
         R"(},"response":{"status":200,"headers":{},"body":)" + answer + "}}\n";
}

net::HttpRequest request_with(const std::string& body) {
  net::HttpRequest request;
  request.url = "https://h/v1";
  request.body = body;
  return request;
}

std::string payload(Tape& tape, const std::string& body) {
  const auto answer = tape.answer(request_with(body));
  return answer.ok() ? (*answer)->payload : answer.error().message;
}

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Tape, AnswersWhateverTheOrderOfMembers) {
  Tape tape(false);
  ASSERT_EQ(tape.add(line_of(R"({"a":1,"b":2})", "7"), "calls"), std::nullopt);
  EXPECT_EQ(payload(tape, R"({ "b": 2, "a": 1 })"), "7");
}

TEST(Tape, TakesNoStreamForSaidOrUnsaid) {
  Tape tape(true);
  ASSERT_EQ(tape.add(line_of(R"({"stream":false,"a":1})", "7"), "calls"), std::nullopt);
  EXPECT_EQ(payload(tape, R"({"a":1})"), "7");
  EXPECT_EQ(payload(tape, R"({"a":1,"stream":false})"), "7");
  EXPECT_TRUE(mentions(payload(tape, R"({"a":1,"stream":true})"), "$.stream is true"));
}

TEST(Tape, AnswersWhateverTheSecret) {
  Tape tape(false);
  net::HttpRequest request = request_with(R"({"echo":"hunter22"})");
  request.headers = {{"x-api-key", "hunter22"}};
  const std::string line = write_exchange(without_secrets(request), [] {
    RecordedAnswer answer;
    answer.status = 200;
    answer.payload = "7";
    return answer;
  }());
  ASSERT_EQ(tape.add(line, "calls"), std::nullopt);
  request.headers[0].value = "hunter23";
  request.body = R"({"echo":"hunter23"})";
  EXPECT_TRUE(tape.answer(request).ok());
}

TEST(Tape, GivesEqualRequestsTheirAnswersInOrder) {
  Tape tape(false);
  ASSERT_EQ(tape.add(line_of("{}", "1") + line_of("[]", "0") + line_of("{}", "2"), "calls"),
            std::nullopt);
  EXPECT_EQ(tape.unused(), 3U);
  EXPECT_EQ(payload(tape, "{}"), "1");
  EXPECT_EQ(payload(tape, "{}"), "2");
  const std::string message = payload(tape, "{}");
  EXPECT_TRUE(mentions(message, "recorded 2 times")) << message;
  EXPECT_TRUE(mentions(message, "line 3 of 'calls'")) << message;
  EXPECT_TRUE(mentions(message, "repeat=True")) << message;
  EXPECT_EQ(tape.unused(), 1U);
  EXPECT_EQ(tape.size(), 3U);
}

TEST(Tape, RepeatsTheLastAnswerIfAsked) {
  Tape tape(true);
  ASSERT_EQ(tape.add(line_of("{}", "1") + line_of("{}", "2"), "calls"), std::nullopt);
  EXPECT_EQ(payload(tape, "{}"), "1");
  EXPECT_EQ(payload(tape, "{}"), "2");
  EXPECT_EQ(payload(tape, "{}"), "2");
  EXPECT_EQ(tape.unused(), 0U);
}

TEST(Tape, NamesTheNearestRequestAndWhatDiffers) {
  Tape tape(false);
  ASSERT_EQ(tape.add(line_of(R"({"model":"a","seed":1,"n":1})", "1") +
                         line_of(R"({"model":"b","seed":2,"n":1})", "2"),
                     "calls"),
            std::nullopt);
  const std::string message = payload(tape, R"({"model":"b","seed":3,"n":1})");
  EXPECT_TRUE(mentions(message, "POST https://h/v1")) << message;
  EXPECT_TRUE(mentions(message, "line 2 of 'calls'")) << message;
  EXPECT_TRUE(mentions(message, "differs: $.seed is 3, recorded 2")) << message;
}

TEST(Tape, TakesTheMostAlikeTextForTheNearest) {
  Tape tape(false);
  ASSERT_EQ(tape.add(line_of(R"({"text":"Hi"})", "1") + line_of(R"({"text":"How are you?"})", "2"),
                     "calls"),
            std::nullopt);
  EXPECT_TRUE(mentions(payload(tape, R"({"text":"How are you!"})"), "line 2 of"));
}

TEST(Tape, TellsHowMuchMoreDiffers) {
  Tape tape(false);
  ASSERT_EQ(tape.add(line_of("{}", "1"), "calls"), std::nullopt);
  EXPECT_TRUE(mentions(payload(tape, R"({"a":1,"b":1,"c":1,"d":1,"e":1})"), "and 2 more"));
}

TEST(Tape, ReadsOneExchangeOverManyLines) {
  Tape tape(false);
  ASSERT_EQ(tape.add("{\"request\":\n{\"url\":\"https://h/v1\",\"body\":{}},\n"
                     "\"response\":{\"status\":200,\"text\":\"7\"}}",
                     "one.json"),
            std::nullopt);
  EXPECT_EQ(payload(tape, "{}"), "7");
}

TEST(Tape, SaysWhichLineItCannotRead) {
  Tape tape(false);
  const Failure broken = tape.add(line_of("{}", "1") + "\n{\"request\":\n", "calls");
  ASSERT_TRUE(broken.has_value());
  EXPECT_TRUE(mentions(broken->message, "line 3 of 'calls' is no JSON")) << broken->message;
  const Failure foreign = tape.add(line_of("{}", "1") + "{\"a\":1}\n", "calls");
  ASSERT_TRUE(foreign.has_value());
  EXPECT_TRUE(mentions(foreign->message, "line 2 of 'calls' is no recorded exchange"));
}

TEST(Tape, SaysThatNothingWasRecorded) {
  Tape tape(false);
  EXPECT_TRUE(mentions(payload(tape, "{}"), "nothing was recorded"));
}

}  // namespace
}  // namespace llmgate::engine
