// What happens over the life of a transfer: connections used again, back-pressure, cancelling.
#include "net/curl_transfer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <string>

#include "net/curl_transport.h"
#include "support/loopback_server.h"
#include "support/network_fixture.h"

namespace llmgate::net {
namespace {

using test::answer_all;
using test::Gate;
using test::LoopbackServer;
using test::TransferRecorder;
using Connection = LoopbackServer::Connection;

TEST(CurlHeaderList, MarksEmptyValuesAndTakesBackWhatLibcurlWouldAdd) {
  CurlHeaderList list;
  std::string lines;
  for (const curl_slist* node = list.build({{"a", "b"}, {"empty", " "}, {"Expect", "x"}}, 1 << 20);
       node != nullptr; node = node->next) {
    lines += std::string(node->data) + "|";
  }
  EXPECT_EQ(lines, "a: b|empty;|Expect: x|Content-Type:|");
}

TEST(CurlHeaderList, WaitsForNoLeaveToSendALargeBody) {
  CurlHeaderList list;
  const curl_slist* node = list.build({{"content-type", "t"}}, 1 << 20);
  ASSERT_NE(node->next, nullptr);
  EXPECT_STREQ(node->next->data, "Expect:");
}

TEST(CurlHeaderList, IsBuiltAnewEachTime) {
  CurlHeaderList list;
  list.build({{"a", std::string(1000, 'x')}, {"b", "c"}}, 0);
  const curl_slist* node = list.build({{"content-type", "t"}}, 0);
  EXPECT_STREQ(node->data, "content-type: t");
  EXPECT_EQ(node->next, nullptr);
}

class CurlTransfer : public test::NetworkTest {
 protected:
  static LoopbackServer::Handler echo() {
    return answer_all([](Connection& connection, const std::string& request) {
      connection.send_reply(request.substr(request.find("\r\n\r\n") + 4));
    });
  }
};

TEST_F(CurlTransfer, UsesAConnectionAgain) {
  LoopbackServer server(echo());
  TransferRecorder first;
  exchange(post(server.url(), "1"), first);
  TransferRecorder second;
  exchange(post(server.url(), "2"), second);
  EXPECT_EQ(second.body, "2");
  EXPECT_FALSE(first.end->reused_connection);
  EXPECT_TRUE(second.end->reused_connection);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(CurlTransfer, ReportsAStaleConnectionOnceAndSendsNothingTwice) {
  for (const bool with_reset : {false, true}) {
    LoopbackServer server([&](Connection& connection) {
      connection.read_request();
      connection.send_reply("first");
      connection.read_request();  // and dies as if it had been idle for too long
      if (with_reset) {
        connection.reset();
      }
    });
    TransferRecorder first;
    exchange(post(server.url(), "1"), first);
    TransferRecorder second;
    exchange(post(server.url(), "2"), second);
    EXPECT_EQ(second.end->failure, TransferFailure::kStaleConnection) << second.end->detail;
    EXPECT_TRUE(second.end->reused_connection);
    EXPECT_TRUE(second.end->request_sent);
    EXPECT_FALSE(second.head.has_value());
    EXPECT_EQ(server.requests(), 2);
    EXPECT_EQ(server.connections(), 1);
  }
}

TEST_F(CurlTransfer, TakesAFreshConnectionWhenTheKeptOneWasClosed) {
  Gate closed;
  LoopbackServer server([&](Connection& connection) {
    connection.read_request();
    connection.send_reply("ok");
  });
  TransferRecorder first;
  exchange(post(server.url()), first);
  TransferRecorder second;
  for (int tries = 0; tries < 100 && !second.head; ++tries) {  // the close may not have arrived yet
    second = {};
    exchange(post(server.url()), second);
  }
  EXPECT_EQ(second.end->failure, TransferFailure::kNone) << second.end->detail;
  EXPECT_FALSE(second.end->reused_connection);
}

TEST_F(CurlTransfer, HoldsTheServerBackWhilePausedAndLosesNothing) {
  constexpr std::size_t kPiece = std::size_t{1} << 20U;
  constexpr std::size_t kPieces = 60;  // far more than the sockets' buffers take
  std::atomic<std::size_t> sent = 0;
  LoopbackServer server([&](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kPiece * kPieces) +
                    "\r\n\r\n");
    for (char piece = 0; piece < static_cast<char>(kPieces); ++piece) {
      connection.send(std::string(kPiece, piece));
      ++sent;
    }
  });
  LoopbackServer other(echo());
  TransferRecorder paused;
  paused.after_body = [&] {
    paused.after_body = nullptr;
    transport_->pause(paused.id);
  };
  start(post(server.url()), paused);
  run_until([&] { return !paused.body.empty(); });
  const std::size_t size = paused.body.size();
  for (int i = 0; i < 20; ++i) {  // others go on meanwhile
    TransferRecorder recorder;
    exchange(post(other.url()), recorder);
    EXPECT_EQ(recorder.end->failure, TransferFailure::kNone);
  }
  EXPECT_EQ(paused.body.size(), size);
  EXPECT_LT(sent, kPieces);
  loop_->post([&] { transport_->resume(paused.id); });
  run_until([&] { return paused.end.has_value(); });
  EXPECT_EQ(paused.end->failure, TransferFailure::kNone) << paused.end->detail;
  ASSERT_EQ(paused.body.size(), kPiece * kPieces);
  EXPECT_EQ(paused.body.back(), static_cast<char>(kPieces - 1));
}

TEST_F(CurlTransfer, MayBePausedAtEveryPiece) {
  LoopbackServer server([&](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 100; ++i) {
      connection.send("3\r\nab\n\r\n");
    }
    connection.send("0\r\n\r\n");
    connection.wait_for_close();
  });
  TransferRecorder recorder;
  recorder.after_body = [&] {
    transport_->pause(recorder.id);
    loop_->post([&] { transport_->resume(recorder.id); });
  };
  exchange(post(server.url()), recorder);
  EXPECT_EQ(recorder.body.size(), 300U);
  EXPECT_EQ(recorder.end->failure, TransferFailure::kNone);
}

