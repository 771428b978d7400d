#include "engine/recording_transport.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "engine/recorded_exchange.h"
#include "json/document.h"
#include "support/fake_event_loop.h"
#include "support/fake_transport.h"
#include "support/temporary_folder.h"
#include "support/watched_transfer.h"

namespace llmgate::engine {
namespace {

class RecordingTransportTest : public ::testing::Test {
 protected:
  net::TransferId start(test::WatchedTransfer& watched, const std::string& body = "{}") {
    net::HttpRequest request;
    request.url = "https://h/v1";
    request.headers = {{"authorization", "Bearer hunter22"}};
    request.body = body;
    return transport_.start(std::move(request), watched);
  }
  std::vector<RecordedExchange> recorded() {
    EXPECT_EQ(file_->close(), std::nullopt);
    std::vector<RecordedExchange> exchanges;
    std::ifstream lines(path_);
    for (std::string line; std::getline(lines, line);) {
      json::Document document;
      EXPECT_FALSE(document.read(line));
      auto exchange = read_exchange(document.root());
      EXPECT_TRUE(exchange.ok() && exchange->has_value());
      if (exchange.ok() && *exchange) {
        exchanges.push_back(std::move(**exchange));
      }
    }
    return exchanges;
  }

  test::TemporaryFolder folder_;
  const std::string path_ = folder_.file("calls.jsonl");
  const std::shared_ptr<RecordingFile> file_ = RecordingFile::open(path_, false).value();
  test::FakeEventLoop loop_;
  test::FakeTransport network_{loop_};
  RecordingTransport transport_{network_, file_};
};

TEST_F(RecordingTransportTest, PassesOnWhatItKeeps) {
  test::WatchedTransfer watched;
  start(watched, R"({"a":1})");
  EXPECT_EQ(network_.last().request.body, R"({"a":1})");
  EXPECT_EQ(network_.last().request.headers[0].value, "Bearer hunter22");
  network_.head(network_.last(), 200, {{"content-type", "text/event-stream"}});
  network_.body(network_.last(), "data: 1\n\n");
  network_.body(network_.last(), "data: 2\n\n");
  EXPECT_EQ(watched.pieces().size(), 2U);
  network_.finish(network_.last());
  ASSERT_TRUE(watched.end().has_value());
  const auto exchanges = recorded();
  ASSERT_EQ(exchanges.size(), 1U);
  EXPECT_EQ(exchanges[0].request.body, R"({"a":1})");
  EXPECT_EQ(exchanges[0].answer.payload, "data: 1\n\ndata: 2\n\n");
}

TEST_F(RecordingTransportTest, KeepsExchangesInTheOrderOfTheirEnds) {
  test::WatchedTransfer first;
  test::WatchedTransfer second;
  start(first, R"({"number":1})");
  start(second, R"({"number":2})");
  network_.reply(network_.transfer(1), 200, "{}");
  network_.reply(network_.transfer(0), 200, "{}");
  const auto exchanges = recorded();
  ASSERT_EQ(exchanges.size(), 2U);
  EXPECT_EQ(exchanges[0].request.body, R"({"number":2})");
}

TEST_F(RecordingTransportTest, KeepsAFailure) {
  test::WatchedTransfer watched;
  start(watched);
  network_.fail(network_.last(), net::TransferFailure::kConnect, false, "refused");
  EXPECT_EQ(watched.end()->failure, net::TransferFailure::kConnect);
  const auto exchanges = recorded();
  ASSERT_EQ(exchanges.size(), 1U);
  EXPECT_EQ(exchanges[0].answer.end.failure, net::TransferFailure::kConnect);
}

TEST_F(RecordingTransportTest, KeepsWhatCameBeforeACancel) {
  test::WatchedTransfer watched;
  const net::TransferId id = start(watched);
  network_.head(network_.last(), 200, {{"content-type", "text/event-stream"}});
  network_.body(network_.last(), "data: 1\n\n");
  transport_.cancel(id);
  transport_.cancel(id);
  EXPECT_EQ(network_.active(), 0U);
  EXPECT_FALSE(watched.end().has_value());
  const auto exchanges = recorded();
  ASSERT_EQ(exchanges.size(), 1U);
  EXPECT_EQ(exchanges[0].answer.payload, "data: 1\n\n");
  EXPECT_EQ(exchanges[0].answer.end.failure, net::TransferFailure::kNone);
  EXPECT_TRUE(exchanges[0].answer.end.framed);
}

TEST_F(RecordingTransportTest, TellsThatAPlainAnswerWasCancelled) {
  test::WatchedTransfer watched;
  const net::TransferId id = start(watched);
  network_.head(network_.last(), 200, {{"content-type", "application/json"}});
  transport_.cancel(id);
  const auto exchanges = recorded();
  ASSERT_EQ(exchanges.size(), 1U);
  EXPECT_EQ(exchanges[0].answer.end.failure, net::TransferFailure::kReset);
}

TEST_F(RecordingTransportTest, KeepsACompleteAnswerBeforeTheNetworkEnds) {
  test::WatchedTransfer watched;
  const net::TransferId id = start(watched);
  network_.head(network_.last(), 200, {{"content-type", "text/event-stream"}});
  network_.body(network_.last(), "data: [DONE]\n\n");
  transport_.note_complete(id);
  network_.finish(network_.last(), true);
  loop_.run_until_idle();
  const auto exchanges = recorded();
  ASSERT_EQ(exchanges.size(), 1U);
  EXPECT_EQ(exchanges[0].answer.payload, "data: [DONE]\n\n");
  EXPECT_TRUE(exchanges[0].answer.end.framed);
}

TEST_F(RecordingTransportTest, MayBeCancelledFromInsideAPiece) {
  test::WatchedTransfer watched;
  const net::TransferId id = start(watched);
  watched.set_at_piece([this, id] { transport_.cancel(id); });
  network_.head(network_.last(), 200, {{"content-type", "text/event-stream"}});
  network_.body(network_.last(), "data: 1\n\n");
  EXPECT_EQ(recorded().size(), 1U);
}

TEST_F(RecordingTransportTest, PausesTheNetwork) {
  test::WatchedTransfer watched;
  const net::TransferId id = start(watched);
  transport_.pause(id);
  EXPECT_TRUE(network_.last().paused);
  transport_.resume(id);
  EXPECT_FALSE(network_.last().paused);
}

}  // namespace
}  // namespace llmgate::engine
