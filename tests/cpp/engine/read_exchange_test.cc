#include <gtest/gtest.h>

#include <numeric>
#include <string>

#include "engine/recorded_exchange.h"
#include "json/document.h"

namespace llmgate::engine {
namespace {

const std::string kRequest = R"({"url":"https://h/v1","body":{"a":1}})";

Result<std::optional<RecordedExchange>> read(const std::string& line) {
  json::Document document;
  EXPECT_FALSE(document.read(line)) << line;
  return read_exchange(document.root());
}

RecordedAnswer answer_of(const std::string& response, const std::string& more = "") {
  auto exchange = read(R"({"request":)" + kRequest + R"(,"response":)" + response + more + "}");
  EXPECT_TRUE(exchange.ok() && exchange->has_value());
  return exchange.ok() && *exchange ? std::move((*exchange)->answer) : RecordedAnswer();
}

std::string refusal(const std::string& line) {
  const auto exchange = read(line);
  return exchange.ok() ? "" : exchange.error().message;
}

TEST(ReadExchange, ReadsWhatIsWritten) {
  net::HttpRequest request;
  request.url = "https://h/v1?alt=sse";
  request.headers = {{"content-type", "application/json"}};
  request.body = R"({"a":[1,2]})";
  for (const char* type : {"application/json", "text/event-stream", "text/plain", "x/y"}) {
    for (const std::string& payload :
         {std::string("{}"), std::string("data: 1\n\ndata: 2\n\n"), std::string("\xff\x00", 2)}) {
      if (payload[0] == '\xff' && std::string(type) == "text/event-stream") {
        continue;  // a stream of events is text
      }
      RecordedAnswer answer;
      answer.status = 503;
      answer.headers = {{"content-type", type}, {"retry-after", "7"}};
      answer.payload = payload;
      answer.end.framed = true;
      const auto exchange = read(write_exchange(without_secrets(request), answer));
      ASSERT_TRUE(exchange.ok() && exchange->has_value());
      EXPECT_EQ((*exchange)->request.method, "POST");
      EXPECT_EQ((*exchange)->request.url, request.url);
      EXPECT_EQ((*exchange)->request.body, request.body);
      EXPECT_EQ((*exchange)->answer.status, 503);
      EXPECT_EQ((*exchange)->answer.payload, payload);
      EXPECT_EQ(net::find_header((*exchange)->answer.headers, "retry-after"), "7");
      EXPECT_TRUE((*exchange)->answer.end.framed);
    }
  }
}

TEST(ReadExchange, ReadsAFailure) {
  const RecordedAnswer refused =
      answer_of("null", R"(,"failure":{"kind":"connect","detail":"refused","request_sent":false})");
  EXPECT_EQ(refused.status, 0);
  EXPECT_EQ(refused.end.failure, net::TransferFailure::kConnect);
  EXPECT_EQ(refused.end.detail, "refused");
  EXPECT_FALSE(refused.end.request_sent);
}

TEST(ReadExchange, GivesAStreamOutEventByEvent) {
  const RecordedAnswer answer =
      answer_of(R"({"status":200,"headers":{},"sse":"data: 1\n\ndata: 2\r\n\r\ndata: 3"})");
  EXPECT_EQ(answer.pieces, (std::vector<std::size_t>{9, 11, 7}));
  EXPECT_EQ(net::find_header(answer.headers, "content-type"), "text/event-stream");
}

TEST(ReadExchange, GivesAStreamOutAsTheNetworkDid) {
  const RecordedAnswer answer = answer_of(
      R"({"status":200,"headers":{},"sse":"data: 1\n\ndata: 2\n\n","chunk_lengths":[4,1,999]})");
  EXPECT_EQ(answer.pieces, (std::vector<std::size_t>{4, 1, 13}));
}

TEST(ReadExchange, FramesBareChunksAsTheirDialectDoes) {
  const std::string chunks = R"({"status":200,"chunks":["{\"type\":\"ping\"}"]})";
  EXPECT_EQ(answer_of(chunks, R"(,"api":"openai.chat")").payload,
            "data: {\"type\":\"ping\"}\n\ndata: [DONE]\n\n");
  EXPECT_EQ(answer_of(chunks, R"(,"api":"anthropic.messages")").payload,
            "event: ping\ndata: {\"type\":\"ping\"}\n\n");
  EXPECT_EQ(answer_of(chunks, R"(,"api":"gemini.streamGenerateContent")").payload,
            "data: {\"type\":\"ping\"}\r\n\r\n");
}

TEST(ReadExchange, LeavesOutHeadersOfTheConnection) {
  const RecordedAnswer answer = answer_of(
      R"({"status":200,"headers":{"content-encoding":"gzip","x-request-id":"r"},"body":{}})");
  EXPECT_FALSE(net::find_header(answer.headers, "content-encoding").has_value());
  EXPECT_EQ(net::find_header(answer.headers, "x-request-id"), "r");
}

TEST(ReadExchange, PassesOverAnAnswerWithoutItsRequest) {
  const auto exchange = read(R"({"request":null,"response":{"status":null,"body":{}}})");
  ASSERT_TRUE(exchange.ok());
  EXPECT_FALSE(exchange->has_value());
}

TEST(ReadExchange, SaysWhichMemberIsWrong) {
  EXPECT_NE(refusal("[]").find("$.request is missing"), std::string::npos);
  EXPECT_NE(refusal(R"({"request":{"url":7},"response":{}})").find("$.request.url is number"),
            std::string::npos);
  EXPECT_NE(refusal(R"({"request":)" + kRequest + R"(,"response":{"status":7}})")
                .find("$.response.status"),
            std::string::npos);
  EXPECT_NE(refusal(R"({"request":)" + kRequest + R"(,"response":null})").find("failure"),
            std::string::npos);
  EXPECT_NE(refusal(R"({"request":)" + kRequest + R"(,"response":{"status":200,"body_b64":"*"}})")
                .find("base64"),
            std::string::npos);
}

}  // namespace
}  // namespace llmgate::engine
