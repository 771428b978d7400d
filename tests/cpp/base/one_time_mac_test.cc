#include "base/one_time_mac.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace llmgate {
namespace {

// RFC 8439, section 2.5.2.
TEST(OneTimeMac, IsPoly1305) {
  const Sha256Digest key{0x85, 0xd6, 0xbe, 0x78, 0x57, 0x55, 0x6d, 0x33, 0x7f, 0x44, 0x52,
                         0xfe, 0x42, 0xd5, 0x06, 0xa8, 0x01, 0x03, 0x80, 0x8a, 0xfb, 0x0d,
                         0xb2, 0xfd, 0x4a, 0xbf, 0xf6, 0xaf, 0x41, 0x49, 0xf5, 0x1b};
  const MacTag expected{0xa8, 0x06, 0x1d, 0xc1, 0x30, 0x51, 0x36, 0xc6,
                        0xc2, 0x2b, 0x8b, 0xaf, 0x0c, 0x01, 0x27, 0xa9};
  EXPECT_EQ(one_time_mac(key, "Cryptographic Forum Research Group"), expected);
}

TEST(OneTimeMac, DependsOnEveryBitOfTheMessage) {
  const Sha256Digest key = sha256("key");
  const std::string message(100, 'x');
  const MacTag tag = one_time_mac(key, message);
  for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
    std::string other = message;
    other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1U << bit % 8));
    EXPECT_NE(one_time_mac(key, other), tag);
  }
  EXPECT_NE(one_time_mac(key, message.substr(1)), tag);
  EXPECT_NE(one_time_mac(sha256("another"), message), tag);
}

TEST(FreshNonce, IsNeverTheSame) {
  std::set<Nonce> nonces;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(nonces.insert(fresh_nonce()).second);
  }
}

}  // namespace
}  // namespace llmgate
