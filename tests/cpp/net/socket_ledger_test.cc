#include "net/socket_ledger.h"

#include <gtest/gtest.h>

#include <vector>

#include "net/descriptor_set.h"
#include "support/fake_event_loop.h"

namespace llmgate::net {
namespace {

class RecordingLoop final : public test::FakeEventLoop {
 public:
  void unwatch(int descriptor) override { unwatched.push_back(descriptor); }
  std::vector<int> unwatched;
};

class SocketLedgerTest : public ::testing::Test {
 protected:
  ~SocketLedgerTest() override {
    ledger_.closing(kSocket);
    EXPECT_EQ(open_descriptors().count(), 0U);
  }

  static constexpr int kSocket = 700'000;  // no real one
  RecordingLoop loop_;
  SocketLedger ledger_{loop_};
  int first_ = 0;
  int second_ = 0;
};

TEST_F(SocketLedgerTest, CallsASocketAConnectionOnceItIsConnected) {
  EXPECT_FALSE(ledger_.is_connection(kSocket));
  ledger_.opened(kSocket, &first_);
  EXPECT_FALSE(ledger_.is_connection(kSocket));
  EXPECT_TRUE(open_descriptors().contains(kSocket));
  ledger_.connected(kSocket);
  EXPECT_TRUE(ledger_.is_connection(kSocket));
  ledger_.closing(kSocket);
  EXPECT_FALSE(ledger_.is_connection(kSocket));
  EXPECT_FALSE(open_descriptors().contains(kSocket));
}

TEST_F(SocketLedgerTest, ForgetsWhatItKnewOfANumberThatComesAgain) {
  ledger_.opened(kSocket, &first_);
  ledger_.connected(kSocket);
  loop_.unwatched.clear();
  ledger_.opened(kSocket, &second_);
  EXPECT_EQ(loop_.unwatched, std::vector{kSocket});
  EXPECT_FALSE(ledger_.is_connection(kSocket));
}

TEST_F(SocketLedgerTest, ForgetsASocketThatWasAbandoned) {
  ledger_.opened(kSocket, &first_);
  loop_.unwatched.clear();
  ledger_.abandoned(kSocket, &first_);
  EXPECT_EQ(loop_.unwatched, std::vector{kSocket});
  EXPECT_FALSE(open_descriptors().contains(kSocket));
}

TEST_F(SocketLedgerTest, KeepsWhatIsAnothersByNow) {
  ledger_.opened(kSocket, &first_);
  ledger_.opened(kSocket, &second_);
  ledger_.abandoned(kSocket, &first_);
  EXPECT_TRUE(open_descriptors().contains(kSocket));
  ledger_.connected(kSocket);
  ledger_.abandoned(kSocket, &second_);
  EXPECT_TRUE(ledger_.is_connection(kSocket));
}

}  // namespace
}  // namespace llmgate::net
