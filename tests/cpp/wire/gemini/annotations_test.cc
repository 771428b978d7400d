#include "wire/gemini/annotations.h"

#include <gtest/gtest.h>

#include "support/gemini.h"

namespace llmgate::wire {
namespace {

using test::gemini::reply_with;
using test::gemini::turn_of;

std::string citation(int begin, int end, const std::string& url, const std::string& title) {
  return R"({"type":"url_citation","url_citation":{"start_index":)" + std::to_string(begin) +
         R"(,"end_index":)" + std::to_string(end) + R"(,"url":")" + url + R"(","title":")" + title +
         R"("}})";
}

std::string annotations(const std::string& parts, const std::string& more) {
  return turn_of(reply_with(parts, more)).choices.at(0).annotations;
}

constexpr const char* kChunks =
    R"("groundingMetadata":{"groundingChunks":[{"web":{"uri":"https://a","title":"A"}},)"
    R"({"web":{"uri":"https://b"}},{"odd":1}],"groundingSupports":[)";

TEST(GeminiAnnotations, CountCharactersWhereGeminiCountsBytes) {
  EXPECT_EQ(annotations(R"({"text":"\u00e4\u00f6 Paris."})",
                        std::string(kChunks) +
                            R"({"segment":{"startIndex":5,"endIndex":10,"text":"Paris"},)"
                            R"("groundingChunkIndices":[0,1,2,7,-1]}]})"),
            "[" + citation(3, 8, "https://a", "A") + "," + citation(3, 8, "https://b", "") + "]");
}

TEST(GeminiAnnotations, FindTheTextWhereTheOffsetsAreOfAnotherPart) {
  EXPECT_EQ(annotations(R"({"text":"hm","thought":true},{"text":"x "},{"text":"Paris"})",
                        std::string(kChunks) + R"({"segment":{"endIndex":5,"text":"Paris"},)"
                                               R"("groundingChunkIndices":[0]}]})"),
            "[" + citation(2, 7, "https://a", "A") + "]");
  EXPECT_EQ(annotations(R"({"text":"hm","thought":true},{"text":"x "},{"text":"Paris"})",
                        std::string(kChunks) + R"({"segment":{"partIndex":2,"endIndex":5},)"
                                               R"("groundingChunkIndices":[0]}]})"),
            "[" + citation(2, 7, "https://a", "A") + "]");
}

TEST(GeminiAnnotations, LeaveOutWhatIsNotInTheText) {
  EXPECT_EQ(annotations(R"({"text":"x"})", std::string(kChunks) +
                                               R"({"segment":{"endIndex":5,"text":"Paris"},)"
                                               R"("groundingChunkIndices":[0]}]})"),
            "");
}

TEST(GeminiAnnotations, ShowRecitationsWithinTheText) {
  EXPECT_EQ(annotations(R"({"text":"abcd"})",
                        R"("citationMetadata":{"citations":[{"startIndex":1,"endIndex":900,)"
                        R"("uri":"https://c","title":"C"},{"endIndex":2}]})"),
            "[" + citation(1, 4, "https://c", "C") + "]");
}

TEST(GeminiAnnotations, KeepGeminisOwnObjects) {
  const chat::Turn turn =
      turn_of(reply_with(R"({"text":"a"})", R"("groundingMetadata":{"webSearchQueries":["q"]})"));
  const chat::RawMember* kept = chat::find_member(turn.choices.at(0).members, "groundingMetadata");
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->value, R"({"webSearchQueries":["q"]})");
  EXPECT_EQ(turn.choices.at(0).annotations, "");
}

TEST(GeminiAnnotations, ShowLogProbabilitiesInOpenAisShape) {
  const test::Json result(
      R"({"chosenCandidates":[{"token":"a","tokenId":1,"logProbability":-0.5},{"token":"b"}],)"
      R"("topCandidates":[{"candidates":[{"token":"a","logProbability":-0.5}]}]})");
  EXPECT_EQ(gemini_logprobs(result.root()),
            R"({"content":[{"token":"a","logprob":-0.5,"bytes":null,"top_logprobs":[)"
            R"({"token":"a","logprob":-0.5,"bytes":null}]},{"token":"b","logprob":null,)"
            R"("bytes":null,"top_logprobs":[]}],"refusal":null})");
  EXPECT_EQ(gemini_logprobs(test::Json("{}").root()), "");
}

}  // namespace
}  // namespace llmgate::wire
