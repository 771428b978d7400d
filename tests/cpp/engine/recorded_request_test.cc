#include <gtest/gtest.h>

#include <string>

#include "engine/recorded_exchange.h"

namespace llmgate::engine {
namespace {

net::HttpRequest request_to(const std::string& url, net::Headers headers = {},
                            const std::string& body = "{}") {
  net::HttpRequest request;
  request.url = url;
  request.headers = std::move(headers);
  request.body = body;
  return request;
}

std::string value_of(const RecordedRequest& request, std::string_view name) {
  return std::string(net::find_header(request.headers, name).value_or("(missing)"));
}

TEST(WithoutSecrets, KeepsTheValuesOfHarmlessHeadersOnly) {
  const RecordedRequest recorded =
      without_secrets(request_to("https://h/v1", {{"X-Session", "abc"},
                                                  {"Authorization", "Bearer sk-key"},
                                                  {"Content-Type", "application/json"},
                                                  {"anthropic-version", "2023-06-01"}}));
  EXPECT_EQ(value_of(recorded, "authorization"), "REDACTED");
  EXPECT_EQ(value_of(recorded, "x-session"), "REDACTED");
  EXPECT_EQ(value_of(recorded, "content-type"), "application/json");
  EXPECT_EQ(value_of(recorded, "anthropic-version"), "2023-06-01");
  EXPECT_EQ(recorded.headers.front().name, "anthropic-version");
  EXPECT_EQ(recorded.headers.back().name, "x-session");
}

TEST(WithoutSecrets, DropsCookies) {
  const RecordedRequest recorded = without_secrets(request_to(
      "https://h/v1", {{"Cookie", "session=0123456789"}}, R"({"said":"session=0123456789"})"));
  EXPECT_TRUE(recorded.headers.empty());
  EXPECT_EQ(recorded.body, R"({"said":"***"})");
}

TEST(WithoutSecrets, HidesWhatTheUrlMayTell) {
  const auto url = [](const char* text) { return without_secrets(request_to(text)).url; };
  EXPECT_EQ(url("https://h/v1?key=AIzaX&alt=sse"), "https://h/v1?key=REDACTED&alt=sse");
  EXPECT_EQ(url("https://h/v1?api-version=2024-10-21"), "https://h/v1?api-version=2024-10-21");
  EXPECT_EQ(url("https://user:pw@h:8443/v1"), "https://h:8443/v1");
  EXPECT_EQ(url("https://h/v1/a@b"), "https://h/v1/a@b");
  EXPECT_EQ(url("https://h/v1?flag"), "https://h/v1?flag");
}

TEST(WithoutSecrets, HidesKeysInTheBody) {
  const RecordedRequest recorded = without_secrets(
      request_to("https://h/?key=in-the-url", {{"x-api-key", "my-own-key"}},
                 R"(["my-own-key", "in-the-url", "sk-abcdefghijklmnopqrstuvwxyz", "a word"])"));
  EXPECT_EQ(recorded.body, R"(["***", "***", "***", "a word"])");
}

}  // namespace
}  // namespace llmgate::engine
