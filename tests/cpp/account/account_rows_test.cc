#include "account/account_rows.h"

#include "support/ledger_fixture.h"

namespace llmgate::account {
namespace {

using namespace std::chrono_literals;
using test::kNoonOfThe22nd;

class AccountRowsTest : public test::LedgerFixture {
 protected:
  AccountRowsTest() : process_(process(1)), rows_(process_.file->database()) {
    EXPECT_FALSE(rows_.prepare());
  }
  // Through a reservation's whole life at one moment.
  void spend(const SharedKey& of, std::int64_t count, WallTime now) {
    auto account = rows_.find(of);
    ASSERT_TRUE(account);
    ASSERT_FALSE(rows_.insert(of, *account));
    ASSERT_FALSE(rows_.give_back(account->id, {}, dollars(count), now));
  }
  AccountState state(const SharedKey& of, WallTime now) {
    const auto account = rows_.find(of);
    EXPECT_TRUE(account);
    const auto state = rows_.state_of(*account, of.window, now);
    EXPECT_TRUE(state);
    return *state;
  }
  std::string spent(const SharedKey& of, WallTime now) { return state(of, now).spent.usd.text(); }

  test::LedgerProcess process_;
  AccountRows rows_;
};

TEST_F(AccountRowsTest, AnAccountThatNobodyHasUsedIsEmpty) {
  const AccountState empty = state(key("day"), kNoonOfThe22nd);
  EXPECT_EQ(empty.spent.usd, Usd());
  EXPECT_EQ(empty.until, kNoonOfThe22nd + 12h);
  EXPECT_EQ(state(key(), kNoonOfThe22nd).until, WallTime::max());
}

TEST_F(AccountRowsTest, WhatIsSpentAddsUpInMoneyAndTokens) {
  spend(key("day"), 1, kNoonOfThe22nd);
  spend(key("day"), 2, kNoonOfThe22nd + 11h);
  EXPECT_EQ(state(key("day"), kNoonOfThe22nd).spent.usd, Usd::whole(3));
  EXPECT_EQ(state(key("day"), kNoonOfThe22nd).spent.tokens, 30);
}

TEST_F(AccountRowsTest, TheNextDayBeginsEmpty) {
  spend(key("day"), 1, kNoonOfThe22nd);
  EXPECT_EQ(spent(key("day"), kNoonOfThe22nd + 12h - 1s), "1");
  EXPECT_EQ(spent(key("day"), kNoonOfThe22nd + 12h), "0");
}

TEST_F(AccountRowsTest, AClockThatGoesBackFindsWhatWasSpentLaterToo) {
  spend(key("day"), 1, kNoonOfThe22nd);
  spend(key("day"), 2, kNoonOfThe22nd + 24h);  // it had jumped forward
  EXPECT_EQ(spent(key("day"), kNoonOfThe22nd), "3");
  EXPECT_EQ(spent(key("day"), kNoonOfThe22nd + 24h), "2");
  EXPECT_EQ(spent(key("day"), kNoonOfThe22nd + 48h), "0");
}

TEST_F(AccountRowsTest, ARollingWindowForgetsInSmallStepsAndNeverTooEarly) {
  const SharedKey hour = key("1h");
  spend(hour, 1, kNoonOfThe22nd);
  spend(hour, 2, kNoonOfThe22nd + 30min);
  EXPECT_EQ(spent(hour, kNoonOfThe22nd + 1h), "3");
  EXPECT_EQ(spent(hour, kNoonOfThe22nd + 1h + 1min), "2");
  EXPECT_EQ(spent(hour, kNoonOfThe22nd + 91min), "0");
  EXPECT_EQ(state(hour, kNoonOfThe22nd + 45min).until, kNoonOfThe22nd + 61min);
}

TEST_F(AccountRowsTest, NothingIsEverForgottenOfForever) {
  spend(key(), 1, kNoonOfThe22nd);
  spend(key(), 1, kNoonOfThe22nd + 24h * 4000);
  EXPECT_EQ(spent(key(), kNoonOfThe22nd - 24h * 4000), "2");
}

TEST_F(AccountRowsTest, DaysLongPastAreTakenOutOfTheFile) {
  for (int day = 0; day < 200; ++day) {
    spend(key("day"), 1, kNoonOfThe22nd + 24h * day);
  }
  const auto rows = process_.file->database().number("SELECT count(*) FROM spent");
  ASSERT_TRUE(rows);
  EXPECT_EQ(*rows, 91);
}

TEST_F(AccountRowsTest, AccountsOfUsersWhoHaveGoneAreTakenOutOfTheFile) {
  const auto accounts = [&] {
    return process_.file->database().number("SELECT count(*) FROM accounts").value();
  };
  spend(key("day", "ann"), 1, kNoonOfThe22nd);
  spend(key("7d", "ann"), 1, kNoonOfThe22nd);
  spend(key("day", "bob"), 1, kNoonOfThe22nd + 24h * 60);
  spend(key("forever", "eve"), 1, kNoonOfThe22nd);
  ASSERT_FALSE(rows_.forget_idle(kNoonOfThe22nd + 24h * 90));
  EXPECT_EQ(accounts(), 4);
  ASSERT_FALSE(rows_.forget_idle(kNoonOfThe22nd + 24h * 91));
  EXPECT_EQ(accounts(), 3);
  ASSERT_FALSE(rows_.forget_idle(kNoonOfThe22nd + 24h * 100));
  EXPECT_EQ(accounts(), 2);
  EXPECT_EQ(spent(key("day", "bob"), kNoonOfThe22nd + 24h * 60), "1");
  EXPECT_EQ(spent(key("forever", "eve"), kNoonOfThe22nd), "1");
}

TEST_F(AccountRowsTest, AnAccountThatHoldsAReservationStays) {
  const WallTime later = kNoonOfThe22nd + 24h * 4000;
  ASSERT_TRUE(process_.accounts->reserve(1, bid(5, 1, kNoonOfThe22nd, key("day", "ann"))));
  ASSERT_FALSE(rows_.forget_idle(later));
  EXPECT_EQ(state(key("day", "ann"), later).reserved.usd, Usd::whole(1));
  ASSERT_FALSE(process_.accounts->settle(1, dollars(1), kNoonOfThe22nd));
  ASSERT_FALSE(rows_.forget_idle(later));
  EXPECT_EQ(rows_.find(key("day", "ann"))->id, 0);
}

TEST_F(AccountRowsTest, ValuesWindowsAndDimensionsHaveAccountsOfTheirOwn) {
  spend(key("day", "ann"), 1, kNoonOfThe22nd);
  EXPECT_EQ(spent(key("day", "bob"), kNoonOfThe22nd), "0");
  EXPECT_EQ(spent(key("week", "ann"), kNoonOfThe22nd), "0");
  SharedKey of_teams = key("day", "ann");
  of_teams.per = "team";
  EXPECT_EQ(spent(of_teams, kNoonOfThe22nd), "0");
  EXPECT_EQ(spent(key("day", "ann"), kNoonOfThe22nd), "1");
}

TEST_F(AccountRowsTest, ListsTheAccountsOfABudget) {
  spend(key("day", "bob"), 2, kNoonOfThe22nd);
  spend(key("day", "ann"), 1, kNoonOfThe22nd);
  const auto listed = rows_.list(key("day", "x"), kNoonOfThe22nd);
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 2U);
  EXPECT_EQ(listed->front().first, "ann");
  EXPECT_EQ(listed->back().second.spent.usd, Usd::whole(2));
}

TEST_F(AccountRowsTest, AnAmountThatDoesNotReadIsAFailureNotZero) {
  spend(key(), 1, kNoonOfThe22nd);
  ASSERT_FALSE(process_.file->database().run("UPDATE spent SET usd = ''"));
  const auto account = rows_.find(key());
  ASSERT_TRUE(account);
  EXPECT_FALSE(rows_.state_of(*account, Window(), kNoonOfThe22nd));
}

}  // namespace
}  // namespace llmgate::account
