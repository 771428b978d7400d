#include "wire/anthropic/text_file.h"

#include <gtest/gtest.h>

namespace llmgate::wire {
namespace {

TEST(TextFile, IsWhatItsBase64Holds) {
  EXPECT_EQ(decode_text_file("aGVsbG8="), "hello");
  EXPECT_EQ(decode_text_file("aGVsbG8"), "hello");
  EXPECT_EQ(decode_text_file("w6k="), "\xC3\xA9");
  EXPECT_EQ(decode_text_file(""), "");
}

TEST(TextFile, MayHoldWhiteSpaceAndEscapes) {
  EXPECT_EQ(decode_text_file("aGVs\\nbG8="), "hello");
  EXPECT_EQ(decode_text_file("aGVs bG8="), "hello");
  EXPECT_EQ(decode_text_file("Pz8\\/"), "??\?");
}

TEST(TextFile, IsNoneWithoutBase64OrUtf8) {
  EXPECT_FALSE(decode_text_file("a*b="));
  EXPECT_FALSE(decode_text_file("/w=="));
}

}  // namespace
}  // namespace llmgate::wire
