#include "engine/render_request.h"

#include <gtest/gtest.h>

#include "support/call_fixture.h"

namespace llmgate::engine {
namespace {

wire::Issuer issuer_of(const CallSpec& spec) {
  return {&spec.target.provider->dialect, spec.target.model};
}

AttemptInput input_of(const CallSpec& spec) {
  return {spec.request, spec.target, spec.timeouts.connect, spec.is_strict};
}

class RenderRequestTest : public test::CallFixture {
 protected:
  chat::Dispositions dispositions_;
};

TEST_F(RenderRequestTest, SaysWhereToAndWithWhat) {
  CallSpec plain = spec(false);
  plain.target.proxy = "http://proxy:1";
  plain.target.ca_file = "/ca.pem";
  plain.timeouts.connect = std::chrono::milliseconds(7);
  const auto request = render_request(input_of(plain), issuer_of(plain), dispositions_);
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->method, "POST");
  EXPECT_EQ(request->url, "http://127.0.0.1:1/v1/chat/completions");
  EXPECT_EQ(request->body, plain.request.body());
  EXPECT_EQ(net::find_header(request->headers, "authorization"), "Bearer sk-secret-secret");
  EXPECT_EQ(request->proxy, "http://proxy:1");
  EXPECT_EQ(request->ca_file, "/ca.pem");
  EXPECT_EQ(request->connect_timeout, std::chrono::milliseconds(7));
}

TEST_F(RenderRequestTest, LetsAStreamBeLonger) {
  const CallSpec short_call = spec(false);
  const CallSpec long_call = spec(true);
  const auto plain = render_request(input_of(short_call), issuer_of(short_call), dispositions_);
  const auto stream = render_request(input_of(long_call), issuer_of(long_call), dispositions_);
  ASSERT_TRUE(plain.ok() && stream.ok());
  EXPECT_GT(stream->limits.max_body_bytes, plain->limits.max_body_bytes);
  EXPECT_EQ(net::find_header(stream->headers, "accept"), "text/event-stream");
}

TEST_F(RenderRequestTest, EndsTheUrlWithTheTargetsQuery) {
  CallSpec plain = spec(false);
  plain.target.query = "api-version=1";
  const auto request = render_request(input_of(plain), issuer_of(plain), dispositions_);
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->url, "http://127.0.0.1:1/v1/chat/completions?api-version=1");
}

TEST_F(RenderRequestTest, BeginsWithWhatBecameOfTheTargetsArguments) {
  CallSpec lossy = spec(false, R"(,"top_k":5)");
  lossy.target.notes = {{chat::Action::kDropped, "$.api_version", "", "no place"}};
  ASSERT_TRUE(render_request(input_of(lossy), issuer_of(lossy), dispositions_).ok());
  ASSERT_EQ(dispositions_.size(), 2U);
  EXPECT_EQ(dispositions_[0].path, "$.api_version");
  EXPECT_EQ(dispositions_[1].path, "$.top_k");
  lossy.is_strict = true;
  EXPECT_EQ(render_request(input_of(lossy), issuer_of(lossy), dispositions_).error().json_path,
            "$.api_version");
}

TEST_F(RenderRequestTest, RefusesALossWhenStrict) {
  CallSpec lossy = spec(false, R"(,"top_k":5)");
  ASSERT_TRUE(render_request(input_of(lossy), issuer_of(lossy), dispositions_).ok());
  ASSERT_EQ(dispositions_.size(), 1U);
  lossy.is_strict = true;
  const auto refused = render_request(input_of(lossy), issuer_of(lossy), dispositions_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnsupportedParams);
  EXPECT_EQ(refused.error().json_path, "$.top_k");
}

}  // namespace
}  // namespace llmgate::engine
