#include "base/mapped_file.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <string>
#include <utility>

namespace llmgate {
namespace {

TEST(MappedFile, ShowsTheFilesBytes) {
  const std::string path = ::testing::TempDir() + "llmgate_mapped_file_test";
  const std::string expected = std::string("some bytes\0and more", 19) + std::string(9000, 'x');
  std::ofstream(path, std::ios::binary) << expected;
  auto file = MappedFile::open(path, "text");
  ASSERT_TRUE(file.ok());
  const MappedFile moved = std::move(file).value();
  ASSERT_EQ(moved.bytes().size(), expected.size());
  EXPECT_EQ(std::memcmp(moved.bytes().data(), expected.data(), expected.size()), 0);
}

TEST(MappedFile, SaysWhichFileItCannotOpen) {
  const auto file = MappedFile::open("/nowhere/at.all", "vocabulary");
  ASSERT_FALSE(file.ok());
  EXPECT_NE(file.error().message.find("cannot open the vocabulary file '/nowhere/at.all'"),
            std::string::npos);
}

TEST(MappedFile, RefusesWhatIsNoFile) { EXPECT_FALSE(MappedFile::open("/", "text").ok()); }

}  // namespace
}  // namespace llmgate
