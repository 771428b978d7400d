#include "account/shared_ledger.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <thread>

#include "support/ledger_fixture.h"

namespace llmgate::account {
namespace {

using namespace std::chrono_literals;
using test::kNoonOfThe22nd;
using Warnings = std::vector<std::string>;

class SharedLedgerTest : public test::LedgerFixture {
 protected:
  SharedLedgerOptions options(std::int64_t number, Warnings* warnings = nullptr) {
    SharedLedgerOptions made;
    made.path = path();
    made.lag = 1h;  // what is written is written because somebody asked
    made.busy_timeout = busy_timeout_;
    made.warn = [warnings](const std::string& text) {
      ASSERT_NE(warnings, nullptr) << text;
      warnings->push_back(text);
    };
    made.process = [number] { return mark(number); };
    made.life_of = life_of_;
    return made;
  }
  std::shared_ptr<SharedLedger> open(std::int64_t number, Warnings* warnings = nullptr) {
    auto opened = SharedLedger::open(options(number, warnings), kNoonOfThe22nd);
    EXPECT_TRUE(opened) << opened.error().message;
    return *opened;
  }
  static SharedAnswer ask(SharedLedger& ledger, SharedBid wish) {
    std::promise<SharedAnswer> told;
    const std::uint64_t number = ledger.reserve(
        std::move(wish), [&told](SharedAnswer answer) { told.set_value(std::move(answer)); });
    SharedAnswer answer = told.get_future().get();
    EXPECT_EQ(answer.number, number);
    return answer;
  }
  AccountState state(SharedLedger& ledger) {
    const auto listed = ledger.accounts(key(), kNoonOfThe22nd);
    EXPECT_TRUE(listed) << listed.error().message;
    return listed->empty() ? AccountState() : listed->front().second;
  }
  static CallRecord call(const char* model = "gpt-4o") {
    CallRecord record;
    record.at = kNoonOfThe22nd;
    record.provider = "openai";
    record.model = model;
    record.prompt_tokens = 3;
    record.cost = *Usd::from_text("0.25");
    return record;
  }
  static std::int64_t calls(SharedLedger& ledger) {
    const auto sums = ledger.sums();
    EXPECT_TRUE(sums) << sums.error().message;
    Totals all;
    for (const LedgerSum& sum : *sums) {
      all += sum.totals;
    }
    return all.calls;
  }

