#include "cache/stored_answer.h"

#include <gtest/gtest.h>

#include "chat/view.h"
#include "support/turns.h"

namespace llmgate::cache {
namespace {

chat::Answer full() {
  chat::Answer stored;
  stored.turn = test::turn_of(
      R"({"id":"r1","created":7,"model":"m","service_tier":"default","choices":[
          {"index":0,"finish_reason":"tool_calls","native_finish_reason":"tool_use","logprobs":null,
           "message":{"role":"assistant","content":"Hi \ud83d","reasoning":"because","tool_calls":[
             {"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}],
             "annotations":[{"type":"url_citation"}]}},
          {"index":1,"finish_reason":"stop","message":{"role":"assistant","content":"Ho"}}],
          "usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,
                   "prompt_tokens_details":{"cached_tokens":2}}})");
  stored.turn.choices.front().replay = {true, R"({"role":"assistant"})", 0xFEDCBA9876543210U};
  stored.turn.created_s = 1234567890123;
  stored.raw = "the body";
  stored.fields = R"("model""messages")";
  stored.dispositions = {{chat::Action::kDropped, "$.top_k", "d", "not known"},
                         {chat::Action::kMapped, "$.stop", "stop_sequences", ""}};
  stored.base_url = "https://a.example/v1";
  stored.deployment = "d1";
  stored.request_id = "req_1";
  stored.status = 200;
  return stored;
}

TEST(StoredAnswer, ComesBackAsItWas) {
  const chat::Answer stored = full();
  const auto read = read_answer(write_answer(stored));
  ASSERT_TRUE(read);
  EXPECT_EQ(chat::render_turn(read->turn), chat::render_turn(stored.turn));
  EXPECT_EQ(chat::render_view(read->turn), chat::render_view(stored.turn));
  EXPECT_EQ(read->turn.choices.front().replay.shown, 0xFEDCBA9876543210U);
  EXPECT_EQ(read->turn.created_s, 1234567890123);
  EXPECT_EQ(read->turn.usage.cached_tokens, 2);
  EXPECT_EQ(read->turn.usage.cache_write_tokens, std::nullopt);
  EXPECT_EQ(read->raw, "the body");
  EXPECT_EQ(read->fields, stored.fields);
  ASSERT_EQ(read->dispositions.size(), 2U);
  EXPECT_EQ(read->dispositions[1].action, chat::Action::kMapped);
  EXPECT_EQ(read->dispositions[1].detail, "stop_sequences");
  EXPECT_EQ(read->deployment, "d1");
  EXPECT_EQ(write_answer(*read), write_answer(stored));
}

TEST(StoredAnswer, IsRefusedWhereverItIsCutOff) {
  const std::string bytes = write_answer(full());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(read_answer(std::string_view(bytes).substr(0, size))) << size;
  }
  EXPECT_FALSE(read_answer(bytes + "x"));
}

TEST(StoredAnswer, IsRefusedInAnotherVersion) {
  std::string bytes = write_answer(full());
  bytes[12] = 99;
  const auto read = read_answer(bytes);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "this turn was stored by another version");
}

// Whatever a byte is changed to, reading ends in bounds; a length that is far too large asks for no
// memory.
TEST(StoredAnswer, SurvivesEveryDamagedByte) {
  const std::string bytes = write_answer(full());
  std::size_t refused = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = '\xFF';
    refused += read_answer(damaged) ? 0 : 1;
  }
  EXPECT_GT(refused, bytes.size() / 4);
}

TEST(StoredAnswer, IsAtLeastAsLargeAsItsTexts) {
  chat::Answer stored = full();
  const std::size_t before = byte_size(stored);
  stored.raw.assign(5000, 'x');
  EXPECT_GE(byte_size(stored), before + 4900);
}

chat::Turn finished(std::string_view word) {
  return test::turn_of(R"({"id":"r","model":"m","choices":[{"index":0,"finish_reason":")" +
                       std::string(word) + R"(","message":{"role":"assistant","content":"x"}}]})");
}

TEST(MayBeStored, TakesWholeAnswersOnly) {
  for (const char* word : {"stop", "length", "tool_calls", "function_call"}) {
    EXPECT_TRUE(may_be_stored(finished(word))) << word;
  }
  for (const char* word : {"content_filter", "error", "network_error"}) {
    EXPECT_FALSE(may_be_stored(finished(word))) << word;
  }
  EXPECT_FALSE(may_be_stored(chat::Turn()));
}

TEST(MayBeStored, TakesNoAnswerOfWhichOneChoiceWasFiltered) {
  chat::Turn turn = finished("stop");
  turn.choices.push_back(finished("content_filter").choices.front());
  EXPECT_FALSE(may_be_stored(turn));
}

}  // namespace
}  // namespace llmgate::cache
