#include <gtest/gtest.h>

#include "support/fake_pricing.h"
#include "support/ledger_fixture.h"
#include "support/routed_calls.h"

namespace llmgate::test {
namespace {

using account::Usd;

// Two engines would be two processes: the second one is a ledger that the test speaks for.
class CallLedger : public RoutedCallFixture {
 protected:
  CallLedger() {
    engine_->inspect([this](engine::Engine::LoopState loop) {
      loop.accounts.pricing = pricing_;
      loop.accounts.shared_ledger = ledger_;
      accounts_ = &loop.accounts;
    });
    loop_->run_until_idle();
  }

  static std::shared_ptr<account::SharedLedger> open(const std::string& path,
                                                     std::int64_t process) {
    account::SharedLedgerOptions options;
    options.path = path;
    options.lag = std::chrono::hours(1);
    options.busy_timeout = std::chrono::milliseconds(20);
    options.warn = [](const std::string& /*text*/) {};
    options.process = [process] { return account::ProcessMark{"boot", "c", process, 1}; };
    options.life_of = [](const account::ProcessMark&) { return account::Life::kLives; };
    auto opened = account::SharedLedger::open(std::move(options), kNoonOfThe22nd);
    EXPECT_TRUE(opened) << opened.error().message;
    return *opened;
  }
  void add_budget(const char* dollars, const char* window = "forever") {
    auto rule = std::make_shared<account::BudgetRule>();
    rule->id = 1;
    rule->name = "all";
    rule->shared = "team";
    rule->usd = *Usd::from_text(dollars);
    rule->window = *account::read_window(window);
    accounts_->budgets.add(std::move(rule));
  }
  // Nothing of the ledger runs beside the loop, which has no locks: it is asked, then it answers.
  template <typename Act>
  auto while_ledger_rests(Act act) {
    ledger_->before_fork();
    auto result = act();
    ledger_->after_fork();
    return result;
  }
  engine::Token submit_shared(const std::string& more = R"(,"max_tokens":100)") {
    const auto token = while_ledger_rests([&] { return submit(spec(false, more)); });
    answer();
    return token;
  }
  // Each round may ask once more.
  void answer() {
    for (int round = 0; round < 10; ++round) {
      (void)ledger_->flush();
      while_ledger_rests([&] { return loop_->run_until_idle(); });
    }
  }
  account::AccountState state() {
    const auto listed = ledger_->accounts({"team", "", "", {}}, loop_->clock().wall());
    EXPECT_TRUE(listed);
    return listed->empty() ? account::AccountState() : listed->front().second;
  }
  // Another process reserves so many dollars.
  std::uint64_t take(std::int64_t dollars) {
    account::SharedBid bid{{{{"team", "", "", {}}, Usd::whole(1000), std::nullopt}},
                           account::Amount{Usd::whole(dollars), 1},
                           loop_->clock().wall()};
    const std::uint64_t number = other_->reserve(
        std::move(bid), [](account::SharedAnswer answer) { EXPECT_TRUE(answer.grant.is_granted); });
    EXPECT_FALSE(other_->flush());
    return number;
  }

