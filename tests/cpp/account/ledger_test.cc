#include "account/ledger.h"

#include <gtest/gtest.h>

namespace llmgate::account {
namespace {

using namespace std::chrono_literals;

const WallTime kNoon{1795348800s};

CallRecord record() {
  CallRecord record;
  record.at = kNoon;
  record.provider = "openai";
  record.model = "gpt-4o";
  record.attempts = 1;
  record.prompt_tokens = 10;
  record.completion_tokens = 5;
  record.cost = Usd::from_atto(75);
  record.total = 1000us;
  return record;
}

TEST(Ledger, EqualKindsOfCallsAreOneSum) {
  Ledger ledger;
  ledger.add(record());
  ledger.add(record());
  const auto sums = ledger.sums();
  ASSERT_EQ(sums.size(), 1U);
  EXPECT_EQ(sums[0].key.provider, "openai");
  EXPECT_EQ(sums[0].totals.calls, 2);
  EXPECT_EQ(sums[0].totals.prompt_tokens, 20);
  EXPECT_EQ(sums[0].totals.cost, Usd::from_atto(150));
  EXPECT_EQ(sums[0].totals.total_us.samples(), 2U);
}

TEST(Ledger, WhateverDiffersIsKeptApart) {
  Ledger ledger;
  ledger.add(record());
  CallRecord other = record();
  other.at += 24h;
  ledger.add(other);
  other = record();
  other.model = "gpt-4";
  other.deployment = "o";
  ledger.add(other);
  other.model = "gpt-4o";
  other.deployment = "";
  other.user = "ann";
  ledger.add(other);
  other.user = "";
  other.metadata = "ann";
  ledger.add(other);
  EXPECT_EQ(ledger.size(), 5U);
}

TEST(Ledger, WhatHasNoPriceIsCountedAndNotFree) {
  Ledger ledger;
  CallRecord unknown = record();
  unknown.cost = std::nullopt;
  ledger.add(unknown);
  EXPECT_EQ(ledger.sums()[0].totals.unpriced, 1);
  unknown.prompt_tokens = unknown.completion_tokens = 0;
  ledger.add(unknown);
  EXPECT_EQ(ledger.sums()[0].totals.unpriced, 1);
}

TEST(Ledger, FailuresHaveNoLatency) {
  Ledger ledger;
  CallRecord failed = record();
  failed.is_error = true;
  failed.uncertain = 1;
  ledger.add(failed);
  const Totals totals = ledger.sums()[0].totals;
  EXPECT_EQ(totals.errors, 1);
  EXPECT_EQ(totals.uncertain, 1);
  EXPECT_EQ(totals.total_us.samples(), 0U);
}

TEST(Ledger, ItsSizeIsBoundedAndNoCallIsLost) {
  Ledger ledger;
  CallRecord each = record();
  for (std::size_t i = 0; i < Ledger::kMostSums + 100; ++i) {
    const std::string metadata = R"({"request":)" + std::to_string(i) + "}";
    each.metadata = metadata;
    ledger.add(each);
  }
  EXPECT_EQ(ledger.size(), Ledger::kMostSums + 1);
  std::int64_t calls = 0;
  std::int64_t not_kept = 0;
  for (const LedgerSum& sum : ledger.sums()) {
    calls += sum.totals.calls;
    not_kept += sum.key.metadata == Ledger::kNotKept ? sum.totals.calls : 0;
  }
  EXPECT_EQ(calls, static_cast<std::int64_t>(Ledger::kMostSums + 100));
  EXPECT_EQ(not_kept, 100);
}

TEST(Ledger, TakenSumsAreGone) {
  Ledger ledger;
  ledger.add(record());
  EXPECT_EQ(ledger.take().size(), 1U);
  EXPECT_EQ(ledger.size(), 0U);
}

}  // namespace
}  // namespace llmgate::account