TEST_F(CurlTransfer, MayBeCancelledWhileWhatWasHeldBackArrives) {
  Gate gone;
  LoopbackServer server([&](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + std::string(50000, 'x'));
    connection.wait_for_close();
    gone.open();
  });
  TransferRecorder recorder;
  recorder.after_head = [&] {
    transport_->pause(recorder.id);
    loop_->start_timer(loop_->clock().now() + std::chrono::milliseconds(5),
                       [&] { transport_->resume(recorder.id); });
  };
  recorder.after_body = [&] { transport_->cancel(recorder.id); };
  start(post(server.url()), recorder);
  run_until([&] { return !recorder.body.empty(); });
  EXPECT_TRUE(gone.wait());
  EXPECT_EQ(recorder.ends, 0);
}

TEST_F(CurlTransfer, CancelClosesTheConnectionAndSilencesTheTransfer) {
  Gate arrived;
  Gate gone;
  LoopbackServer server([&](Connection& connection) {
    connection.read_request();
    arrived.open();
    if (connection.wait_for_close()) {
      gone.open();
    }
  });
  TransferRecorder recorder;
  start(post(server.url()), recorder);
  run_until([&] { return server.requests() == 1; });
  EXPECT_TRUE(arrived.wait());
  loop_->post([&] {
    transport_->cancel(recorder.id);
    transport_->cancel(recorder.id);
    transport_->resume(recorder.id);
  });
  run_until([] { return true; });
  EXPECT_TRUE(gone.wait());
  EXPECT_EQ(recorder.ends, 0);
}

TEST_F(CurlTransfer, MayBeCancelledFromInsideHeadOrBody) {
  for (const bool in_head : {true, false}) {
    Gate gone;
    LoopbackServer server([&](Connection& connection) {
      connection.read_request();
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
      if (connection.wait_for_close()) {
        gone.open();
      }
    });
    TransferRecorder recorder;
    bool is_cancelled = false;
    (in_head ? recorder.after_head : recorder.after_body) = [&] {
      transport_->cancel(recorder.id);
      is_cancelled = true;
    };
    start(post(server.url()), recorder);
    run_until([&] { return is_cancelled; });
    EXPECT_TRUE(gone.wait());
    EXPECT_EQ(recorder.ends, 0);
    EXPECT_EQ(recorder.body, in_head ? "" : "part");
  }
}

