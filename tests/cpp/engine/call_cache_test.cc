// Calls that store their answers, on a fake transport.
#include <gtest/gtest.h>

#include <algorithm>
#include <future>

#include "cache/stored_answer.h"
#include "chat/replay.h"
#include "chat/view.h"
#include "engine/completion_json.h"
#include "support/cached_calls.h"
#include "support/call_fixture.h"
#include "support/turns.h"

namespace llmgate::engine {
namespace {

class CallCacheTest : public test::CallFixture {
 protected:
  CallSpec cached_spec(bool is_stream = false, const std::string& more = "") {
    CallSpec made = spec(is_stream, more);
    found_ = test::look_up(made, cache_);
    return made;
  }

  std::shared_ptr<cache::Cache> cache_ = std::make_shared<cache::Cache>(cache::CacheSettings());
  cache::SharedEntry found_;
};

TEST_F(CallCacheTest, AnAnswerIsStoredAndFound) {
  const Token token = submit(cached_spec());
  EXPECT_EQ(found_, nullptr);
  reply(200, test::kPlainReply);
  ASSERT_TRUE(is_done(token));
  EXPECT_EQ(completion(token).cache->status, CacheStatus::kMiss);
  cached_spec();
  ASSERT_NE(found_, nullptr);
  const auto hit = completion_of(*found_, cache_->now_ms(), "memory");
  std::string one;
  std::string other;
  EXPECT_EQ(view_of(*hit, one), view_of(completion(token), other));
  EXPECT_EQ(chat::render_turn(hit->answer->turn),
            chat::render_turn(completion(token).answer->turn));
}

TEST_F(CallCacheTest, WhoSaidAHitIsKnownWhenItsMessageComesBackWithoutItsReplay) {
  chat::Turn said;
  said.provider = "anthropic";
  chat::Choice& choice = said.choices.emplace_back();
  chat::Block& block = choice.blocks.emplace_back();
  block.kind = chat::BlockKind::kText;
  block.text = "Let me see.";
  choice.replay.is_needed = true;
  choice.replay.shown = chat::fingerprint_of(choice);
  for (const bool is_known : {false, true}) {
    if (is_known) {
      engine_->note_hit(said);
    }
    CallSpec made = spec(false);
    auto request = chat::ChatRequest::read(
        R"({"model":"m","messages":[{"role":"user","content":"Hi"},)"
        R"({"role":"assistant","content":"Let me see."},{"role":"user","content":"And?"}]})");
    made.request = std::move(*request);
    const Token token = submit(std::move(made));
    reply(200, test::kPlainReply);
    const chat::Dispositions& told = completion(token).answer->dispositions;
    EXPECT_EQ(std::any_of(told.begin(), told.end(),
                          [](const chat::Disposition& one) {
                            return one.reason.find("anthropic said more") != std::string::npos;
                          }),
              is_known);
  }
}

TEST_F(CallCacheTest, AStreamsAnswerIsFoundByAPlainCall) {
  const Token token = submit(cached_spec(true));
  open_stream();
  say(test::stream_event(R"({"role":"assistant","content":"Hi"})"));
  cached_spec();
  EXPECT_EQ(found_, nullptr) << "of a stream that has not ended";
  say(test::stream_event("{}", R"("stop")") + "data: [DONE]\n\n");
  ASSERT_TRUE(is_done(token));
  cached_spec();
  ASSERT_NE(found_, nullptr);
  EXPECT_EQ(found_->answer->turn.choices.front().blocks.front().text, "Hi");
}

TEST_F(CallCacheTest, NothingIsKeptOfFailures) {
  submit(cached_spec());
  reply(400, R"({"error":{"message":"no"}})");
  EXPECT_EQ(cache_->memory().stats().entries, 0U);
}

TEST_F(CallCacheTest, NothingIsKeptOfACutStream) {
  submit(cached_spec(true));
  open_stream();
  say(test::stream_event(R"({"content":"Hi"})"));
  finish();
  EXPECT_EQ(cache_->memory().stats().entries, 0U);
}

TEST_F(CallCacheTest, NothingIsKeptOfACancelledStream) {
  const Token token = submit(cached_spec(true));
  open_stream();
  say(test::stream_event(R"({"content":"Hi"})"));
  engine_->cancel(token);
  loop_->run_until_idle();
  ASSERT_TRUE(is_done(token));
  EXPECT_EQ(cache_->memory().stats().entries, 0U);
}

TEST_F(CallCacheTest, NothingIsKeptOfAFilteredAnswer) {
  submit(cached_spec());
  reply(200, R"({"id":"r1","model":"m","choices":[{"index":0,"message":{"role":"assistant",)"
             R"("content":"I"},"finish_reason":"content_filter"}]})");
  EXPECT_EQ(cache_->memory().stats().entries, 0U);
}

TEST_F(CallCacheTest, ACallThatRefreshesReplacesTheEntry) {
  submit(cached_spec());
  reply(200, test::kPlainReply);
  CallSpec again = spec(false);
  test::look_up(again, cache_);
  again.cached->status = CacheStatus::kRefresh;
  const Token token = submit(std::move(again));
  reply(200, R"({"id":"r2","model":"m","choices":[{"index":0,"message":{"role":"assistant",)"
             R"("content":"Ho"},"finish_reason":"stop"}]})");
  EXPECT_EQ(completion(token).cache->status, CacheStatus::kRefresh);
  cached_spec();
  EXPECT_EQ(found_->answer->turn.choices.front().blocks.front().text, "Ho");
  EXPECT_EQ(cache_->memory().stats().entries, 1U);
}

TEST_F(CallCacheTest, TheRouteSaysWhatTheCacheDid) {
  const Token token = submit(cached_spec());
  reply(200, test::kPlainReply);
  EXPECT_NE(render_beside(completion(token)).find(R"("cache":"MISS")"), std::string::npos);
  const Token plain = submit(spec(false));
  reply(200, test::kPlainReply);
  EXPECT_EQ(completion(plain).cache, nullptr);
  EXPECT_NE(render_beside(completion(plain)).find(R"("cache":null)"), std::string::npos);
}

// A tier that answers from a table, on the worker thread as any other.
class TableTier final : public cache::Tier {
 public:
  explicit TableTier(std::string bytes) : bytes_(std::move(bytes)) {}
  std::optional<cache::StoredRecord> get(const cache::RecordKey& /*key*/,
                                         std::int64_t now_ms) override {
    return bytes_.empty()
               ? std::nullopt
               : std::optional(cache::StoredRecord{bytes_, now_ms - 5000, cache::kNeverExpires});
  }
  void put(const cache::RecordKey& /*key*/, std::string_view /*bytes*/, std::int64_t /*stored*/,
           std::int64_t /*expires*/) override {}
  Failure erase(const cache::RecordKey& /*key*/) override { return std::nullopt; }
  Failure clear(std::string_view /*space*/) override { return std::nullopt; }
  Failure clear_all() override { return std::nullopt; }
  [[nodiscard]] cache::TierStats stats() const override { return {}; }

