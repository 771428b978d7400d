#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/fake_event_loop.h"
#include "support/fake_transport.h"

namespace llmgate::test {
namespace {

using std::chrono::seconds;

TEST(FakeEventLoop, RunsTimersInOrderOfTimeAtTheirOwnTime) {
  FakeEventLoop loop;
  const TimePoint start = loop.clock().now();
  std::vector<Duration> seen;
  const auto note = [&] { seen.push_back(loop.clock().now() - start); };
  loop.start_timer(start + seconds(3), note);
  loop.start_timer(start + seconds(1), [&] {
    note();
    loop.start_timer(start + seconds(2), note);
  });
  const net::TimerId cancelled = loop.start_timer(start + seconds(2), note);
  loop.cancel_timer(cancelled);
  loop.advance(seconds(2));
  EXPECT_EQ(seen, (std::vector<Duration>{seconds(1), seconds(2)}));
  EXPECT_EQ(loop.clock().now() - start, seconds(2));
  loop.advance(seconds(10));
  EXPECT_EQ(seen.size(), 3U);
  EXPECT_EQ(loop.clock().now() - start, seconds(12));
  EXPECT_EQ(loop.timer_count(), 0U);
}

TEST(FakeEventLoop, RunsNothingInsideTheCallAndTasksInOrder) {
  FakeEventLoop loop;
  std::string order;
  loop.start_timer(loop.clock().now(), [&] { order += 't'; });
  loop.post([&] {
    order += 'a';
    loop.post([&] { order += 'c'; });
  });
  loop.post([&] { order += 'b'; });
  EXPECT_EQ(order, "");
  EXPECT_EQ(loop.run_until_idle(), 4U);
  EXPECT_EQ(order, "abct");
}

TEST(FakeEventLoop, RunEndsAtStopAfterTasksPostedBefore) {
  FakeEventLoop loop;
  std::string order;
  loop.start_timer(loop.clock().now() + seconds(5), [&] {
    loop.post([&] { order += 'a'; });
    loop.stop();
    loop.post([&] { order += 'b'; });
  });
  loop.run();
  EXPECT_EQ(order, "a");
}

struct Recorder final : net::TransferObserver {
  std::string log;
  void on_head(net::ResponseHead head) override { log += std::to_string(head.status) + ";"; }
  void on_body(std::string_view bytes) override { log += std::string(bytes) + ";"; }
  void on_end(net::TransferEnd end) override { log += end.detail + "end"; }
};

TEST(FakeTransport, GivesAScriptedAnswerOutsideOfStart) {
  FakeEventLoop loop;
  FakeTransport transport(loop);
  transport.set_on_start(
      [&](FakeTransport::Transfer& t) { transport.reply(t, 200, t.request.body); });
  Recorder recorder;
  net::HttpRequest request;
  request.body = "echo";
  transport.start(std::move(request), recorder);
  EXPECT_EQ(recorder.log, "");
  loop.run_until_idle();
  EXPECT_EQ(recorder.log, "200;echo;end");
  EXPECT_EQ(transport.active(), 0U);
}

TEST(FakeTransport, HoldsBodyAndGoodEndWhilePaused) {
  FakeEventLoop loop;
  FakeTransport transport(loop);
  Recorder recorder;
  const net::TransferId id = transport.start({}, recorder);
  transport.pause(id);
  transport.reply(transport.last(), 200, "held");
  EXPECT_EQ(recorder.log, "200;");
  transport.resume(id);
  EXPECT_EQ(recorder.log, "200;");
  loop.run_until_idle();
  EXPECT_EQ(recorder.log, "200;held;end");
}

TEST(FakeTransport, SaysNothingAfterCancel) {
  FakeEventLoop loop;
  FakeTransport transport(loop);
  Recorder recorder;
  const net::TransferId id = transport.start({}, recorder);
  transport.head(transport.last(), 200);
  transport.cancel(id);
  transport.body(transport.last(), "late");
  transport.fail(transport.last(), net::TransferFailure::kReset);
  EXPECT_EQ(recorder.log, "200;");
  EXPECT_TRUE(transport.transfer(0).cancelled);
}

}  // namespace
}  // namespace llmgate::test
