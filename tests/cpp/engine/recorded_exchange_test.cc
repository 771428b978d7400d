#include "engine/recorded_exchange.h"

#include <gtest/gtest.h>

#include <string>

namespace llmgate::engine {
namespace {

RecordedRequest request_with(const std::string& body) {
  RecordedRequest request;
  request.method = "POST";
  request.url = "https://h/v1";
  request.headers = {{"content-type", "application/json"}};
  request.body = body;
  request.secrets = {"hunter22"};
  return request;
}

RecordedAnswer answer_with(const std::string& type, const std::string& payload) {
  RecordedAnswer answer;
  answer.status = 200;
  answer.headers = {{"content-type", type}};
  answer.payload = payload;
  answer.end.framed = true;
  return answer;
}

TEST(WriteExchange, HasItsMembersInOneOrderOnOneLine) {
  EXPECT_EQ(write_exchange(request_with("{\n  \"b\": 1.0,\n  \"a\": [ 1, {} ]\n}"),
                           answer_with("application/json", "{ \"x\" : \"y z\" }")),
            R"({"request":{"method":"POST","url":"https://h/v1",)"
            R"("headers":{"content-type":"application/json"},"body":{"b":1.0,"a":[1,{}]}},)"
            R"("response":{"status":200,"headers":{"content-type":"application/json"},)"
            R"("body":{"x":"y z"}}})");
}

TEST(WriteExchange, KeepsAStreamByteByByte) {
  const std::string line = write_exchange(
      request_with("{}"), answer_with("text/event-stream; charset=utf-8", "data: {}\r\n\r\n"));
  EXPECT_NE(line.find(R"("sse":"data: {}\r\n\r\n")"), std::string::npos) << line;
  EXPECT_EQ(line.find('\n'), std::string::npos);
}

TEST(WriteExchange, KeepsWhatIsNoJson) {
  const auto payload = [](const std::string& type, const std::string& bytes) {
    return write_exchange(request_with("{}"), answer_with(type, bytes));
  };
  EXPECT_NE(payload("text/html", "<p>").find(R"("text":"<p>")"), std::string::npos);
  EXPECT_NE(payload("x/y", "\xff\xfe\xfd").find(R"("body_b64":"//79")"), std::string::npos);
  EXPECT_NE(payload("application/x-ndjson", "{}\n").find(R"("ndjson":"{}\n")"), std::string::npos);
  EXPECT_NE(payload("application/vnd.amazon.eventstream", "foo").find(R"(b64":"Zm9v")"),
            std::string::npos);
}

TEST(WriteExchange, KeepsHeadersThatReadersAskForOnly) {
  RecordedAnswer answer = answer_with("application/json", "{}");
  answer.headers.push_back({"set-cookie", "secret=1"});
  answer.headers.push_back({"date", "Sun, 22 Nov 2026 01:00:00 GMT"});
  answer.headers.push_back({"x-request-id", "req_1"});
  answer.headers.push_back({"x-ratelimit-remaining-requests", "7"});
  const std::string without = write_exchange(request_with("{}"), answer);
  EXPECT_EQ(without.find("cookie"), std::string::npos);
  EXPECT_EQ(without.find("date"), std::string::npos);
  EXPECT_NE(without.find("req_1"), std::string::npos);
  EXPECT_NE(without.find("remaining"), std::string::npos);
  answer.headers.push_back({"retry-after", "Sun, 22 Nov 2026 01:00:07 GMT"});
  EXPECT_NE(write_exchange(request_with("{}"), answer).find("\"date\""), std::string::npos);
}

TEST(WriteExchange, HidesTheRequestsSecretsInTheAnswer) {
  RecordedAnswer answer = answer_with("application/json", R"({"error":"no such key hunter22"})");
  answer.headers.push_back({"x-request-id", "hunter22"});
  answer.end.failure = net::TransferFailure::kReset;
  answer.end.detail = "hunter22";
  EXPECT_EQ(write_exchange(request_with("{}"), answer).find("hunter22"), std::string::npos);
}

TEST(WriteExchange, TellsAFailureAndWhetherTheEndWasFramed) {
  RecordedAnswer refused;
  refused.end.failure = net::TransferFailure::kConnect;
  refused.end.detail = "refused";
  EXPECT_NE(write_exchange(request_with("{}"), refused)
                .find(R"("response":null,"failure":{"kind":"connect","detail":"refused",)"
                      R"("request_sent":false}})"),
            std::string::npos);
  RecordedAnswer unframed = answer_with("application/json", "{}");
  unframed.end.framed = false;
  EXPECT_NE(write_exchange(request_with("{}"), unframed).find(R"("framed":false)"),
            std::string::npos);
}

}  // namespace
}  // namespace llmgate::engine
