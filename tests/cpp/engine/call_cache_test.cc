// Calls that store their answers, on a fake transport.
#include <gtest/gtest.h>

#include "chat/view.h"
#include "engine/completion_json.h"
#include "support/cached_calls.h"
#include "support/call_fixture.h"

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
  EXPECT_EQ(chat::render_turn(hit->turn), chat::render_turn(completion(token).turn));
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
  EXPECT_EQ(found_->stored.turn.choices.front().blocks.front().text, "Hi");
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
  EXPECT_EQ(found_->stored.turn.choices.front().blocks.front().text, "Ho");
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

}  // namespace
}  // namespace llmgate::engine