  std::chrono::milliseconds busy_timeout_ = 20ms;
};

TEST_F(SharedLedgerTest, UsageOfSeveralProcessesIsReadAtOnceAndExactly) {
  const auto a = open(1);
  const auto b = open(2);
  a->add(call());
  a->add(call());
  b->add(call("gpt-4.1"));
  EXPECT_EQ(calls(*a), 2);  // the other's lag is an hour here
  EXPECT_EQ(calls(*b), 3);
  EXPECT_EQ(calls(*a), 3);
  EXPECT_EQ(calls(*a), 3);
}

TEST_F(SharedLedgerTest, UsageIsWrittenAfterItsLagWithoutBeingAsked) {
  SharedLedgerOptions quick = options(1);
  quick.lag = 1ms;
  const auto a = *SharedLedger::open(std::move(quick), kNoonOfThe22nd);
  const auto b = open(2);
  a->add(call());
  while (calls(*b) == 0) {
    std::this_thread::yield();
  }
  EXPECT_EQ(calls(*b), 1);
}

TEST_F(SharedLedgerTest, KeepsAsManyDaysOfUsageAsItIsToldTo) {
  const auto ledger = open(1);
  CallRecord old = call();
  old.at = kNoonOfThe22nd - 24h * 7;
  ledger->add(old);
  ledger->add(call());
  EXPECT_EQ(calls(*ledger), 2);
  ledger->keep_days(8);
  ledger->add(call());
  EXPECT_EQ(calls(*ledger), 3);
  ledger->keep_days(7);
  ledger->add(call());
  EXPECT_EQ(calls(*ledger), 3);
}

TEST_F(SharedLedgerTest, WhatIsOldIsForgottenWhenItIsOpened) {
  open(1)->add(call());
  SharedLedgerOptions kept = options(1);
  kept.keep_days = 2;
  EXPECT_EQ(calls(**SharedLedger::open(kept, kNoonOfThe22nd + 24h)), 1);
  EXPECT_EQ(calls(**SharedLedger::open(kept, kNoonOfThe22nd + 24h * 2)), 0);
}

TEST_F(SharedLedgerTest, ClosingWritesWhatThereIs) {
  const auto b = open(2);
  {
    const auto a = open(1);
    a->add(call());
  }
  EXPECT_EQ(calls(*b), 1);
}

TEST_F(SharedLedgerTest, TwoProcessesNeverReserveMoreThanThereIs) {
  busy_timeout_ = 10s;  // each waits for the other's turn, and a busy machine for both
  const auto a = open(1);
  const auto b = open(2);
  std::atomic<int> granted{0};
  const auto spend = [&](SharedLedger& ledger) {
    for (int i = 0; i < 100; ++i) {
      const SharedAnswer answer = ask(ledger, bid(50, 1, kNoonOfThe22nd));
      granted += answer.grant.is_granted ? 1 : 0;
      if (answer.grant.is_granted && i % 2 == 0) {
        ledger.settle(answer.number, dollars(1), kNoonOfThe22nd);
      }
    }
  };
  std::thread other([&] { spend(*b); });
  spend(*a);
  other.join();
  EXPECT_EQ(granted, 50);
  ASSERT_FALSE(b->flush());
  const AccountState left = state(*a);
  EXPECT_EQ((left.spent.usd + left.reserved.usd), Usd::whole(50));
}

TEST_F(SharedLedgerTest, WhatWaitsTogetherIsDecidedInItsOrder) {
  const auto ledger = open(1);
  ledger->before_fork();  // holds the worker still
  std::vector<bool> granted;
  const auto note = [&granted](SharedAnswer answer) { granted.push_back(answer.grant.is_granted); };
  const std::uint64_t first = ledger->reserve(bid(10, 10, kNoonOfThe22nd), note);
  ledger->reserve(bid(10, 1, kNoonOfThe22nd), note);
  ledger->settle(first, dollars(4), kNoonOfThe22nd);
  ledger->reserve(bid(10, 6, kNoonOfThe22nd), note);
  ledger->after_fork();
  ASSERT_FALSE(ledger->flush());
  EXPECT_EQ(granted, (std::vector<bool>{true, false, true}));
}

TEST_F(SharedLedgerTest, ABidThatIsTakenBackBeforeItsAnswerHoldsNothing) {
  const auto ledger = open(1);
  ledger->before_fork();
  const std::uint64_t number =
      ledger->reserve(bid(10, 10, kNoonOfThe22nd), [](const SharedAnswer& /*answer*/) {});
  ledger->settle(number, {}, kNoonOfThe22nd);
  ledger->after_fork();
  EXPECT_EQ(state(*ledger).reserved.usd, Usd());
}

TEST_F(SharedLedgerTest, TheDeadAreFoundWhenItIsOpenedAndTheirLossIsTold) {
  ask(*open(1), bid(10, 7, kNoonOfThe22nd));
  dead_.insert(1);
  Warnings warnings;
  const auto b = open(2, &warnings);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("1 reservations of processes that died"), std::string::npos);
  EXPECT_NE(warnings[0].find("$7 and 70 tokens"), std::string::npos);
  EXPECT_EQ(state(*b).spent.usd, Usd::whole(7));
  EXPECT_EQ(warnings.size(), 1U);
}

TEST_F(SharedLedgerTest, TheDeadAreLookedForWhereThereIsNoRoom) {
  const SharedKey day = key("day");
  Warnings warnings;
  const auto b = open(2, &warnings);
  ask(*open(1), bid(10, 7, kNoonOfThe22nd, day));
  EXPECT_FALSE(ask(*b, bid(10, 7, kNoonOfThe22nd + 24h, day)).grant.is_granted);
  dead_.insert(1);
  EXPECT_FALSE(ask(*b, bid(10, 7, kNoonOfThe22nd + 24h, day)).grant.is_granted);
  EXPECT_EQ(warnings.size(), 1U);
  EXPECT_TRUE(ask(*b, bid(10, 7, kNoonOfThe22nd + 48h, day)).grant.is_granted);
}

TEST_F(SharedLedgerTest, AFileThatIsLockedGrantsNothingAndKeepsUsage) {
  Warnings warnings;
  const auto ledger = open(1, &warnings);
  test::LedgerProcess other = process(2);
  {
    const auto lock = store::Transaction::begin(other.file->database());
    ASSERT_TRUE(lock);
    const SharedAnswer answer = ask(*ledger, bid(10, 1, kNoonOfThe22nd));
    ASSERT_TRUE(answer.failure);
    EXPECT_EQ(answer.failure->kind, ErrorKind::kInternal);
    EXPECT_NE(answer.failure->message.find("nothing was sent"), std::string::npos);
    EXPECT_NE(answer.failure->message.find(path()), std::string::npos);
    ledger->add(call());
    EXPECT_TRUE(ledger->flush());
    EXPECT_FALSE(ledger->sums());
    EXPECT_EQ(warnings.size(), 1U);  // of usage, once
  }
  EXPECT_EQ(calls(*ledger), 1);
  EXPECT_TRUE(ask(*ledger, bid(10, 10, kNoonOfThe22nd)).grant.is_granted);
}

TEST_F(SharedLedgerTest, SettlementsWaitForALockedFile) {
  Warnings warnings;
  const auto ledger = open(1, &warnings);
  test::LedgerProcess other = process(2);
  const SharedAnswer held = ask(*ledger, bid(10, 8, kNoonOfThe22nd));
  {
    const auto lock = store::Transaction::begin(other.file->database());
    ASSERT_TRUE(lock);
    ledger->settle(held.number, dollars(3), kNoonOfThe22nd);
    EXPECT_TRUE(ledger->flush());
  }
  EXPECT_EQ(state(*ledger).spent.usd, Usd::whole(3));
  EXPECT_EQ(state(*ledger).reserved.usd, Usd());
}

TEST_F(SharedLedgerTest, ADamagedTableGrantsNothing) {
  const auto ledger = open(1);
  ask(*ledger, bid(10, 1, kNoonOfThe22nd));
  ASSERT_FALSE(process(2).file->database().run("UPDATE accounts SET reserved_usd = 'x'"));
  const SharedAnswer answer = ask(*ledger, bid(10, 1, kNoonOfThe22nd));
  ASSERT_TRUE(answer.failure);
  EXPECT_NE(answer.failure->message.find("an amount of money that is none"), std::string::npos);
}

TEST_F(SharedLedgerTest, AfterItsEndEveryBidIsAnswered) {
  const auto ledger = open(1);
  ledger->close();
  const SharedAnswer answer = ask(*ledger, bid(10, 1, kNoonOfThe22nd));
  ASSERT_TRUE(answer.failure);
  EXPECT_NE(answer.failure->message.find("has been closed"), std::string::npos);
  ledger->settle(1, {}, kNoonOfThe22nd);
  EXPECT_TRUE(ledger->flush());
  ledger->close();
}

TEST_F(SharedLedgerTest, AChildHasAConnectionOfItsOwnAndNothingOfItsParents) {
  const auto parent = open(1);
  parent->add(call());
  ask(*parent, bid(10, 6, kNoonOfThe22nd));
  parent->before_fork();
  const pid_t child = ::fork();
  if (child == 0) {
    const auto own = parent->for_child();
    own->add(call());
    const bool is_well = calls(*own) == 1 && !ask(*own, bid(10, 5, kNoonOfThe22nd)).failure &&
                         state(*own).reserved.usd == Usd::whole(6);
    ::_exit(is_well ? 0 : 1);
  }
  parent->after_fork();
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(calls(*parent), 2);
}

}  // namespace
}  // namespace llmgate::account
