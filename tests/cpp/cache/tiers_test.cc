#include "cache/tiers.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>
#include <vector>

#include "support/fake_event_loop.h"
#include "support/fake_tier.h"

namespace llmgate::cache {
namespace {

RecordKey key_of(const std::string& text) {
  RecordKey key;
  key.digest = sha256(text);
  key.seal = sha256("a scope's secret");
  return key;
}

class TiersTest : public ::testing::Test {
 protected:
  TiersTest() {
    std::vector<std::unique_ptr<Tier>> both;
    auto disk = std::make_unique<test::FakeTier>("disk", journal_);
    auto redis = std::make_unique<test::FakeTier>("redis", journal_);
    disk_ = disk.get();
    redis_ = redis.get();
    both.push_back(std::move(disk));
    both.push_back(std::move(redis));
    tiers_ = std::make_unique<Tiers>(std::move(both), clock_, 3);
  }

  [[nodiscard]] std::int64_t now_ms() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock_.wall().time_since_epoch())
        .count();
  }
  [[nodiscard]] TimePoint soon() const { return clock_.now() + std::chrono::milliseconds(50); }

  std::optional<StoredRecord> get(const RecordKey& key) {
    std::promise<std::optional<StoredRecord>> answer;
    EXPECT_TRUE(tiers_->get(key, soon(), [&answer](std::optional<StoredRecord> record) {
      answer.set_value(std::move(record));
    }));
    return answer.get_future().get();
  }
  // Waits until the jobs given before have ended.
  Failure clear(const std::string& space) {
    std::promise<Failure> done;
    EXPECT_TRUE(tiers_->clear(space, [&done](Failure failure) { done.set_value(failure); }));
    return done.get_future().get();
  }

  test::FakeClock clock_;
  std::vector<std::string> journal_;  // of the worker; read after its jobs have ended
  test::FakeTier* disk_ = nullptr;
  test::FakeTier* redis_ = nullptr;
  std::unique_ptr<Tiers> tiers_;
};

TEST_F(TiersTest, StoresInAllAndAnswersFromTheFirst) {
  tiers_->put(
      key_of("a"), [] { return std::string("answer"); }, now_ms());
  const std::optional<StoredRecord> record = get(key_of("a"));
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->bytes, "answer");
  EXPECT_EQ(record->stored_at_ms, now_ms());
  EXPECT_EQ(clear(""), std::nullopt);
  EXPECT_EQ(journal_, (std::vector<std::string>{"disk put answer", "redis put answer", "disk get",
                                                "disk clear ", "redis clear "}));
}

TEST_F(TiersTest, AskTheNextAndKeepItsAnswerInTheQuicker) {
  redis_->put(key_of("a"), "far", now_ms() - 7, now_ms() + 1000);
  const std::optional<StoredRecord> first = get(key_of("a"));
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->bytes, "far");
  const std::optional<StoredRecord> second = get(key_of("a"));
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->stored_at_ms, now_ms() - 7);
  EXPECT_EQ(second->expires_at_ms, now_ms() + 1000);
  EXPECT_EQ(journal_, (std::vector<std::string>{"redis put far", "disk get", "redis get",
                                                "disk put far", "disk get"}));
}

TEST_F(TiersTest, TellAMissOnce) {
  EXPECT_FALSE(get(key_of("a")).has_value());
  EXPECT_EQ(journal_, (std::vector<std::string>{"disk get", "redis get"}));
}

TEST_F(TiersTest, AskNobodyOnceTheDeadlineHasPassed) {
  tiers_->pause();
  std::promise<bool> answered;
  EXPECT_TRUE(tiers_->get(key_of("a"), soon(), [&answered](std::optional<StoredRecord> record) {
    answered.set_value(record.has_value());
  }));
  clock_.advance(std::chrono::milliseconds(50));
  tiers_->resume();
  EXPECT_FALSE(answered.get_future().get());
  EXPECT_TRUE(journal_.empty());
  EXPECT_EQ(tiers_->stats().late_gets, 1U);
}

TEST_F(TiersTest, DropAndCountWhatTheQueueHasNoRoomFor) {
  tiers_->pause();
  const auto encode = [] { return std::string("x"); };
  for (int i = 0; i < 3; ++i) {
    tiers_->put(key_of("a"), encode, now_ms());
  }
  tiers_->put(key_of("b"), encode, now_ms());
  bool was_asked = false;
  EXPECT_FALSE(tiers_->get(key_of("a"), soon(), [&was_asked](auto&&) { was_asked = true; }));
  EXPECT_FALSE(tiers_->clear_all([&was_asked](Failure) { was_asked = true; }));
  EXPECT_EQ(tiers_->stats().dropped_puts, 1U);
  EXPECT_EQ(tiers_->stats().dropped_gets, 1U);
  tiers_->stop();
  EXPECT_FALSE(was_asked);
}

TEST_F(TiersTest, AnswerWhatStillWaitsWhenTheyStop) {
  tiers_->pause();
  int misses = 0;
  Failure told;
  bool was_encoded = false;
  tiers_->put(
      key_of("a"),
      [&was_encoded] {
        was_encoded = true;
        return std::string();
      },
      now_ms());
  EXPECT_TRUE(tiers_->get(key_of("a"), soon(), [&misses](std::optional<StoredRecord> record) {
    misses += record ? 0 : 1;
  }));
  EXPECT_TRUE(tiers_->erase(key_of("a"), [&told](Failure failure) { told = failure; }));
  tiers_->stop();
  EXPECT_EQ(misses, 1);
  EXPECT_FALSE(was_encoded);
  ASSERT_TRUE(told.has_value());
  EXPECT_EQ(told->kind, ErrorKind::kShutdown);
}

TEST_F(TiersTest, EraseEverywhereAndTellTheFirstFailure) {
  disk_->fail_with("the disk is gone");
  redis_->fail_with("so is the server");
  std::promise<Failure> done;
  EXPECT_TRUE(tiers_->erase(key_of("a"), [&done](Failure failure) { done.set_value(failure); }));
  const Failure failure = done.get_future().get();
  ASSERT_TRUE(failure.has_value());
  EXPECT_EQ(failure->message, "the disk is gone");
  EXPECT_EQ(journal_, (std::vector<std::string>{"disk erase", "redis erase"}));
}

TEST_F(TiersTest, EncodeAwayFromTheCallersThread) {
  std::promise<std::thread::id> encoded;
  tiers_->put(
      key_of("a"),
      [&encoded] {
        encoded.set_value(std::this_thread::get_id());
        return std::string();
      },
      now_ms());
  EXPECT_NE(encoded.get_future().get(), std::this_thread::get_id());
}

TEST_F(TiersTest, CountByTier) {
  redis_->put(key_of("a"), "far", now_ms(), kNeverExpires);
  EXPECT_TRUE(get(key_of("a")).has_value());
  EXPECT_EQ(clear(""), std::nullopt);
  const TiersStats stats = tiers_->stats();
  ASSERT_EQ(stats.tiers.size(), 2U);
  EXPECT_EQ(stats.tiers[0].name, "disk");
  EXPECT_EQ(stats.tiers[0].misses, 1U);
  EXPECT_EQ(stats.tiers[0].stores, 1U);
  EXPECT_EQ(stats.tiers[1].hits, 1U);
}

}  // namespace
}  // namespace llmgate::cache
