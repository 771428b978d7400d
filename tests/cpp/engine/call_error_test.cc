#include "engine/call_error.h"

#include <gtest/gtest.h>

#include <string>

#include "support/call_fixture.h"

namespace llmgate::engine {
namespace {

class CallErrorTest : public test::CallFixture {
 protected:
  CallErrorTest() {
    spec_.target.extra_headers = {{"X-Api-Key", "other-secret"}, {"X-Team", "blue"}};
  }

  Error complete(Error error) {
    complete_error(error, spec_.target, head_, route_.back());
    return error;
  }

  CallSpec spec_ = spec(false);
  net::ResponseHead head_;
  std::vector<Attempt> route_{Attempt{}};
};

TEST_F(CallErrorTest, SaysWhoAnswered) {
  route_.back().status = 503;
  route_.back().request_id = "req_1";
  const Error error = complete(Error{});
  EXPECT_EQ(error.provider, "openai");
  EXPECT_EQ(error.model, "m");
  EXPECT_EQ(error.status, 503);
  EXPECT_EQ(error.request_id, "req_1");
}

TEST_F(CallErrorTest, KeepsWhatTheErrorKnowsBetter) {
  route_.back().status = 200;
  route_.back().request_id = "of the head";
  Error given;
  given.request_id = "of the body";
  const Error error = complete(std::move(given));
  EXPECT_EQ(error.status, 0);  // a failure behind a 200 is not a 200
  EXPECT_EQ(error.request_id, "of the body");
}

TEST_F(CallErrorTest, TakesEverySecretOutOfEveryText) {
  const std::string leak = "sk-secret-secret and other-secret of blue";
  Error given;
  given.message = given.body = given.request_id = leak;
  given.provider_code = given.provider_type = given.provider_param = leak;
  route_.back().request_id = leak;
  head_.headers = {{"x-echo", leak}};
  const Error error = complete(std::move(given));
  for (const std::string& text :
       {error.message, error.body, error.request_id, error.provider_code, error.provider_type,
        error.provider_param, route_.back().request_id, head_.headers.front().value}) {
    EXPECT_EQ(text.find("secret"), std::string::npos) << text;
    EXPECT_NE(text.find("blue"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace llmgate::engine
