#include "chat/refusal.h"

#include <gtest/gtest.h>

#include "support/turns.h"

namespace llmgate::chat {
namespace {

using test::Json;

std::string described(const std::string& value) {
  const Json json(value);
  return describe(json.root());
}

TEST(Describe, ShowsNumbersAndShortWords) {
  EXPECT_EQ(described("1.50"), "1.50");
  EXPECT_EQ(described("true"), "true");
  EXPECT_EQ(described(R"("gpt-4o/x:1")"), "\"gpt-4o/x:1\"");
}

TEST(Describe, ShowsOtherTextsByTheirLengthOnly) {
  EXPECT_EQ(described(R"("my secret prompt")"), "a string of 16 bytes");
  EXPECT_EQ(described("\"" + std::string(33, 'a') + "\""), "a string of 33 bytes");
}

TEST(Describe, ShowsListsAndObjectsByTheirSize) {
  EXPECT_EQ(described("[1,2]"), "a list of 2");
  EXPECT_EQ(described(R"({"a":1})"), "an object of 1 members");
  EXPECT_EQ(describe(json::Value()), "nothing");
}

TEST(Describe, CutsLongNumbers) {
  EXPECT_EQ(described(std::string(100, '7')), std::string(40, '7'));
}

}  // namespace
}  // namespace llmgate::chat
