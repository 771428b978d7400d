#include "wire/anthropic/citations.h"

#include <gtest/gtest.h>

#include "support/anthropic.h"

namespace llmgate::wire {
namespace {

using test::claude_turn;

std::string annotations_of(const std::string& content) {
  return claude_turn(content).choices[0].annotations;
}

TEST(UrlCitations, AreAnnotationsOfTheirBlockInTheJoinedText) {
  EXPECT_EQ(
      annotations_of(R"([{"type":"text","text":"So: "},{"type":"text","text":"sunny","citations":[)"
                     R"({"type":"web_search_result_location","url":"https://a","title":"A"}]}])"),
      R"([{"type":"url_citation","url_citation":{"start_index":4,"end_index":9,)"
      R"("title":"A","url":"https://a"}}])");
}

TEST(UrlCitations, CountCharactersAsPythonDoes) {
  const std::string block = R"({"type":"text","text":"\u00e9\n)"
                            "\xF0\x9F\x98\x80"
                            R"(\ud83d\ude00\ud83d."},)";
  EXPECT_NE(annotations_of("[" + block +
                           R"({"type":"text","text":"b","citations":[{"url":"https://a"}]}])")
                .find(R"("start_index":6,"end_index":7)"),
            std::string::npos);
}

TEST(UrlCitations, TakeTheSourceOfASearchResult) {
  EXPECT_NE(annotations_of(R"([{"type":"text","text":"b","citations":[)"
                           R"({"type":"search_result_location","source":"https://s"}]}])")
                .find(R"("url":"https://s")"),
            std::string::npos);
}

TEST(UrlCitations, AreNoneForPlacesInDocuments) {
  EXPECT_EQ(annotations_of(R"([{"type":"text","text":"b","citations":[)"
                           R"({"type":"page_location","start_page_number":1}]}])"),
            "");
  EXPECT_EQ(annotations_of(R"([{"type":"text","text":"b","citations":null}])"), "");
}

}  // namespace
}  // namespace llmgate::wire