  TemporaryFolder folder_;
  std::shared_ptr<account::SharedLedger> ledger_ = open(folder_.file("usage.sqlite"), 1);
  std::shared_ptr<account::SharedLedger> other_ = open(folder_.file("usage.sqlite"), 2);
  std::shared_ptr<FakePricing> pricing_ = std::make_shared<FakePricing>();
  engine::Accounts* accounts_ = nullptr;
};

TEST_F(CallLedger, NothingIsSentBeforeTheFileHasSaidYes) {
  add_budget("100");
  const auto token =
      while_ledger_rests([&] { return submit(spec(false, R"(,"max_tokens":100)")); });
  EXPECT_EQ(transport_->started(), 0U);
  answer();
  ASSERT_EQ(transport_->started(), 1U);
  EXPECT_GT(state().reserved.usd, Usd::whole(1));
  reply(200, kPlainReply);
  EXPECT_FALSE(completion(token).error);
  EXPECT_EQ(state().spent.usd.text(), "0.021");
  EXPECT_EQ(state().reserved.usd, Usd());
}

TEST_F(CallLedger, WhatOthersHoldLeavesNoRoom) {
  add_budget("10");
  take(10);
  const auto token = submit_shared();
  EXPECT_EQ(error_kind(token), ErrorKind::kBudgetExceeded);
  EXPECT_NE(completion(token).error->message.find("$10 reserved"), std::string::npos);
  EXPECT_EQ(transport_->started(), 0U);
}

TEST_F(CallLedger, TheOutputIsClampedToWhatOthersLeave) {
  add_budget("10");
  take(8);
  submit_shared("");
  ASSERT_EQ(transport_->started(), 1U);
  EXPECT_NE(transfer().request.body.find("max_completion_tokens"), std::string::npos);
  EXPECT_LE(state().reserved.usd, Usd::whole(10));
  EXPECT_GT(state().reserved.usd, *Usd::from_text("9.98"));
}

TEST_F(CallLedger, RoomThatOthersGiveBackIsSeenAtOnce) {
  add_budget("10");
  const std::uint64_t number = take(10);
  EXPECT_EQ(error_kind(submit_shared()), ErrorKind::kBudgetExceeded);
  other_->settle(number, {}, loop_->clock().wall());
  ASSERT_FALSE(other_->flush());
  const auto token = submit_shared();
  EXPECT_FALSE(is_done(token));
  EXPECT_EQ(transport_->started(), 1U);
}

TEST_F(CallLedger, TheNextDayHasRoomAgainAndTheRefusalSaysWhen) {
  add_budget("2", "day");
  submit_shared();
  reply(200, kPlainReply);
  ASSERT_FALSE(ledger_->flush());
  submit_shared();
  transport_->fail(transfer(), net::TransferFailure::kReset);  // may have been billed in full
  loop_->run_until_idle();
  ASSERT_FALSE(ledger_->flush());
  const auto refused = submit_shared();
  ASSERT_EQ(error_kind(refused), ErrorKind::kBudgetExceeded);
  ASSERT_TRUE(completion(refused).error->retry_after);
  loop_->advance(*completion(refused).error->retry_after);
  const std::size_t before = transport_->started();
  EXPECT_FALSE(is_done(submit_shared()));
  EXPECT_EQ(transport_->started(), before + 1);
}

TEST_F(CallLedger, ACallThatIsCancelledWhileItWaitsHoldsNothing) {
  add_budget("100");
  const auto token = while_ledger_rests([&] {
    const auto made = submit(spec(false, R"(,"max_tokens":100)"));
    engine_->cancel(made);
    loop_->run_until_idle();
    return made;
  });
  EXPECT_EQ(error_kind(token), ErrorKind::kCancelled);
  EXPECT_FALSE(completion(token).route.at(0).maybe_billed);
  answer();
  EXPECT_EQ(transport_->started(), 0U);
  EXPECT_EQ(state().reserved.usd, Usd());
  EXPECT_EQ(state().spent.usd, Usd());
}

TEST_F(CallLedger, TheDeadlineOfACallHoldsWhileItWaits) {
  add_budget("100");
  const auto token = while_ledger_rests([&] {
    auto made = spec(false, R"(,"max_tokens":100)");
    made.timeouts.deadline = std::chrono::milliseconds(500);
    const auto given = submit(std::move(made));
    loop_->advance(std::chrono::milliseconds(501));
    return given;
  });
  EXPECT_EQ(error_kind(token), ErrorKind::kTimeout);
  answer();
  EXPECT_EQ(state().reserved.usd, Usd());
}

TEST_F(CallLedger, ALedgerThatCannotBeUsedRefusesTheCall) {
  add_budget("100");
  account::LedgerFileOptions options;
  options.path = ledger_->path();
  const auto locker = account::LedgerFile::open(options);
  ASSERT_TRUE(locker);
  const auto lock = store::Transaction::begin((*locker)->database());
  ASSERT_TRUE(lock);
  const auto token = submit_shared();
  EXPECT_EQ(error_kind(token), ErrorKind::kInternal);
  EXPECT_NE(completion(token).error->message.find("cannot be checked"), std::string::npos);
  EXPECT_EQ(transport_->started(), 0U);
}

TEST_F(CallLedger, WithoutALedgerASharedBudgetRefuses) {
  add_budget("100");
  accounts_->shared_ledger = nullptr;
  const auto token = submit(spec(false));
  EXPECT_EQ(error_kind(token), ErrorKind::kBadRequest);
  EXPECT_NE(completion(token).error->message.find("enable_ledger"), std::string::npos);
}

TEST_F(CallLedger, ACallSettlesWhereItHasReserved) {
  add_budget("100");
  submit_shared();
  accounts_->shared_ledger = nullptr;  // disabled meanwhile
  reply(200, kPlainReply);
  EXPECT_EQ(state().spent.usd.text(), "0.021");
  EXPECT_EQ(state().reserved.usd, Usd());
}

TEST_F(CallLedger, EveryEndedCallIsInTheFile) {
  submit(spec(false));
  reply(200, kPlainReply);
  submit(spec(false));
  reply(500, "{}");
  const auto sums = ledger_->sums();
  ASSERT_TRUE(sums);
  ASSERT_EQ(sums->size(), 1U);
  EXPECT_EQ(sums->front().totals.calls, 2);
  EXPECT_EQ(sums->front().totals.errors, 1);
  EXPECT_EQ(sums->front().totals.cost.text(), "0.021");
}

}  // namespace
}  // namespace llmgate::test
