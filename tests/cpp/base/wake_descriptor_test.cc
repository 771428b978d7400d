#include "base/wake_descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <thread>

namespace llmgate {
namespace {

bool is_readable(int descriptor) {
  pollfd watched{descriptor, POLLIN, 0};
  return poll(&watched, 1, 0) == 1 && (watched.revents & POLLIN) != 0;
}

TEST(WakeDescriptor, IsOpenAndNotReadableAtFirst) {
  const WakeDescriptor wake;
  ASSERT_TRUE(wake.is_open());
  EXPECT_FALSE(is_readable(wake.descriptor()));
}

TEST(WakeDescriptor, IsReadableAfterAWake) {
  WakeDescriptor wake;
  wake.wake();
  EXPECT_TRUE(is_readable(wake.descriptor()));
}

TEST(WakeDescriptor, IsQuietAfterOneClearHoweverOftenItWasWoken) {
  WakeDescriptor wake;
  wake.wake();
  wake.wake();
  wake.clear();
  EXPECT_FALSE(is_readable(wake.descriptor()));
}

TEST(WakeDescriptor, CanBeWokenAgainAfterAClear) {
  WakeDescriptor wake;
  wake.wake();
  wake.clear();
  wake.wake();
  EXPECT_TRUE(is_readable(wake.descriptor()));
}

TEST(WakeDescriptor, DoesNotBlockWhenThereIsNothingToClear) {
  WakeDescriptor wake;
  wake.clear();
  EXPECT_FALSE(is_readable(wake.descriptor()));
}

TEST(WakeDescriptor, IsWokenFromAnotherThread) {
  WakeDescriptor wake;
  std::thread other([&wake] { wake.wake(); });
  other.join();
  EXPECT_TRUE(is_readable(wake.descriptor()));
}

TEST(WakeDescriptor, IsNotInheritedByPrograms) {
  const WakeDescriptor wake;
  EXPECT_NE(fcntl(wake.descriptor(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST(WakeDescriptor, ClosesItsDescriptorAtTheEnd) {
  int descriptor = -1;
  {
    const WakeDescriptor wake;
    descriptor = wake.descriptor();
  }
  EXPECT_EQ(fcntl(descriptor, F_GETFD), -1);
}

}  // namespace
}  // namespace llmgate
