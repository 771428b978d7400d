#include "chat/request.h"

#include <gtest/gtest.h>

#include <utility>

#include "support/turns.h"

namespace llmgate::chat {
namespace {

using test::request_of;

constexpr const char* kMessages = R"("messages":[{"role":"user","content":"hi"}])";

std::string with(const std::string& members) {
  return "{" + std::string(kMessages) + "," + members + "}";
}

TEST(ChatRequest, KeepsTheBytesAsTheyCame) {
  const std::string body = "{ " + std::string(kMessages) + " , \"seed\":1E2 }";
  EXPECT_EQ(request_of(body).body(), body);
}

TEST(ChatRequest, NamesItsFieldsInTheirOrder) {
  EXPECT_EQ(request_of(with(R"("model":"m","st\u006fp":"x")")).field_names(),
            (std::vector<std::string>{"messages", "model", "stop"}));
}

TEST(ChatRequest, IsAStreamOnlyWhenItSaysTrue) {
  EXPECT_TRUE(request_of(with(R"("stream":true)")).is_stream());
  EXPECT_FALSE(request_of(with(R"("stream":false)")).is_stream());
  EXPECT_FALSE(request_of(with(R"("stream":null)")).is_stream());
  EXPECT_FALSE(request_of(with(R"("seed":1)")).is_stream());
}

TEST(ChatRequest, StaysReadableAfterAMove) {
  ChatRequest first = request_of(with(R"("seed":7)"));
  const ChatRequest second = std::move(first);
  EXPECT_EQ(second.root().find("seed").as_int(), 7);
}

TEST(ChatRequest, KeepsShortBytesWhereTheyWereWhenItMoves) {
  ChatRequest first = request_of(R"({"messages":[{"role":"user","content":""}]})");
  const char* before = first.body().data();
  const ChatRequest second = std::move(first);
  EXPECT_EQ(second.body().data(), before);
}

TEST(ChatRequest, RefusesWhatIsNoJsonWithItsPlace) {
  const auto request = ChatRequest::read("{\"messages\":[}");
  ASSERT_FALSE(request.ok());
  EXPECT_EQ(request.error().kind, ErrorKind::kBadRequest);
  EXPECT_EQ(request.error().json_path, "$");
  EXPECT_NE(request.error().message.find("at byte 13"), std::string::npos)
      << request.error().message;
}

TEST(ChatRequest, RefusesWhatTheChecksRefuse) {
  const auto request = ChatRequest::read(with(R"("temperature":"hot")"));
  ASSERT_FALSE(request.ok());
  EXPECT_EQ(request.error().json_path, "$.temperature");
}

}  // namespace
}  // namespace llmgate::chat
