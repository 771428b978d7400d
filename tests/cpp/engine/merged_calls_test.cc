#include "engine/merged_calls.h"

#include <gtest/gtest.h>

#include "support/cached_calls.h"
#include "support/call_fixture.h"
#include "support/fake_pricing.h"

namespace llmgate::engine {
namespace {

using std::chrono_literals::operator""s;

class MergedCallsTest : public test::CallFixture {
 protected:
  struct Caller {
    Token token = 0;
    std::shared_ptr<test::KeepingSink> sink = std::make_shared<test::KeepingSink>();
    std::shared_ptr<StreamFlow> flow;
    [[nodiscard]] bool is_done() const { return sink->done.contains(token); }
    [[nodiscard]] Completion& completion() const { return *sink->done.at(token); }
    [[nodiscard]] std::string text() const {
      return completion().answer->turn.choices.front().blocks.front().text;
    }
  };

  Caller call(bool is_stream, std::string_view scope = "scope", const std::string& more = "",
              const Timeouts& timeouts = {}) {
    CallSpec made = spec(is_stream, more);
    made.timeouts = timeouts;
    test::look_up(made, cache_, scope);
    made.cached->merges = true;
    Caller caller;
    caller.flow = made.flow;
    caller.token = engine_->submit(std::move(made), caller.sink);
    loop_->run_until_idle();
    return caller;
  }

  Caller call_within(const Timeouts& timeouts, bool is_stream = false) {
    return call(is_stream, "scope", "", timeouts);
  }

  static Timeouts total(std::chrono::milliseconds limit) {
    Timeouts timeouts;
    timeouts.total = limit;
    return timeouts;
  }
  static Timeouts deadline(std::chrono::milliseconds limit) {
    Timeouts timeouts;
    timeouts.deadline = limit;
    return timeouts;
  }

  void cancel(const Caller& caller) {
    engine_->cancel(caller.token);
    loop_->run_until_idle();
  }

  // As a reader does.
  void read_all(const Caller& caller) {
    if (caller.flow->take(caller.flow->unread_bytes.load())) {
      engine_->resume(caller.token);
      loop_->run_until_idle();
    }
  }

  static std::string large_event() {
    return test::stream_event(R"({"content":")" + std::string(300000, 'x') + "\"}");
  }

  // From now on. Sums are by metadata.
  void account() {
    engine_->inspect([this](Engine::LoopState loop) {
      loop.accounts.pricing = std::make_shared<test::FakePricing>();
      accounts_ = &loop.accounts;
    });
    loop_->run_until_idle();
  }
  [[nodiscard]] std::map<std::string, account::Totals> totals() const {
    std::map<std::string, account::Totals> found;
    for (const account::LedgerSum& sum : accounts_->ledger.sums()) {
      found[sum.key.metadata] += sum.totals;
    }
    return found;
  }
  Caller call_of(const std::string& user, bool is_stream = false) {
    CallSpec made = spec(is_stream);
    test::look_up(made, cache_);
    made.cached->merges = true;
    made.attribution = std::make_unique<Attribution>();
    made.attribution->metadata.text =
        std::make_unique<const std::string>(R"({"user_id":")" + user + R"("})");
    Caller caller;
    caller.flow = made.flow;
    caller.token = engine_->submit(std::move(made), caller.sink);
    loop_->run_until_idle();
    return caller;
  }

