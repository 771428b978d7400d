#include "base/hash.h"

#include <gtest/gtest.h>

namespace llmgate {
namespace {

// From the reference implementation's published test vectors for XXH3_64bits.
TEST(HashBytes, IsXxh3) { EXPECT_EQ(hash_bytes(""), 0x2D06800538D394C2U); }

TEST(HashBytes, TellsBytesAndSeedsApart) {
  EXPECT_NE(hash_bytes("a"), hash_bytes("b"));
  EXPECT_NE(hash_bytes("a"), hash_bytes("a", 1));
  EXPECT_EQ(hash_bytes("a", 1), hash_bytes("a", 1));
}

// From the same test vectors, for XXH3_128bits.
TEST(WideHashBytes, IsXxh3) {
  EXPECT_EQ(wide_hash_bytes(""), (Hash128{0x6001C324468D497FU, 0x99AA06D3014798D8U}));
}

TEST(WideHashBytes, TellsBytesAndSeedsApart) {
  EXPECT_NE(wide_hash_bytes("a"), wide_hash_bytes("b"));
  EXPECT_NE(wide_hash_bytes("a"), wide_hash_bytes("a", 1));
  EXPECT_EQ(wide_hash_bytes("a", 1), wide_hash_bytes("a", 1));
}

}  // namespace
}  // namespace llmgate