TEST_F(CurlTransfer, MayStartAndCancelOthersFromInsideACall) {
  LoopbackServer stalled([](Connection& connection) {
    connection.read_request();
    connection.wait_for_close();
  });
  LoopbackServer server(echo());
  TransferRecorder victim;
  TransferRecorder never_sent;
  TransferRecorder recorder;
  TransferRecorder started;
  recorder.after_body = [&] {
    transport_->cancel(victim.id);
    start(post(server.url(), "from inside"), started);
    start(post(server.url(), "cancelled at once"), never_sent);
    transport_->cancel(never_sent.id);
  };
  start(post(stalled.url()), victim);
  run_until([&] { return stalled.requests() == 1; });
  exchange(post(server.url()), recorder);
  run_until([&] { return started.end.has_value(); });
  EXPECT_EQ(started.body, "from inside");
  EXPECT_FALSE(started.was_called_inside_start);
  EXPECT_EQ(victim.ends + never_sent.ends, 0);
  EXPECT_EQ(server.requests(), 2);
}

TEST_F(CurlTransfer, MayStartTheNextFromInsideTheEnd) {
  LoopbackServer server(echo());
  TransferRecorder second;
  TransferRecorder first;
  first.after_end = [&] { start(post(server.url(), "next"), second); };
  exchange(post(server.url()), first);
  run_until([&] { return second.end.has_value(); });
  EXPECT_EQ(second.body, "next");
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(CurlTransfer, CancelBeforeAnythingHappenedSendsNothing) {
  LoopbackServer server(echo());
  TransferRecorder cancelled;
  TransferRecorder refused;
  TransferRecorder resolving;
  int ends_before_cancel = 0;
  loop_->post([&] {
    cancelled.id = transport_->start(post(server.url()), cancelled);
    refused.id = transport_->start(post("no url"), refused);
    resolving.id = transport_->start(post("http://nonexistent.invalid/"), resolving);
    transport_->cancel(cancelled.id);
    transport_->cancel(refused.id);
    loop_->post([&] {
      ends_before_cancel = resolving.ends;  // where names fail at once it has ended by now
      transport_->cancel(resolving.id);
    });
  });
  TransferRecorder other;
  exchange(post(server.url()), other);
  EXPECT_EQ(cancelled.ends + refused.ends, 0);
  EXPECT_EQ(resolving.ends, ends_before_cancel);
  EXPECT_EQ(server.requests(), 1);
}

TEST_F(CurlTransfer, CarriesManyAtOnce) {
  constexpr int kCount = 200;
  std::atomic<int> arrived = 0;
  Gate all_arrived;
  LoopbackServer server(answer_all([&](Connection& connection, const std::string& request) {
    if (++arrived == kCount) {
      all_arrived.open();
    }
    EXPECT_TRUE(all_arrived.wait());  // so they are all in flight together
    connection.send_reply(request.substr(request.find("\r\n\r\n") + 4));
  }));
  std::deque<TransferRecorder> recorders(kCount);
  int ended = 0;
  for (int i = 0; i < kCount; ++i) {
    recorders[i].after_end = [&] { ++ended; };
    start(post(server.url(), std::to_string(i)), recorders[i]);
  }
  run_until([&] { return ended == kCount; });
  for (int i = 0; i < kCount; ++i) {
    EXPECT_EQ(recorders[i].body, std::to_string(i));
    EXPECT_EQ(recorders[i].end->failure, TransferFailure::kNone);
  }
  EXPECT_EQ(server.connections(), kCount);
}

TEST_F(CurlTransfer, NeverGivesAnIdTwice) {
  LoopbackServer server(echo());
  TransferRecorder first;
  exchange(post(server.url()), first);
  TransferRecorder second;
  second.after_head = [&] { transport_->cancel(first.id); };
  exchange(post(server.url(), "alive"), second);
  EXPECT_NE(first.id, second.id);
  EXPECT_EQ(second.body, "alive");
}

}  // namespace
}  // namespace llmgate::net
