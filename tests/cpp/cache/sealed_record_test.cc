#include "cache/sealed_record.h"

#include <gtest/gtest.h>

#include <string>

namespace llmgate::cache {
namespace {

RecordKey key_of(const std::string& request, const std::string& scope) {
  RecordKey key;
  key.digest = sha256(request);
  key.seal = seal_of(sha256(scope));
  return key;
}

class SealedRecord : public ::testing::TestWithParam<Guard> {
 protected:
  const RecordKey key_ = key_of("request", "scope");
  const std::string bytes_ = "an answer\0with a zero";
  const std::string head_ = seal_head(key_, bytes_, 1000, 2000, GetParam());
};

TEST_P(SealedRecord, OpensForItsKey) {
  EXPECT_EQ(head_.size(), head_size(GetParam()));
  const auto opened = open_sealed(key_, head_, bytes_, GetParam());
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->stored_at_ms, 1000);
  EXPECT_EQ(opened->expires_at_ms, 2000);
}

TEST_P(SealedRecord, OpensEmptyAndWithoutExpiry) {
  const std::string head = seal_head(key_, "", 1000, kNeverExpires, GetParam());
  const auto opened = open_sealed(key_, head, "", GetParam());
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->expires_at_ms, kNeverExpires);
}

TEST_P(SealedRecord, DoesNotOpenForAnotherRequestOrScope) {
  EXPECT_FALSE(open_sealed(key_of("another", "scope"), head_, bytes_, GetParam()));
  EXPECT_FALSE(open_sealed(key_of("request", "another"), head_, bytes_, GetParam()));
}

TEST_P(SealedRecord, DoesNotOpenWhenAnyBitIsFlipped) {
  for (std::size_t bit = 0; bit < head_.size() * 8; ++bit) {
    std::string head = head_;
    head[bit / 8] = static_cast<char>(head[bit / 8] ^ (1U << bit % 8));
    EXPECT_FALSE(open_sealed(key_, head, bytes_, GetParam())) << "bit " << bit << " of the head";
  }
  for (std::size_t bit = 0; bit < bytes_.size() * 8; ++bit) {
    std::string bytes = bytes_;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1U << bit % 8));
    EXPECT_FALSE(open_sealed(key_, head_, bytes, GetParam())) << "bit " << bit;
  }
}

TEST_P(SealedRecord, DoesNotOpenCutOrLengthened) {
  for (std::size_t size = 0; size < head_.size(); ++size) {
    EXPECT_FALSE(open_sealed(key_, head_.substr(0, size), bytes_, GetParam()));
  }
  EXPECT_FALSE(open_sealed(key_, head_ + "x", bytes_, GetParam()));
  EXPECT_FALSE(open_sealed(key_, head_, bytes_ + "x", GetParam()));
  EXPECT_FALSE(open_sealed(key_, head_, bytes_.substr(1), GetParam()));
}

TEST_P(SealedRecord, DoesNotOpenUnderTheOtherGuard) {
  const Guard other = GetParam() == Guard::kChecksum ? Guard::kSignature : Guard::kChecksum;
  EXPECT_FALSE(open_sealed(key_, head_, bytes_, other));
  EXPECT_FALSE(open_sealed(key_, seal_head(key_, bytes_, 1000, 2000, other), bytes_, GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Guards, SealedRecord,
                         ::testing::Values(Guard::kChecksum, Guard::kSignature));

TEST(SealOf, IsOfTheScopeAndNotTheScope) {
  EXPECT_NE(seal_of(sha256("a")), seal_of(sha256("b")));
  EXPECT_NE(seal_of(sha256("a")), sha256("a"));
}

}  // namespace
}  // namespace llmgate::cache
