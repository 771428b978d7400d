#include "engine/continuation.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace llmgate::engine {
namespace {

chat::Turn turn_of(std::initializer_list<std::pair<chat::BlockKind, const char*>> blocks) {
  chat::Turn turn;
  chat::Choice& choice = turn.choice_at(0);
  for (const auto& [kind, text] : blocks) {
    chat::Block& block = choice.blocks.emplace_back();
    block.kind = kind;
    block.text = text;
  }
  return turn;
}

chat::ChatRequest request_of(const std::string& more = "") {
  auto request = chat::ChatRequest::read(
      R"({"model":"m","messages":[{"role":"user","content":"Hi"}])" + more + "}");
  EXPECT_TRUE(request.ok());
  return std::move(*request);
}

using enum chat::BlockKind;

TEST(Continuation, TakesTextAndNothingElse) {
  EXPECT_TRUE(can_continue(turn_of({{kText, "One"}, {kText, " two"}}), request_of()));
  EXPECT_FALSE(can_continue(turn_of({{kText, "One"}, {kToolCall, "{}"}}), request_of()));
  EXPECT_FALSE(can_continue(turn_of({{kReasoning, "Hm"}, {kText, "One"}}), request_of()));
  EXPECT_FALSE(can_continue(turn_of({{kText, ""}}), request_of()));
  EXPECT_FALSE(can_continue({}, request_of()));
  EXPECT_FALSE(can_continue(turn_of({{kText, "One"}}), request_of(R"(,"n":2)")));
}

TEST(Continuation, AsksForTheRestOfWhatWasSaid) {
  const auto request = request_to_continue(request_of(R"(,"seed":1)"),
                                           turn_of({{kText, "One \\\"and"}, {kText, " two"}}));
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->body(), R"({"model":"m","messages":[{"role":"user","content":"Hi"},)"
                             R"({"role":"assistant","content":"One \"and two"}],"seed":1})");
}

TEST(Continuation, JoinsTheTextThatWasCut) {
  chat::Turn after = turn_of({{kText, "ree"}, {kToolCall, "{}"}});
  after.is_view_as_sent = true;
  join_turns(turn_of({{kText, "One"}, {kText, " th"}}), after);
  const auto& blocks = after.choices.at(0).blocks;
  ASSERT_EQ(blocks.size(), 3U);
  EXPECT_EQ(blocks[0].text, "One");
  EXPECT_EQ(blocks[1].text, " three");
  EXPECT_EQ(blocks[2].kind, kToolCall);
  EXPECT_FALSE(after.is_view_as_sent);
}

}  // namespace
}  // namespace llmgate::engine
