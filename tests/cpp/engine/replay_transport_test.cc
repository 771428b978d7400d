#include "engine/replay_transport.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "support/fake_event_loop.h"
#include "support/watched_transfer.h"

namespace llmgate::engine {
namespace {

const std::string kStream =
    R"({"request":{"url":"https://h/v1","body":{}},)"
    R"("response":{"status":200,"headers":{},"sse":"data: 1\n\ndata: 2\n\ndata: 3\n\n"}})";

class ReplayTransportTest : public ::testing::Test {
 protected:
  void load(const std::string& line) { EXPECT_EQ(tape_->add(line, "tape"), std::nullopt); }
  net::TransferId start(test::WatchedTransfer& watched, const std::string& body = "{}") {
    net::HttpRequest request;
    request.url = "https://h/v1";
    request.body = body;
    return transport_->start(std::move(request), watched);
  }

  test::FakeEventLoop loop_;
  std::shared_ptr<Tape> tape_ = std::make_shared<Tape>(false);
  std::unique_ptr<ReplayTransport> transport_ = std::make_unique<ReplayTransport>(loop_, tape_);
};

TEST_F(ReplayTransportTest, AnswersLikeTheNetwork) {
  load(kStream);
  test::WatchedTransfer watched;
  start(watched);
  EXPECT_EQ(watched.status(), 0);  // never inside start()
  loop_.run_until_idle();
  EXPECT_EQ(watched.status(), 200);
  EXPECT_EQ(watched.pieces().size(), 3U);
  EXPECT_EQ(watched.body(), "data: 1\n\ndata: 2\n\ndata: 3\n\n");
  ASSERT_TRUE(watched.end().has_value());
  EXPECT_EQ(watched.end()->failure, net::TransferFailure::kNone);
  EXPECT_TRUE(watched.end()->framed);
}

TEST_F(ReplayTransportTest, FailsAMissAsTheCallersMistake) {
  load(kStream);
  test::WatchedTransfer watched;
  start(watched, R"({"temperature":1})");
  loop_.run_until_idle();
  ASSERT_TRUE(watched.end().has_value());
  EXPECT_EQ(watched.end()->failure, net::TransferFailure::kBadRequest);
  EXPECT_NE(watched.end()->detail.find("$.temperature"), std::string::npos);
  EXPECT_EQ(watched.status(), 0);
}

TEST_F(ReplayTransportTest, GivesAFailureAgain) {
  load(R"({"request":{"url":"https://h/v1","body":{}},"response":null,)"
       R"("failure":{"kind":"connect","detail":"refused","request_sent":false}})");
  test::WatchedTransfer watched;
  start(watched);
  loop_.run_until_idle();
  ASSERT_TRUE(watched.end().has_value());
  EXPECT_EQ(watched.end()->failure, net::TransferFailure::kConnect);
  EXPECT_EQ(watched.end()->detail, "refused");
}

TEST_F(ReplayTransportTest, PausesBetweenPieces) {
  load(kStream);
  test::WatchedTransfer watched;
  const net::TransferId id = start(watched);
  watched.set_at_piece([this, id] { transport_->pause(id); });
  for (std::size_t pieces = 1; pieces <= 3; ++pieces) {
    loop_.run_until_idle();
    EXPECT_EQ(watched.pieces().size(), pieces);
    EXPECT_FALSE(watched.end().has_value());
    transport_->resume(id);
  }
  loop_.run_until_idle();
  EXPECT_TRUE(watched.end().has_value());
}

TEST_F(ReplayTransportTest, SaysNothingMoreOnceCancelled) {
  load(kStream);
  test::WatchedTransfer watched;
  const net::TransferId id = start(watched);
  watched.set_at_piece([this, id] { transport_->cancel(id); });
  loop_.run_until_idle();
  EXPECT_EQ(watched.pieces().size(), 1U);
  EXPECT_FALSE(watched.end().has_value());
}

TEST_F(ReplayTransportTest, MayGoBeforeItsPostedTasks) {
  load(kStream);
  test::WatchedTransfer watched;
  start(watched);
  transport_.reset();
  loop_.run_until_idle();
  EXPECT_EQ(watched.status(), 0);
}

}  // namespace
}  // namespace llmgate::engine
