#include "base/sha256.h"

#include <gtest/gtest.h>

namespace llmgate {
namespace {

// FIPS 180-4's examples.
TEST(Sha256, IsTheStandards) {
  EXPECT_EQ(hex_of(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_of(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

// RFC 4231, test case 2.
TEST(KeyedSha256, IsHmac) {
  EXPECT_EQ(hex_of(keyed_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Sha256, ShowsItsBytes) {
  const Sha256Digest digest = sha256("abc");
  ASSERT_EQ(bytes_of(digest).size(), 32U);
  EXPECT_EQ(static_cast<unsigned char>(bytes_of(digest)[0]), 0xBA);
}

}  // namespace
}  // namespace llmgate
