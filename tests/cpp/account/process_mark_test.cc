#include "account/process_mark.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace llmgate::account {
namespace {

TEST(ProcessMark, ThisProcessLivesAndIsTheSameEachTime) {
  const ProcessMark mark = this_process();
  EXPECT_EQ(mark, this_process());
  EXPECT_EQ(mark.number, ::getpid());
  EXPECT_EQ(life_of(mark), Life::kLives);
}

TEST(ProcessMark, AnotherProcessOfTheSameNumberIsNotTheOneThatWas) {
  ProcessMark mark = this_process();
  ASSERT_NE(mark.started, 0);
  --mark.started;
  EXPECT_EQ(life_of(mark), Life::kGone);
}

TEST(ProcessMark, NothingOutlivesTheMachine) {
  ProcessMark mark = this_process();
  mark.boot = "an earlier start";
  EXPECT_EQ(life_of(mark), Life::kGone);
}

TEST(ProcessMark, NumbersOfAnotherContainerSayNothing) {
  ProcessMark mark = this_process();
  mark.container = "pid:[1]";
  EXPECT_EQ(life_of(mark), Life::kUnknown);
}

TEST(ProcessMark, AKilledProcessIsGoneBeforeItsParentLooks) {
  int pipe_ends[2];
  ASSERT_EQ(::pipe(pipe_ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe_ends[1]);
    char byte = 0;
    (void)!::read(pipe_ends[0], &byte, 1);  // until it is killed
    ::_exit(0);
  }
  ProcessMark mark = this_process();
  mark.number = child;
  siginfo_t info{};
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(life_of(mark), Life::kGone);  // still a zombie
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_EQ(life_of(mark), Life::kGone);
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);
}

}  // namespace
}  // namespace llmgate::account
