#include "wire/classify.h"

#include <gtest/gtest.h>

#include <string>

#include "support/turns.h"

namespace llmgate::wire {
namespace {

using test::issuer;
using test::Json;
using enum ErrorKind;

Error classify(int status, std::string_view body, const net::Headers& headers = {}) {
  return classify_error(status, headers, body, issuer());
}

// {"error": {"message": ..., further members}}
std::string said(const std::string& message, const std::string& members = "") {
  return R"({"error":{"message":")" + message + '"' + (members.empty() ? "" : "," + members) + "}}";
}

struct StatusRow {
  int status;
  ErrorKind kind;
};

class ErrorStatus : public ::testing::TestWithParam<StatusRow> {};

TEST_P(ErrorStatus, DecidesWhereTheBodySaysNothing) {
  EXPECT_EQ(traits_of(classify(GetParam().status, "").kind).name, traits_of(GetParam().kind).name);
  EXPECT_EQ(traits_of(classify(GetParam().status, "<html>x</html>").kind).name,
            traits_of(GetParam().kind).name);
}

INSTANTIATE_TEST_SUITE_P(
    Classify, ErrorStatus,
    ::testing::Values(
        StatusRow{400, kBadRequest}, StatusRow{401, kAuthentication},
        StatusRow{402, kQuotaExceeded}, StatusRow{403, kPermissionDenied},
        StatusRow{404, kNotFound}, StatusRow{405, kBadRequest}, StatusRow{408, kTimeout},
        StatusRow{409, kConflict}, StatusRow{410, kNotFound}, StatusRow{413, kRequestTooLarge},
        StatusRow{415, kBadRequest}, StatusRow{418, kApi}, StatusRow{422, kUnprocessable},
        StatusRow{425, kServiceUnavailable}, StatusRow{429, kRateLimit},
        StatusRow{500, kInternalServer}, StatusRow{501, kInternalServer},
        StatusRow{502, kBadGateway}, StatusRow{503, kServiceUnavailable}, StatusRow{504, kTimeout},
        StatusRow{529, kServiceUnavailable}, StatusRow{599, kInternalServer}, StatusRow{301, kApi}),
    [](const auto& row) { return "Status" + std::to_string(row.param.status); });

TEST(ClassifyError, KeepsTheProvidersOwnWords) {
  const Error error =
      classify(400, R"({"error":{"message":"no","type":"t","param":"p","code":"c"}})");
  EXPECT_EQ(error.message, "no");
  EXPECT_EQ(error.provider_type, "t");
  EXPECT_EQ(error.provider_param, "p");
  EXPECT_EQ(error.provider_code, "c");
  EXPECT_EQ(error.status, 400);
  EXPECT_EQ(error.provider, "test");
  EXPECT_EQ(error.model, "model-1");
}

TEST(ClassifyError, AddsWhatARelaysBackendSaid) {
  EXPECT_EQ(
      classify(400, said("Provider returned error",
                         R"("metadata":{"raw":"{\"error\":{\"message\":\"no such tool\"}}"})"))
          .message,
      "Provider returned error: no such tool");
  EXPECT_EQ(
      classify(502, said("Provider returned error", R"("metadata":{"raw":"upstream"})")).message,
      "Provider returned error: upstream");
}

TEST(ClassifyError, ShowsTheStartOfABodyThatIsNoJson) {
  EXPECT_EQ(classify(502, "<html>Bad Gateway</html>").message, "<html>Bad Gateway</html>");
  EXPECT_EQ(classify(502, std::string(500, 'x')).message.size(), 200U);
}

TEST(ClassifyError, SaysSoWhenThereIsNoBody) {
  EXPECT_EQ(classify(500, "").message, "status 500 without a body");
}

TEST(ClassifyError, TakesTheStatusOfTheBodyWhereTheOwnOneIsGood) {
  EXPECT_EQ(classify(0, said("?", R"("code":502)")).status, 502);
  EXPECT_EQ(classify(200, said("?", R"("code":502)")).status, 502);
  EXPECT_EQ(classify(0, said("?", R"("status_code":400)")).status, 400);
  EXPECT_EQ(classify(0, said("?")).status, 0);
}

TEST(ClassifyError, KeepsTheBodyUpToItsLimit) {
  const std::string body = R"({"error":")" + std::string(5000, 'x') + "\"}";
  EXPECT_EQ(classify(400, body).body, body.substr(0, kMaxErrorBodyBytes));
}

TEST(ClassifyError, KeepsTheMessageUpToTheSameLimit) {
  EXPECT_EQ(classify(400, said(std::string(9000, 'x'))).message.size(), kMaxErrorBodyBytes);
}

TEST(ClassifyError, ShowsABodyThatIsNoText) {
  const std::string body(5000, '\x80');
  EXPECT_EQ(classify(500, body).message.size(), 200U);
  EXPECT_EQ(classify(500, body).body.size(), kMaxErrorBodyBytes);
}

TEST(ClassifyError, SaysWhichTimeRanOut) {
  EXPECT_EQ(classify(504, "").timeout_phase, TimeoutPhase::kTotal);
  EXPECT_EQ(classify(500, "").timeout_phase, TimeoutPhase::kNone);
}

TEST(ClassifyError, ReadsTheWaitFromHeaders) {
  EXPECT_EQ(classify(429, "", {{"retry-after", "7"}}).retry_after, std::chrono::seconds(7));
}

TEST(ClassifyError, ReadsWhetherToRetryFromHeaders) {
  EXPECT_EQ(classify(500, "", {{"x-should-retry", "false"}}).should_retry, false);
  EXPECT_EQ(classify(400, "", {{"x-should-retry", "true"}}).should_retry, true);
  EXPECT_EQ(classify(500, "").should_retry, std::nullopt);
}

TEST(ClassifyError, ReadsGooglesWaitFromTheBodyAlsoInsideAList) {
  const std::string body = said("?", R"("code":429,"details":[{"retryDelay":"48s"}])");
  EXPECT_EQ(classify(429, body).retry_after, std::chrono::seconds(48));
  EXPECT_EQ(classify(429, "[" + body + "]").retry_after, std::chrono::seconds(48));
}

TEST(ClassifyError, FindsTheRequestIdUnderEveryRecordedName) {
  for (const std::string name :
       {"x-request-id", "request-id", "apim-request-id", "x-amzn-requestid", "x-generation-id"}) {
    EXPECT_EQ(classify(400, "", {{"date", "x"}, {name, "id-1"}}).request_id, "id-1") << name;
  }
  EXPECT_EQ(request_id_of({{"date", "x"}}), "");
}

TEST(IsErrorBody, SeesAnErrorUnderAGoodStatus) {
  for (const std::string body : {R"({"error":{"message":"x"}})", R"({"error":"x"})",
                                 R"({"object":"error","message":"x"})", R"([{"error":{}}])"}) {
    EXPECT_TRUE(is_error_body(Json(body).root())) << body;
  }
}

TEST(IsErrorBody, LeavesAnswersAlone) {
  for (const std::string body : {R"({"choices":[],"error":null})",
                                 R"({"object":"chat.completion"})", "[]", "[1]", "3", "null"}) {
    EXPECT_FALSE(is_error_body(Json(body).root())) << body;
  }
}

TEST(InvalidResponse, ShowsTheFirstBytesOfWhatCame) {
  const Error error = invalid_response("no choices", std::string(300, 'x'), issuer());
  EXPECT_EQ(error.kind, kInvalidResponse);
  EXPECT_EQ(error.message, "no choices");
  EXPECT_EQ(error.body, std::string(200, 'x'));
  EXPECT_EQ(error.provider, "test");
  EXPECT_EQ(error.model, "model-1");
}

}  // namespace
}  // namespace llmgate::wire
