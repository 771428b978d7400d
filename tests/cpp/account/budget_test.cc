#include "account/budget.h"

#include <gtest/gtest.h>

namespace llmgate::account {
namespace {

using namespace std::chrono_literals;

const WallTime kNoon{1795348800s};  // 2026-11-22T12:00:00Z

Amount usd(const char* text) { return {*Usd::from_text(text), 0}; }

BudgetAccount account(const char* limit, const char* window, double warn_at = 0) {
  auto rule = std::make_shared<BudgetRule>();
  rule->name = "test";
  rule->usd = *Usd::from_text(limit);
  rule->window = *read_window(window);
  rule->warn_at = warn_at;
  BudgetAccount account(rule, "");
  account.advance(kNoon);
  return account;
}

TEST(Budget, WhatIsReservedIsNotLeftForOthers) {
  BudgetAccount day = account("1", "day");
  EXPECT_TRUE(day.has_room_for(usd("1")));
  day.reserve(usd("0.6"));
  EXPECT_EQ(day.usd_left()->text(), "0.4");
  EXPECT_FALSE(day.has_room_for(usd("0.400000000000000001")));
  day.settle(usd("0.6"), usd("0.1"), kNoon);
  EXPECT_EQ(day.usd_left()->text(), "0.9");
}

TEST(Budget, MoreThanTheLimitSpentLeavesNothingAndNotLess) {
  BudgetAccount day = account("1", "day");
  day.reserve(usd("1"));
  day.settle(usd("1"), usd("3"), kNoon);
  EXPECT_EQ(day.usd_left()->text(), "0");
}

TEST(Budget, ANewDayBeginsWithNothingSpentButKeepsReservations) {
  BudgetAccount day = account("1", "day");
  day.reserve(usd("0.9"));
  day.settle(usd("0.5"), usd("0.5"), kNoon);
  EXPECT_EQ(text_of(day.until()), "2026-11-23T00:00:00Z");
  day.advance(kNoon + 12h);
  EXPECT_EQ(day.usd_left()->text(), "0.6");
  EXPECT_EQ(text_of(day.until()), "2026-11-24T00:00:00Z");
}

TEST(Budget, AClockThatGoesBackDoesNotOpenAnOldDayAgain) {
  BudgetAccount day = account("1", "day");
  day.settle({}, usd("1"), kNoon);
  day.advance(kNoon + 240h);
  day.settle({}, usd("0.7"), kNoon + 240h);
  day.advance(kNoon);
  EXPECT_EQ(day.usd_left()->text(), "0.3");
  day.advance(kNoon + 24h);
  EXPECT_EQ(day.usd_left()->text(), "0.3");
}

TEST(Budget, ARollingWindowForgetsNothingTooEarly) {
  BudgetAccount hour = account("1", "60m");
  hour.settle({}, usd("0.4"), kNoon);
  hour.settle({}, usd("0.6"), kNoon + 30min);
  hour.advance(kNoon + 60min);
  EXPECT_EQ(hour.usd_left()->text(), "0");
  EXPECT_EQ(hour.until(), kNoon + 61min);
  hour.advance(kNoon + 61min);
  EXPECT_EQ(hour.usd_left()->text(), "0.4");
  hour.advance(kNoon + 24h);
  EXPECT_EQ(hour.usd_left()->text(), "1");
}

TEST(Budget, TokensAreABudgetToo) {
  auto rule = std::make_shared<BudgetRule>();
  rule->tokens = 1000;
  BudgetAccount account(rule, "");
  account.advance(kNoon);
  EXPECT_FALSE(account.usd_left());
  EXPECT_TRUE(account.has_room_for({Usd::whole(1000000), 1000}));
  EXPECT_FALSE(account.has_room_for({Usd(), 1001}));
  account.reserve({Usd(), std::numeric_limits<std::int64_t>::max()});
  account.reserve({Usd(), std::numeric_limits<std::int64_t>::max()});
  EXPECT_EQ(account.tokens_left(), 0);
}

TEST(Budget, ItWarnsOnceInEachSpanOfTime) {
  BudgetAccount day = account("1", "day", 0.8);
  day.reserve(usd("0.79"));
  EXPECT_FALSE(day.takes_warning());
  day.reserve(usd("0.01"));
  EXPECT_TRUE(day.takes_warning());
  EXPECT_FALSE(day.takes_warning());
  day.advance(kNoon + 24h);
  EXPECT_TRUE(day.takes_warning());
}

TEST(Budget, ARuleIsForCallsWhoseLabelsSayWhatItSays) {
  BudgetRule rule;
  rule.only = {{"team", "search"}, {"provider", "openai"}};
  Labels labels;
  labels.provider = "openai";
  EXPECT_TRUE(accounts_of(rule, labels).empty());
  labels.team = "search";
  EXPECT_EQ(accounts_of(rule, labels), std::vector<std::string>{""});
}

TEST(Budget, EachValueHasAnAccountOfItsOwn) {
  BudgetRule rule;
  rule.per = "tag";
  Labels labels;
  EXPECT_TRUE(accounts_of(rule, labels).empty());
  labels.tags = {"b", "a", "b"};
  EXPECT_EQ(accounts_of(rule, labels), (std::vector<std::string>{"a", "b"}));
}

TEST(Budget, AnotherLimitKeepsWhatIsSpentAnotherWindowDoesNot) {
  BudgetAccount day = account("1", "day");
  day.settle({}, usd("0.5"), kNoon);
  auto wider = std::make_shared<BudgetRule>(day.rule());
  wider->usd = Usd::whole(2);
  day.follow(wider);
  EXPECT_EQ(day.usd_left()->text(), "1.5");
  auto monthly = std::make_shared<BudgetRule>(*wider);
  monthly->window = *read_window("month");
  day.follow(monthly);
  EXPECT_EQ(day.usd_left()->text(), "2");
}

}  // namespace
}  // namespace llmgate::account
