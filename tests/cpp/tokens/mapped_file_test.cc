#include "tokens/mapped_file.h"

#include <gtest/gtest.h>

#include <utility>

#include "support/vocabularies.h"

namespace llmgate::tokens {
namespace {

TEST(MappedFile, ShowsTheFilesBytes) {
  const std::string path = testing::vocabulary_path("r50k_base");
  auto file = MappedFile::open(path);
  ASSERT_TRUE(file.ok());
  const MappedFile moved = std::move(file).value();
  const std::string expected = testing::file_bytes(path);
  ASSERT_EQ(moved.bytes().size(), expected.size());
  EXPECT_EQ(std::memcmp(moved.bytes().data(), expected.data(), expected.size()), 0);
}

TEST(MappedFile, SaysWhichFileItCannotOpen) {
  const auto file = MappedFile::open("/nowhere/at.all");
  ASSERT_FALSE(file.ok());
  EXPECT_NE(file.error().message.find("/nowhere/at.all"), std::string::npos);
}

TEST(MappedFile, RefusesWhatIsNoFile) { EXPECT_FALSE(MappedFile::open("/").ok()); }

}  // namespace
}  // namespace llmgate::tokens
