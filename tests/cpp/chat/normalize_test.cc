#include "chat/normalize.h"

#include <gtest/gtest.h>

#include "support/checked_request.h"

namespace llmgate::chat {
namespace {

using test::message_of;
using test::refused_at;
using test::refused_in_messages;
using test::refused_member;

TEST(CheckRequest, TakesTheSmallestRequest) {
  EXPECT_EQ(refused_in_messages(R"([{"role":"user","content":"hi"}])"), "");
}

TEST(CheckRequest, RefusesWhatIsNoObject) {
  EXPECT_EQ(refused_at("[]"), "$");
  EXPECT_EQ(refused_at("\"hi\""), "$");
}

TEST(CheckRequest, RefusesMessagesThatAreMissingEmptyOrNoList) {
  EXPECT_EQ(refused_at("{}"), "$.messages");
  EXPECT_EQ(refused_in_messages("[]"), "$.messages");
  EXPECT_EQ(refused_in_messages("{}"), "$.messages");
}

TEST(CheckRequest, SaysWhereWhatAndWhatIsAccepted) {
  const Failure failure = test::check(R"({"messages":[{"role":"robot","content":"hi"}]})");
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->kind, ErrorKind::kBadRequest);
  EXPECT_EQ(failure->json_path, "$.messages[0].role");
  EXPECT_EQ(failure->message,
            "got \"robot\"; accepted: \"system\", \"developer\", \"user\", \"assistant\", \"tool\" "
            "or \"function\"");
}

TEST(CheckRequest, ReadsNamesThatAreWrittenWithEscapes) {
  EXPECT_EQ(refused_member(R"("\u0074ools":7)"), "$.tools");
}

}  // namespace
}  // namespace llmgate::chat
