#include "account/shared_accounts.h"

#include "support/ledger_fixture.h"

namespace llmgate::account {
namespace {

using namespace std::chrono_literals;
using test::kNoonOfThe22nd;
using test::LedgerProcess;

class SharedAccountsTest : public test::LedgerFixture {
 protected:
  bool reserve(LedgerProcess& by, std::uint64_t number, const SharedBid& wish) {
    auto grant = by.accounts->reserve(number, wish);
    EXPECT_TRUE(grant) << grant.error().message;
    states_ = grant->states;
    return grant->is_granted;
  }
  // Of the one account there is.
  AccountState state(LedgerProcess& by, WallTime now = kNoonOfThe22nd, SharedKey of = key()) {
    SharedBid look = bid(0, 0, now, std::move(of));
    look.amount.reset();
    EXPECT_FALSE(reserve(by, 0, look));
    return states_.at(0);
  }

  std::vector<AccountState> states_;
};

TEST_F(SharedAccountsTest, ProcessesSpendFromOneAccount) {
  LedgerProcess a = process(1);
  LedgerProcess b = process(2);
  EXPECT_TRUE(reserve(a, 1, bid(10, 6, kNoonOfThe22nd)));
  EXPECT_FALSE(reserve(b, 1, bid(10, 5, kNoonOfThe22nd)));
  EXPECT_EQ(states_.at(0).reserved.usd, Usd::whole(6));
  EXPECT_TRUE(reserve(b, 2, bid(10, 4, kNoonOfThe22nd)));
  EXPECT_EQ(states_.at(0).reserved.usd, Usd::whole(10));
  ASSERT_FALSE(a.accounts->settle(1, dollars(1), kNoonOfThe22nd));
  EXPECT_EQ(state(b).spent.usd, Usd::whole(1));
  EXPECT_EQ(state(b).reserved.usd, Usd::whole(4));
  EXPECT_EQ(state(b).reserved.tokens, 40);
}

TEST_F(SharedAccountsTest, NumbersOfOneProcessSayNothingToAnother) {
  LedgerProcess a = process(1);
  LedgerProcess b = process(2);
  ASSERT_TRUE(reserve(a, 7, bid(10, 6, kNoonOfThe22nd)));
  ASSERT_FALSE(b.accounts->settle(7, {}, kNoonOfThe22nd));
  EXPECT_EQ(state(a).reserved.usd, Usd::whole(6));
}

TEST_F(SharedAccountsTest, TokensAreALimitToo) {
  LedgerProcess a = process(1);
  SharedBid wish = bid(10, 1, kNoonOfThe22nd);
  wish.entries[0].tokens = 9;  // a dollar is ten here
  EXPECT_FALSE(reserve(a, 1, wish));
  wish.entries[0].tokens = 10;
  EXPECT_TRUE(reserve(a, 1, wish));
}

TEST_F(SharedAccountsTest, AllAccountsHaveRoomOrNoneIsReservedIn) {
  LedgerProcess a = process(1);
  SharedBid wish = bid(10, 3, kNoonOfThe22nd);
  wish.entries.push_back({key("forever", "ann"), Usd::whole(2), std::nullopt});
  EXPECT_FALSE(reserve(a, 1, wish));
  EXPECT_EQ(state(a).reserved.usd, Usd());
  wish.entries[1].usd = Usd::whole(3);
  EXPECT_TRUE(reserve(a, 2, wish));
  EXPECT_EQ(state(a).reserved.usd, Usd::whole(3));
  ASSERT_FALSE(a.accounts->settle(2, dollars(2), kNoonOfThe22nd));
  EXPECT_EQ(state(a).spent.usd, Usd::whole(2));
  EXPECT_EQ(state(a, kNoonOfThe22nd, key("forever", "ann")).spent.usd, Usd::whole(2));
}

TEST_F(SharedAccountsTest, TwoRulesOfOneNameHoldOnce) {
  LedgerProcess a = process(1);
  SharedBid wish = bid(10, 3, kNoonOfThe22nd);
  wish.entries.push_back(wish.entries[0]);
  ASSERT_TRUE(reserve(a, 1, wish));
  EXPECT_EQ(state(a).reserved.usd, Usd::whole(3));
  ASSERT_FALSE(a.accounts->settle(1, dollars(3), kNoonOfThe22nd));
  EXPECT_EQ(state(a).spent.usd, Usd::whole(3));
  EXPECT_EQ(state(a).reserved.usd, Usd());
}

TEST_F(SharedAccountsTest, WhatTheDeadHadReservedCountsAsSpent) {
  LedgerProcess a = process(1);
  LedgerProcess b = process(2);
  ASSERT_TRUE(reserve(a, 1, bid(10, 2, kNoonOfThe22nd)));
  ASSERT_TRUE(reserve(a, 2, bid(10, 3, kNoonOfThe22nd)));
  auto taken = b.accounts->take_over_abandoned(kNoonOfThe22nd);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->reservations, 0);
  dead_.insert(1);
  taken = b.accounts->take_over_abandoned(kNoonOfThe22nd);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->reservations, 2);
  EXPECT_EQ(taken->amount.usd, Usd::whole(5));
  EXPECT_EQ(state(b).spent.usd, Usd::whole(5));
  EXPECT_EQ(state(b).reserved.usd, Usd());
  taken = b.accounts->take_over_abandoned(kNoonOfThe22nd);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->reservations, 0);
}

TEST_F(SharedAccountsTest, ProcessesThatCannotBeSeenLoseTheirsAfterADay) {
  LedgerProcess a = process(1);
  LedgerProcess b = process(2);
  hidden_.insert(1);
  ASSERT_TRUE(reserve(a, 1, bid(10, 2, kNoonOfThe22nd)));
  auto taken = b.accounts->take_over_abandoned(kNoonOfThe22nd + 23h);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->reservations, 0);
  taken = b.accounts->take_over_abandoned(kNoonOfThe22nd + 24h);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->reservations, 1);
  // It did live, and settles: what was counted stays.
  ASSERT_FALSE(a.accounts->settle(1, dollars(1), kNoonOfThe22nd + 24h));
  EXPECT_EQ(state(b).spent.usd, Usd::whole(2));
}

TEST_F(SharedAccountsTest, AReservationOutlivesItsSpanAndIsSpentInTheOneWhereItSettles) {
  LedgerProcess a = process(1);
  const SharedKey day = key("day");
  ASSERT_TRUE(reserve(a, 1, bid(10, 8, kNoonOfThe22nd, day)));
  EXPECT_FALSE(reserve(a, 2, bid(10, 8, kNoonOfThe22nd + 12h, day)));
  ASSERT_FALSE(a.accounts->settle(1, dollars(1), kNoonOfThe22nd + 13h));
  EXPECT_EQ(state(a, kNoonOfThe22nd + 13h, day).spent.usd, Usd::whole(1));
  EXPECT_TRUE(reserve(a, 2, bid(10, 9, kNoonOfThe22nd + 13h, day)));
}

TEST_F(SharedAccountsTest, SettlingTwiceOrWhatNeverWasChangesNothing) {
  LedgerProcess a = process(1);
  ASSERT_TRUE(reserve(a, 1, bid(10, 2, kNoonOfThe22nd)));
  for (int i = 0; i < 2; ++i) {
    ASSERT_FALSE(a.accounts->settle(1, dollars(2), kNoonOfThe22nd));
    ASSERT_FALSE(a.accounts->settle(99, dollars(2), kNoonOfThe22nd));
  }
  EXPECT_EQ(state(a).spent.usd, Usd::whole(2));
}

}  // namespace
}  // namespace llmgate::account
