#include "wire/gemini/settle.h"

#include <gtest/gtest.h>

#include "support/gemini.h"

namespace llmgate::wire {
namespace {

using test::gemini::chunk_with;
using test::gemini::reply_with;
using test::gemini::stream;
using test::gemini::turn_of;

std::string member(const chat::RawMembers& members, std::string_view name) {
  const chat::RawMember* found = chat::find_member(members, name);
  return found == nullptr ? "" : found->value;
}

TEST(GeminiSettle, ShowsImagesAsOthersDo) {
  const chat::Turn turn = turn_of(
      reply_with(R"({"inlineData":{"mimeType":"image/png","data":"AA"}},)"
                 R"({"inlineData":{"mimeType":"image/png","data":"draft"},"thought":true})"));
  EXPECT_EQ(member(turn.choices[0].message_members, "images"),
            R"([{"type":"image_url","image_url":{"url":"data:image/png;base64,AA"}}])");
  EXPECT_TRUE(turn.choices[0].replay.is_needed);
}

TEST(GeminiSettle, ShowsSpeechThatCameInOnePiece) {
  const std::string speech = R"({"inlineData":{"mimeType":"audio/L16;rate=24000","data":"AA"}})";
  EXPECT_EQ(member(turn_of(reply_with(speech)).choices[0].message_members, "audio"),
            R"({"id":"","data":"AA","transcript":"","mime_type":"audio/L16;rate=24000"})");
  EXPECT_EQ(member(turn_of(reply_with(speech + "," + speech)).choices[0].message_members, "audio"),
            "");
}

TEST(GeminiSettle, PutsGroundingTogetherByItsMembers) {
  const auto streamed = stream({
      chunk_with(R"({"text":"ab"})", R"("groundingMetadata":{"webSearchQueries":["q"]})"),
      chunk_with(R"({"text":"cd"})", R"("finishReason":"STOP")"),
      R"({"candidates":[{"groundingMetadata":{"groundingChunks":[{"web":{"uri":"u"}}],)"
      R"("groundingSupports":[{"segment":{"endIndex":4,"text":"abcd"},)"
      R"("groundingChunkIndices":[0]}]}}]})",
  });
  EXPECT_TRUE(streamed.is_finished);
  const chat::Choice& choice = streamed.turn.choices.at(0);
  EXPECT_EQ(test::Json(member(choice.members, "groundingMetadata"))["webSearchQueries"].raw(),
            R"(["q"])");
  EXPECT_NE(choice.annotations.find(R"("end_index":4)"), std::string::npos);
}

TEST(GeminiSettle, KnowsRepeatedCitationsFromFurtherOnes) {
  const auto cited = [](const std::string& list) {
    return chunk_with(R"({"text":"a"})", R"("citationMetadata":{"citations":[)" + list + "]}");
  };
  const auto citations = [](const std::vector<std::string>& chunks) {
    return member(stream(chunks).turn.choices.at(0).members, "citationMetadata");
  };
  EXPECT_EQ(citations({cited(R"({"uri":"a"})"), cited(R"({"uri":"a"},{"uri":"b"})")}),
            R"({"citations":[{"uri":"a"},{"uri":"b"}]})");
  EXPECT_EQ(citations({cited(R"({"uri":"a"})"), cited(R"({"uri":"b"})")}),
            R"({"citations":[{"uri":"a"},{"uri":"b"}]})");
}

TEST(GeminiSettle, JoinsLogProbabilitiesOfAStream) {
  const auto token = [](const std::string& text) {
    return chunk_with(R"({"text":"x"})", R"("logprobsResult":{"chosenCandidates":[{"token":")" +
                                             text + R"(","logProbability":-1}]})");
  };
  const auto streamed = stream({token("a"), token("a")});
  const test::Json logprobs(member(streamed.turn.choices.at(0).members, "logprobs"));
  EXPECT_EQ(logprobs["content"].size(), 2U);
}

TEST(GeminiSettle, LeavesAShortAnswerToItsMessage) {
  EXPECT_FALSE(turn_of(reply_with(R"({"text":"a"})")).choices[0].replay.is_needed);
}

}  // namespace
}  // namespace llmgate::wire