  std::shared_ptr<cache::Cache> cache_;
  Accounts* accounts_ = nullptr;
};

TEST_F(MergedCallsTest, AThousandEqualCallsAskOnce) {
  std::vector<Caller> callers;
  for (int i = 0; i < 1000; ++i) {
    callers.push_back(call(false));
  }
  EXPECT_EQ(transport_->started(), 1U);
  reply(200, test::kPlainReply);
  for (const Caller& caller : callers) {
    ASSERT_TRUE(caller.is_done());
    EXPECT_EQ(caller.text(), "Hi");
    EXPECT_EQ(caller.completion().cache->shared_by, 1000U);
  }
  call(false);
  EXPECT_EQ(transport_->started(), 2U);  // nobody was in flight any more
}

TEST_F(MergedCallsTest, OtherRequestsAndOtherScopesAskThemselves) {
  call(false);
  call(false, "other scope");
  call(false, "scope", R"(,"top_k":3)");
  EXPECT_EQ(transport_->started(), 3U);
}

TEST_F(MergedCallsTest, ALateJoinerGetsWhatWasSaidAtOnce) {
  const Caller first = call(true);
  open_stream();
  say(test::stream_event(R"({"role":"assistant","content":"He"})"));
  const Caller late = call(true);
  EXPECT_EQ(transport_->started(), 1U);
  EXPECT_EQ(late.sink->chunks, first.sink->chunks);
  ASSERT_EQ(late.sink->chunks.size(), 1U);
  say(test::stream_event(R"({"content":"llo"})") + test::stream_event("{}", R"("stop")") +
      "data: [DONE]\n\n");
  ASSERT_TRUE(late.is_done());
  EXPECT_EQ(late.sink->chunks, first.sink->chunks);
  EXPECT_EQ(late.text(), "Hello");
  EXPECT_EQ(first.text(), "Hello");
}

TEST_F(MergedCallsTest, PlainCallsAndStreamsShareOne) {
  const Caller stream = call(true);
  const Caller plain = call(false);
  EXPECT_EQ(transport_->started(), 1U);
  open_stream();
  say(test::stream_event(R"({"content":"Hi"})") + test::stream_event("{}", R"("stop")") +
      "data: [DONE]\n\n");
  EXPECT_EQ(plain.text(), "Hi");
  EXPECT_TRUE(plain.sink->chunks.empty());
  EXPECT_EQ(stream.text(), "Hi");
}

TEST_F(MergedCallsTest, AStreamThatJoinedAPlainCallGetsItsChunksAtTheEnd) {
  const Caller plain = call(false);
  const Caller stream = call(true);
  reply(200, test::kPlainReply);
  EXPECT_EQ(stream.text(), "Hi");
  std::string chunks;
  for (const std::string& chunk : stream.sink->chunks) {
    chunks += chunk;
  }
  EXPECT_NE(chunks.find("Hi"), std::string::npos);
  EXPECT_TRUE(plain.is_done());
}

TEST_F(MergedCallsTest, EachCallerCancelsAlone) {
  const Caller first = call(false);
  const Caller second = call(false);
  cancel(first);
  ASSERT_TRUE(first.is_done());
  EXPECT_EQ(first.completion().error->kind, ErrorKind::kCancelled);
  EXPECT_FALSE(second.is_done());
  EXPECT_FALSE(transfer().cancelled);
  reply(200, test::kPlainReply);
  EXPECT_EQ(second.text(), "Hi");
}

TEST_F(MergedCallsTest, TheCallEndsWithTheLastWhoCancels) {
  const Caller first = call(false);
  const Caller second = call(false);
  cancel(second);
  cancel(first);
  EXPECT_TRUE(transfer().cancelled);
  EXPECT_EQ(first.completion().error->kind, ErrorKind::kCancelled);
  EXPECT_EQ(second.completion().error->kind, ErrorKind::kCancelled);
  const Caller third = call(false);
  EXPECT_EQ(transport_->started(), 2U);
  EXPECT_FALSE(third.is_done());
}

TEST_F(MergedCallsTest, TheTimeOfOneWhoJoinedEndsHimAlone) {
  for (const Timeouts& limited : {total(2s), deadline(2s)}) {
    const Caller first = call(false);
    const Caller second = call_within(limited);
    loop_->advance(2s);
    ASSERT_TRUE(second.is_done());
    EXPECT_EQ(second.completion().error->kind, ErrorKind::kTimeout);
    EXPECT_EQ(second.completion().error->provider, "openai");
    EXPECT_FALSE(first.is_done());
    EXPECT_FALSE(transfer().cancelled);
    reply(200, test::kPlainReply);
    EXPECT_EQ(first.text(), "Hi");
  }
}

TEST_F(MergedCallsTest, TheTimeOfTheFirstEndsHimAlone) {
  for (const Timeouts& limited : {total(2s), deadline(2s)}) {
    const Caller first = call_within(limited);
    loop_->advance(1s);
    const Caller second = call(false);
    loop_->advance(1s);
    ASSERT_TRUE(first.is_done());
    EXPECT_EQ(first.completion().error->kind, ErrorKind::kTimeout);
    EXPECT_FALSE(second.is_done());
    reply(200, test::kPlainReply);
    EXPECT_EQ(second.text(), "Hi");
  }
}

TEST_F(MergedCallsTest, TheCallEndsWithTheLastWhoseTimeIsUp) {
  const Caller first = call_within(deadline(3s));
  const Caller second = call_within(deadline(2s));
  loop_->advance(2s);
  EXPECT_TRUE(second.is_done());
  EXPECT_FALSE(first.is_done());
  EXPECT_FALSE(transfer().cancelled);
  loop_->advance(1s);
  ASSERT_TRUE(first.is_done());
  EXPECT_EQ(first.completion().error->kind, ErrorKind::kTimeout);
  EXPECT_TRUE(transfer().cancelled);
}

TEST_F(MergedCallsTest, ADeadlineCountsFromWhenItsCallerJoined) {
  const Caller first = call_within(deadline(2s));
  loop_->advance(1s);
  const Caller second = call_within(deadline(2s));
  loop_->advance(1s);
  EXPECT_TRUE(first.is_done());
  EXPECT_FALSE(second.is_done());
  loop_->advance(1s);
  ASSERT_TRUE(second.is_done());
  EXPECT_EQ(second.completion().error->kind, ErrorKind::kTimeout);
}

TEST_F(MergedCallsTest, AnAttemptThatTookTooLongForAllFailsForAllOfThem) {
  const Caller first = call_within(total(2s));
  loop_->advance(1s);
  const Caller second = call_within(total(2s));
  loop_->advance(1s);
  EXPECT_EQ(first.completion().error->kind, ErrorKind::kTimeout);
  EXPECT_EQ(second.completion().error->kind, ErrorKind::kTimeout);
}

TEST_F(MergedCallsTest, AReadersIdleTimeEndsHimAlone) {
  Timeouts impatient;
  impatient.idle = 1s;
  const Caller first = call(true);
  const Caller second = call_within(impatient, true);
  open_stream();
  say(test::stream_event(R"({"content":"H"})"));
  loop_->advance(1s);
  ASSERT_TRUE(second.is_done());
  EXPECT_EQ(second.completion().error->timeout_phase, TimeoutPhase::kIdle);
  say(test::stream_event(R"({"content":"i"})") + test::stream_event("{}", "\"stop\"") +
      "data: [DONE]\n\n");
  EXPECT_EQ(first.text(), "Hi");
}

TEST_F(MergedCallsTest, AnErrorGoesToAllAndIsNotKept) {
  cache_ = std::make_shared<cache::Cache>(cache::CacheSettings());
  const Caller first = call(false);
  const Caller second = call(true);
  reply(400, R"({"error":{"message":"no"}})");
  EXPECT_EQ(first.completion().error->kind, ErrorKind::kBadRequest);
  EXPECT_EQ(second.completion().error->kind, ErrorKind::kBadRequest);
  EXPECT_TRUE(second.sink->chunks.empty());
  EXPECT_EQ(cache_->memory().stats().entries, 0U);
}

TEST_F(MergedCallsTest, ACallThatMissedJustBeforeTheAnswerFindsItInMemory) {
  cache_ = std::make_shared<cache::Cache>(cache::CacheSettings());
  CallSpec late = spec(false);
  test::look_up(late, cache_);
  late.cached->merges = true;
  call(false);
  reply(200, test::kPlainReply);
  const Token token = submit(std::move(late));
  EXPECT_EQ(transport_->started(), 1U);
  ASSERT_TRUE(is_done(token));
  EXPECT_EQ(completion(token).cache->status, CacheStatus::kHit);
}

TEST_F(MergedCallsTest, AStreamPausesOnlyWhenAllItsReadersLag) {
  const Caller first = call(true);
  const Caller second = call(true);
  open_stream();
  say(large_event());
  EXPECT_TRUE(transfer().paused);
  read_all(first);
  EXPECT_FALSE(transfer().paused);
  say(large_event());
  EXPECT_TRUE(transfer().paused);  // both have much to read again
  read_all(second);
  EXPECT_FALSE(transfer().paused);
}

TEST_F(MergedCallsTest, AReaderWhoLagsAndLeavesHoldsNobodyBack) {
  const Caller stream = call(true);
  open_stream();
  say(large_event());
  EXPECT_TRUE(transfer().paused);
  const Caller plain = call(false);
  cancel(stream);
  EXPECT_FALSE(transfer().paused);
  EXPECT_FALSE(plain.is_done());
}

TEST_F(MergedCallsTest, EachCallerIsInTheLedgerAndOnePays) {
  account();
  const Caller first = call_of("ann");
  loop_->advance(1s);
  const Caller second = call_of("bob");
  loop_->advance(2s);
  reply(200, test::kPlainReply);
  EXPECT_EQ(first.completion().total_cost->text(), "0.021");
  EXPECT_EQ(second.completion().total_cost, account::Usd());
  EXPECT_EQ(second.completion().saved.text(), "0.021");
  const account::Totals ann = totals().at(R"({"user_id":"ann"})");
  const account::Totals bob = totals().at(R"({"user_id":"bob"})");
  EXPECT_EQ(ann.calls, 1);
  EXPECT_EQ(ann.cost.text(), "0.021");
  EXPECT_EQ(ann.prompt_tokens, 1);
  EXPECT_EQ(ann.saved, account::Usd());
  EXPECT_EQ(bob.calls, 1);
  EXPECT_EQ(bob.attempts, 0);
  EXPECT_EQ(bob.cost, account::Usd());
  EXPECT_EQ(bob.prompt_tokens, 0);
  EXPECT_EQ(bob.saved.text(), "0.021");
  EXPECT_NEAR(bob.total_us.percentile(0.5).value(), 2e6, 2e5);
}

TEST_F(MergedCallsTest, WhoLeavesEarlyIsAnErrorInTheLedger) {
  account();
  call_of("ann");
  const Caller second = call_of("bob");
  cancel(second);
  reply(200, test::kPlainReply);
  EXPECT_EQ(totals().at(R"({"user_id":"bob"})").errors, 1);
  EXPECT_EQ(totals().at(R"({"user_id":"bob"})").saved, account::Usd());
  EXPECT_EQ(totals().at(R"({"user_id":"ann"})").errors, 0);
}

TEST_F(MergedCallsTest, WhereTheFirstHasLeftTheNextIsShownTheCost) {
  account();
  const Caller first = call_of("ann");
  const Caller second = call_of("bob");
  const Caller third = call_of("eve");
  cancel(first);
  reply(200, test::kPlainReply);
  EXPECT_EQ(second.completion().total_cost->text(), "0.021");
  EXPECT_EQ(third.completion().total_cost, account::Usd());
  account::Usd sum;
  std::int64_t calls = 0;
  for (const auto& [metadata, of] : totals()) {
    sum += of.cost;
    calls += of.calls;
  }
  EXPECT_EQ(sum.text(), "0.021");  // once
  EXPECT_EQ(calls, 3);
}

TEST_F(MergedCallsTest, AStreamThatJoinedHasItsOwnTimeToItsFirstContent) {
  account();
  call_of("ann", true);
  loop_->advance(1s);
  call_of("bob", true);
  open_stream();
  loop_->advance(2s);
  say(test::stream_event(R"({"content":"Hi"})") + test::stream_event("{}", "\"stop\"") +
      "data: [DONE]\n\n");
  const account::Totals bob = totals().at(R"({"user_id":"bob"})");
  EXPECT_NEAR(bob.first_content_us.percentile(0.5).value(), 2e6, 2e5);
}

TEST_F(MergedCallsTest, AnErrorIsOneForEachAndSavesNobodyAnything) {
  account();
  call_of("ann");
  call_of("bob");
  reply(400, R"({"error":{"message":"no"}})");
  EXPECT_EQ(totals().at(R"({"user_id":"bob"})").errors, 1);
  EXPECT_EQ(totals().at(R"({"user_id":"bob"})").uncertain, 0);
  EXPECT_EQ(totals().at(R"({"user_id":"bob"})").saved, account::Usd());
}

TEST_F(MergedCallsTest, ShuttingDownTellsAllOfThem) {
  const Caller first = call(false);
  const Caller second = call(false);
  engine_->shut_down();
  loop_->run_until_idle();
  EXPECT_EQ(first.completion().error->kind, ErrorKind::kShutdown);
  EXPECT_EQ(second.completion().error->kind, ErrorKind::kShutdown);
}

}  // namespace
}  // namespace llmgate::engine
