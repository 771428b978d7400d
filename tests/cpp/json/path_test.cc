#include "json/path.h"

#include <gtest/gtest.h>

namespace llmgate::json {
namespace {

TEST(Path, WritesMembersAndElements) {
  const Path root("$");
  const Path messages = root.member("messages");
  const Path message = messages.element(2);
  EXPECT_EQ(message.member("role").text(), "$.messages[2].role");
}

TEST(Path, BeginsWithAnyText) { EXPECT_EQ(Path("$.tools").element(0).text(), "$.tools[0]"); }

TEST(Path, TellsAMemberWithoutANameFromAnElement) { EXPECT_EQ(Path("$").member("").text(), "$."); }

}  // namespace
}  // namespace llmgate::json
