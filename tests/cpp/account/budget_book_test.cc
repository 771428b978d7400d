#include "account/budget_book.h"

#include <gtest/gtest.h>

namespace llmgate::account {
namespace {

using namespace std::chrono_literals;

const WallTime kNoon{1795348800s};

std::shared_ptr<BudgetRule> rule(std::uint64_t id, std::int64_t dollars) {
  auto rule = std::make_shared<BudgetRule>();
  rule->id = id;
  rule->name = "b" + std::to_string(id);
  rule->usd = Usd::whole(dollars);
  return rule;
}

Amount dollars(std::int64_t count) { return {Usd::whole(count), 0}; }

class BudgetBookTest : public ::testing::Test {
 protected:
  BudgetBook::Accounts find(const BudgetRules& named = {}) {
    return book.find(labels, named, kNoon);
  }

  BudgetBook book;
  Labels labels;
  std::vector<std::string> warnings;
};

TEST_F(BudgetBookTest, TheTightestOfAllDecides) {
  book.add(rule(1, 10));
  const BudgetRules named{rule(2, 3)};
  const auto accounts = find(named);
  EXPECT_EQ(BudgetBook::headroom(accounts).usd, Usd::whole(3));
  EXPECT_EQ(BudgetBook::shortage(accounts, dollars(3)), nullptr);
  EXPECT_EQ(BudgetBook::shortage(accounts, dollars(4))->title(), "budget \"b2\"");
}

TEST_F(BudgetBookTest, AReservationIsHeldInEveryAccountAndSettledInEach) {
  book.add(rule(1, 10));
  const BudgetRules named{rule(2, 5)};
  auto reservation = BudgetBook::reserve(find(named), dollars(4), warnings);
  EXPECT_EQ(BudgetBook::headroom(find(named)).usd, Usd::whole(1));
  EXPECT_EQ(BudgetBook::headroom(find()).usd, Usd::whole(6));
  BudgetBook::settle(reservation, dollars(1), kNoon);
  EXPECT_TRUE(reservation.is_empty());
  EXPECT_EQ(BudgetBook::headroom(find(named)).usd, Usd::whole(4));
}

TEST_F(BudgetBookTest, EachUserHasAnAccount) {
  auto per_user = rule(1, 2);
  per_user->per = "user";
  book.add(per_user);
  EXPECT_TRUE(find().empty());
  labels.user = "ann";
  BudgetBook::reserve(find(), dollars(2), warnings);
  EXPECT_EQ(BudgetBook::shortage(find(), dollars(1))->title(), "budget \"b1\" of user \"ann\"");
  labels.user = "bob";
  EXPECT_EQ(BudgetBook::shortage(find(), dollars(2)), nullptr);
  EXPECT_EQ(book.accounts(1, kNoon).size(), 2U);
}

TEST_F(BudgetBookTest, WhatOneRuleDoesNotWantIsNotDone) {
  book.add(rule(1, 10));
  auto strict = rule(2, 10);
  strict->clamps = false;
  strict->reroutes = true;
  book.add(strict);
  const Headroom headroom = BudgetBook::headroom(find());
  EXPECT_FALSE(headroom.clamps);
  EXPECT_TRUE(headroom.reroutes);
}

TEST_F(BudgetBookTest, WarnsWhenAShareIsReached) {
  auto warning = rule(1, 10);
  warning->warn_at = 0.5;
  book.add(warning);
  BudgetBook::reserve(find(), dollars(4), warnings);
  EXPECT_TRUE(warnings.empty());
  BudgetBook::reserve(find(), dollars(1), warnings);
  EXPECT_EQ(warnings, std::vector<std::string>{"budget \"b1\" has reached 50 % of $10"});
}

TEST_F(BudgetBookTest, ARemovedRuleLetsRunningCallsSettle) {
  book.add(rule(1, 10));
  auto reservation = BudgetBook::reserve(find(), dollars(4), warnings);
  book.remove(1);
  EXPECT_FALSE(book.has_rules());
  BudgetBook::settle(reservation, dollars(4), kNoon);
  EXPECT_TRUE(find().empty());
}

TEST_F(BudgetBookTest, AccountsOfUsersWhoHaveGoneAreSweptOut) {
  auto per_user = rule(1, 2);
  per_user->per = "user";
  per_user->window = *read_window("day");
  book.add(per_user);
  for (int i = 0; i < 5000; ++i) {
    labels.user = std::to_string(i);
    auto reservation = BudgetBook::reserve(find(), dollars(1), warnings);
    BudgetBook::settle(reservation, dollars(1), kNoon);
  }
  EXPECT_EQ(book.accounts(1, kNoon).size(), 5000U);
  for (int i = 0; i < 5000; ++i) {
    labels.user = "later " + std::to_string(i);
    book.find(labels, {}, kNoon + 24h);
  }
  EXPECT_LT(book.accounts(1, kNoon).size(), 9000U);
}

}  // namespace
}  // namespace llmgate::account
