#include "account/ledger_file.h"

#include <gtest/gtest.h>

#include <array>
#include <fstream>

#include "support/temporary_folder.h"

namespace llmgate::account {
namespace {

LedgerSum sum_of(const std::string& user, std::int64_t calls, const char* dollars) {
  LedgerSum sum;
  sum.key = {20000, "openai", "gpt-4o", "", user, R"({"team":"search"})"};
  sum.totals.calls = calls;
  sum.totals.prompt_tokens = 10 * calls;
  sum.totals.cost = *Usd::from_text(dollars);
  sum.totals.total_us.add(static_cast<std::uint64_t>(1000 * calls));
  return sum;
}

class LedgerFileTest : public ::testing::Test {
 protected:
  std::unique_ptr<LedgerFile> open(std::int64_t most_sums = 1000) {
    LedgerFileOptions options;
    options.path = folder_.file("usage.sqlite");
    options.most_sums = most_sums;
    auto opened = LedgerFile::open(options);
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }
  std::string refusal(bool must_exist = false) {
    LedgerFileOptions options;
    options.path = folder_.file("usage.sqlite");
    options.must_exist = must_exist;
    auto opened = LedgerFile::open(options);
    EXPECT_FALSE(opened);
    return opened ? "" : opened.error().message;
  }

  test::TemporaryFolder folder_;
};

TEST_F(LedgerFileTest, ReadsWhatItHasWrittenToTheLastDigit) {
  const std::vector sums{sum_of("ann", 1, "0.000000000000000001"), sum_of("bob", 2, "12.5")};
  ASSERT_FALSE(open()->add(sums));
  const auto read = open()->sums();
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ((*read)[0].key.user, "ann");
  EXPECT_EQ((*read)[0].key.metadata, R"({"team":"search"})");
  EXPECT_EQ((*read)[0].totals.cost.text(), "0.000000000000000001");
  EXPECT_EQ((*read)[1].totals.calls, 2);
  EXPECT_EQ((*read)[1].totals.total_us.text(), sums[1].totals.total_us.text());
}

TEST_F(LedgerFileTest, AddsToWhatOtherProcessesHaveWritten) {
  const auto first = open();
  const auto second = open();
  for (int i = 0; i < 3; ++i) {
    ASSERT_FALSE(first->add(std::vector{sum_of("ann", 1, "0.1")}));
    ASSERT_FALSE(second->add(std::vector{sum_of("ann", 2, "0.2")}));
  }
  const auto read = first->sums();
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 1U);
  const Totals& totals = read->front().totals;
  EXPECT_EQ(totals.calls, 9);
  EXPECT_EQ(totals.prompt_tokens, 90);
  EXPECT_EQ(totals.cost.text(), "0.9");
  EXPECT_EQ(totals.total_us.samples(), 6U);
}

TEST_F(LedgerFileTest, BeyondItsBoundUsersAreNotKeptApartAndNothingIsLost) {
  const auto file = open(3);
  std::vector<LedgerSum> sums;
  sums.reserve(10);
  for (int i = 0; i < 10; ++i) {
    sums.push_back(sum_of("user " + std::to_string(i), 1, "0.1"));
  }
  ASSERT_FALSE(file->add(sums));
  const auto read = file->sums();
  ASSERT_TRUE(read);
  EXPECT_EQ(read->size(), 4U);
  Totals all;
  for (const LedgerSum& sum : *read) {
    all += sum.totals;
  }
  EXPECT_EQ(all.calls, 10);
  EXPECT_EQ(all.cost, Usd::whole(1));
}

TEST_F(LedgerFileTest, DaysBeforeADayAreForgotten) {
  std::vector<LedgerSum> sums{sum_of("ann", 1, "1"), sum_of("ann", 2, "1")};
  sums[1].key.day = 20001;
  const auto file = open();
  ASSERT_FALSE(file->add(sums));
  ASSERT_FALSE(file->forget_before(20001));
  const auto kept = file->sums();
  ASSERT_TRUE(kept);
  ASSERT_EQ(kept->size(), 1U);
  EXPECT_EQ(kept->front().key.day, 20001);
}

TEST_F(LedgerFileTest, WhatIsNoLedgerIsRefusedByName) {
  std::ofstream(folder_.file("usage.sqlite")) << std::string(5000, 'x');
  EXPECT_NE(refusal().find("usage.sqlite"), std::string::npos);
}

TEST_F(LedgerFileTest, AnotherApplicationsFileIsRefusedAndStaysAsItIs) {
  {
    const std::array<const char*, 1> schema{"CREATE TABLE other (x)"};
    store::DatabaseOptions options;
    options.path = folder_.file("usage.sqlite");
    options.application_id = 7;
    options.migrations = schema;
    ASSERT_TRUE(store::Database::open(options));
  }
  EXPECT_NE(refusal().find("another application"), std::string::npos);
}

TEST_F(LedgerFileTest, ANewerVersionIsRefused) {
  ASSERT_FALSE(open()->database().run("PRAGMA user_version = 99"));
  EXPECT_NE(refusal().find("schema version 99"), std::string::npos);
}

TEST_F(LedgerFileTest, AFileThatIsToBeReadMustBeThere) {
  EXPECT_NE(refusal(true).find("there is no ledger '"), std::string::npos);
}

TEST_F(LedgerFileTest, AnAmountThatDoesNotReadIsToldOf) {
  const auto file = open();
  ASSERT_FALSE(file->add(std::vector{sum_of("ann", 1, "0.1")}));
  ASSERT_FALSE(file->database().run("UPDATE usage SET cost = 'much'"));
  const auto read = file->sums();
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("usage.sqlite"), std::string::npos);
  const Failure failure = file->add(std::vector{sum_of("ann", 1, "0.1")});
  ASSERT_TRUE(failure);
  EXPECT_NE(failure->message.find("nobody can have written"), std::string::npos);
}

}  // namespace
}  // namespace llmgate::account