 private:
  std::string bytes_;
};

class SlowTierTest : public CallCacheTest {
 protected:
  static std::string bytes_of(const std::string& text) {
    chat::Answer answer;
    answer.turn = test::turn_of_message(R"({"role":"assistant","content":")" + text + "\"}");
    return cache::write_answer(answer);
  }

  void put_behind(std::string bytes) {
    std::vector<std::unique_ptr<cache::Tier>> tiers;
    tiers.push_back(std::make_unique<TableTier>(std::move(bytes)));
    cache_ = std::make_shared<cache::Cache>(cache::CacheSettings(), std::move(tiers));
  }

  // Starts a call and waits for the worker, whose answer is then in the engine's inbox.
  Token submit_and_ask(CallSpec made) {
    cache_->tiers()->pause();  // the loop of tests is no place for two threads at once
    const Token token = engine_->submit(std::move(made), sink_);
    loop_->run_until_idle();
    cache_->tiers()->resume();
    std::promise<void> answered;
    EXPECT_TRUE(cache_->tiers()->get({}, TimePoint::max(),
                                     [&](const auto& /*record*/) { answered.set_value(); }));
    answered.get_future().wait();
    loop_->run_until_idle();
    return token;
  }
};

TEST_F(SlowTierTest, AnAnswerOfATierEndsTheCallAndFillsMemory) {
  put_behind(bytes_of("kept"));
  const Token token = submit_and_ask(cached_spec());
  ASSERT_TRUE(is_done(token));
  EXPECT_EQ(transport_->started(), 0U);
  EXPECT_EQ(completion(token).answer->turn.choices.front().blocks.front().text, "kept");
  EXPECT_EQ(completion(token).cache->status, CacheStatus::kHit);
  EXPECT_GE(completion(token).cache->age, std::chrono::seconds(5));
  cached_spec();
  EXPECT_NE(found_, nullptr);
}

TEST_F(SlowTierTest, AStreamGetsItsChunks) {
  put_behind(bytes_of("kept"));
  const Token token = submit_and_ask(cached_spec(true));
  ASSERT_TRUE(is_done(token));
  std::string chunks;
  for (const std::string& chunk : sink_->chunks) {
    chunks += chunk;
  }
  EXPECT_NE(chunks.find("kept"), std::string::npos);
}

TEST_F(SlowTierTest, AMissOfAllTiersGoesOn) {
  put_behind("");
  const Token token = submit_and_ask(cached_spec());
  ASSERT_EQ(transport_->started(), 1U);
  reply(200, test::kPlainReply);
  EXPECT_EQ(completion(token).cache->status, CacheStatus::kMiss);
}

TEST_F(SlowTierTest, BytesThatAreNoTurnAreAMiss) {
  put_behind("junk");
  submit_and_ask(cached_spec());
  EXPECT_EQ(transport_->started(), 1U);
}

TEST_F(SlowTierTest, WhatIsTooOldForTheCallIsAMiss) {
  put_behind(bytes_of("kept"));
  CallSpec made = cached_spec();
  made.cached->most_age_ms = 1000;
  submit_and_ask(std::move(made));
  EXPECT_EQ(transport_->started(), 1U);
}

TEST_F(SlowTierTest, ATierThatTakesTooLongIsNotWaitedFor) {
  put_behind(bytes_of("kept"));
  cache_->tiers()->pause();  // its worker does nothing
  const Token token = engine_->submit(cached_spec(), sink_);
  loop_->run_until_idle();
  EXPECT_EQ(transport_->started(), 0U);
  loop_->advance(std::chrono::milliseconds(51));
  loop_->run_until_idle();
  ASSERT_EQ(transport_->started(), 1U);
  cache_->tiers()->resume();
  std::promise<void> answered;
  EXPECT_TRUE(cache_->tiers()->get({}, TimePoint::max(),
                                   [&](const auto& /*record*/) { answered.set_value(); }));
  answered.get_future().wait();  // its late answer changes nothing
  loop_->run_until_idle();
  EXPECT_FALSE(is_done(token));
  reply(200, test::kPlainReply);
  EXPECT_EQ(completion(token).answer->turn.choices.front().blocks.front().text, "Hi");
}

TEST_F(SlowTierTest, ACallThatIsCancelledMeanwhileEndsOnce) {
  put_behind(bytes_of("kept"));
  cache_->tiers()->pause();
  const Token token = engine_->submit(cached_spec(), sink_);
  loop_->run_until_idle();
  engine_->cancel(token);
  loop_->run_until_idle();
  EXPECT_EQ(error_kind(token), ErrorKind::kCancelled);
  cache_->tiers()->resume();
}

}  // namespace
}  // namespace llmgate::engine
