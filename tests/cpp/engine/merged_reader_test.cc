#include "engine/merged_reader.h"

#include <gtest/gtest.h>

#include "support/call_fixture.h"

namespace llmgate::engine {
namespace {

using std::chrono_literals::operator""s;

class MergedReaderTest : public test::CallFixture {
 protected:
  MergedReader reader(bool is_stream) {
    return reader_of(7, sink_, spec(is_stream), loop_->clock().now());
  }

  static std::unique_ptr<Completion> answer() {
    auto answer = std::make_shared<chat::Answer>();
    answer->turn.choices.emplace_back();
    answer->turn.choices.front().finish = chat::FinishReason::kStop;
    return std::make_unique<Completion>(std::move(answer));
  }
};

TEST_F(MergedReaderTest, KnowsItsTimesAndWhetherItReadsAStream) {
  const MergedReader plain = reader(false);
  EXPECT_FALSE(plain.times.is_stream);
  EXPECT_TRUE(reader(true).times.is_stream);
  loop_->advance(2s);
  EXPECT_EQ(plain.waited(loop_->clock().now()), 2s);
}

TEST_F(MergedReaderTest, NobodyIsNamedWhereNothingIsSaid) {
  EXPECT_EQ(said_by(spec(false)), nullptr);
  EXPECT_EQ(said_by(spec(false, R"(,"user":"ann")"))->user, "ann");
}

TEST_F(MergedReaderTest, AStreamThatHasHeardNothingGetsTheWholeAnswer) {
  const MergedReader stream = reader(true);
  give_done(stream, answer(), false);
  EXPECT_FALSE(sink_->chunks.empty());
  EXPECT_EQ(stream.flow->unread_bytes.load(), bytes_of(sink_->chunks));
  EXPECT_TRUE(is_done(7));
}

TEST_F(MergedReaderTest, AStreamThatHasHeardAllGetsItsEndOnly) {
  give_done(reader(true), answer(), true);
  EXPECT_TRUE(sink_->chunks.empty());
  EXPECT_TRUE(is_done(7));
}

TEST_F(MergedReaderTest, WhatAnotherPaidIsSaved) {
  const account::Usd spent = account::Usd::from_text("0.25").value();
  Completion completion(std::make_shared<chat::Answer>());
  completion.total_cost = spent;
  take_off_cost(completion, spent);
  EXPECT_EQ(completion.total_cost, account::Usd());
  EXPECT_EQ(completion.saved, spent);
  completion.error.emplace();
  take_off_cost(completion, spent);
  EXPECT_EQ(completion.saved, account::Usd());
}

TEST_F(MergedReaderTest, ItsRecordNamesItAndCountsFromWhenItJoined) {
  MergedReader asked = reader(false);
  asked.said = said_by(spec(false, R"(,"user":"ann")"));
  loop_->advance(3s);
  Accounts accounts;
  record_shared(accounts, asked, *answer(), Attempt(), loop_->clock());
  const auto sums = accounts.ledger.sums();
  ASSERT_EQ(sums.size(), 1U);
  EXPECT_EQ(sums.front().key.user, "ann");
  EXPECT_EQ(sums.front().totals.calls, 1);
  EXPECT_EQ(sums.front().totals.total_us.samples(), 1U);
}

}  // namespace
}  // namespace llmgate::engine
