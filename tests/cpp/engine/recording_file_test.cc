#include "engine/recording_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <string>

#include "support/temporary_folder.h"

namespace llmgate::engine {
namespace {

class RecordingFileTest : public ::testing::Test {
 protected:
  std::shared_ptr<RecordingFile> open(bool appends = false) {
    auto opened = RecordingFile::open(path_, appends);
    EXPECT_TRUE(opened.ok());
    return opened.ok() ? std::move(opened).value() : nullptr;
  }
  [[nodiscard]] std::string text() const {
    std::ostringstream read;
    read << std::ifstream(path_).rdbuf();
    return read.str();
  }

  test::TemporaryFolder folder_;
  const std::string path_ = folder_.file("calls.jsonl");
};

TEST_F(RecordingFileTest, HasAllLinesOnceItIsClosed) {
  const auto file = open();
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    file->append(std::to_string(i));
    expected += std::to_string(i) + "\n";
  }
  EXPECT_EQ(file->lines(), 1000U);
  EXPECT_EQ(file->close(), std::nullopt);
  EXPECT_EQ(text(), expected);
  file->append("late");
  EXPECT_EQ(file->close(), std::nullopt);
  EXPECT_EQ(text(), expected);
}

TEST_F(RecordingFileTest, BeginsAnewUnlessItAppends) {
  open()->append("first");
  open()->append("second");
  EXPECT_EQ(text(), "second\n");
  open(true)->append("third");
  EXPECT_EQ(text(), "second\nthird\n");
}

TEST_F(RecordingFileTest, IsPrivate) {
  const auto file = open();
  struct stat facts = {};
  ASSERT_EQ(::stat(path_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST_F(RecordingFileTest, SaysWhyItCannotBeOpened) {
  const auto refused = RecordingFile::open(folder_.file("no/such/folder"), false);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("no/such/folder"), std::string::npos);
  EXPECT_NE(refused.error().message.find("No such file"), std::string::npos);
}

TEST_F(RecordingFileTest, SaysThatItIsIncomplete) {
  struct rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit limit = before;
  limit.rlim_cur = 100;
  const auto file = open();
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  file->append(std::string(1000, 'x'));
  const Failure failure = file->close();
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  (void)std::signal(SIGXFSZ, old_handler);
  ASSERT_TRUE(failure.has_value());
  EXPECT_NE(failure->message.find("incomplete"), std::string::npos);
}

TEST_F(RecordingFileTest, TakesLinesFromAForkedChild) {
  const auto file = open();
  file->append("parent");
  const pid_t child = ::fork();
  if (child == 0) {
    file->append("child");
    ::_exit(file->close() ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(file->close(), std::nullopt);
  EXPECT_NE(text().find("parent\n"), std::string::npos);
  EXPECT_NE(text().find("child\n"), std::string::npos);
}

}  // namespace
}  // namespace llmgate::engine
