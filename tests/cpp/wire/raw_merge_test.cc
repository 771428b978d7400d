#include "wire/raw_merge.h"

#include <gtest/gtest.h>

#include "support/turns.h"

namespace llmgate::wire {
namespace {

using test::Json;

// What a stream says of one member of its message with these pieces.
std::string merged(std::string_view name, const std::vector<std::string>& pieces) {
  chat::Choice choice;
  for (const std::string& piece : pieces) {
    merge_message_member(name, Json(piece).root(), true, choice.message_members);
  }
  settle_members(choice);
  return choice.message_members.empty() ? "absent" : choice.message_members.front().value;
}

TEST(MergeMessageMember, TakesTheFirstValueAfterNull) {
  EXPECT_EQ(merged("x", {"null", "7"}), "7");
  EXPECT_EQ(merged("x", {"null"}), "null");
  EXPECT_EQ(merged("x", {"null", "null", "\"a\"", "null"}), "\"a\"");
}

TEST(MergeMessageMember, TakesTheLastOfNumbersAndObjects) {
  EXPECT_EQ(merged("x", {"1", "2"}), "2");
  EXPECT_EQ(merged("x", {R"({"a":1})", R"({"b":2})"}), R"({"b":2})");
}

TEST(MergeMessageMember, JoinsLists) {
  EXPECT_EQ(merged("annotations", {"[1]", "[2, 3]", "[]"}), "[1,2, 3]");
}

TEST(MergeMessageMember, JoinsListsThatWereEmpty) {
  EXPECT_EQ(merged("annotations", {"[ ]", "[]", "[1]"}), "[ 1]");
}

TEST(MergeMessageMember, ContinuesTexts) {
  EXPECT_EQ(merged("x", {R"("a\u00e9")", R"("")", R"("b")"}), R"("a\u00e9b")");
}

TEST(MergeMessageMember, JoinsTheHalvesOfASurrogatePair) {
  EXPECT_EQ(merged("x", {R"("\ud83d")", R"("\ude00")"}), R"("\ud83d\ude00")");
}

TEST(MergeMessageMember, TakesTheLastOfTextsThatAreFacts) {
  EXPECT_EQ(merged("channel", {R"("analysis")", R"("final")"}), R"("final")");
  EXPECT_EQ(merged("name", {R"("a")", R"("a")"}), R"("a")");
}

TEST(MergeMessageMember, TakesTheLastWhereTheTypeChanges) {
  EXPECT_EQ(merged("x", {"[1]", R"("a")"}), R"("a")");
}

TEST(MergeAudio, ContinuesDataAndTranscriptAndKeepsTheRest) {
  EXPECT_EQ(merged("audio", {R"({"id":"a"})", R"({"transcript":"Hel"})",
                             R"({"transcript":"lo","data":"QUJD"})", R"({"data":"REVG"})",
                             R"({"expires_at":7})"}),
            R"({"id":"a","transcript":"Hello","data":"QUJDREVG","expires_at":7})");
}

TEST(MergeAudio, DoesNotDoubleAnIdThatRepeats) {
  EXPECT_EQ(merged("audio", {R"({"id":"a","data":"x"})", R"({"id":"a","data":"y"})"}),
            R"({"id":"a","data":"xy"})");
}

TEST(MergeAudio, TakesTheLastOfWhatIsNoObject) {
  EXPECT_EQ(merged("audio", {R"({"data":"x"})", "7"}), "7");
  EXPECT_EQ(merged("audio", {"7", R"({"data":"x"})", R"({"data":"y"})"}), R"({"data":"xy"})");
}

TEST(MergeAudio, IsNullUntilItComes) {
  EXPECT_EQ(merged("audio", {"null"}), "null");
  EXPECT_EQ(merged("audio", {"null", R"({"data":"x"})", "null"}), R"({"data":"x"})");
}

TEST(MergeAudio, KeepsWhatANullFollows) {
  EXPECT_EQ(merged("audio", {R"({"data":"x"})", R"({"data":null})"}), R"({"data":"x"})");
}

TEST(MergeReasoningDetails, ContinuesAnEntryOfOneIndexAndType) {
  EXPECT_EQ(
      merged("reasoning_details", {R"([{"type":"reasoning.text","index":0,"text":"H"}])",
                                   R"([{"type":"reasoning.text","index":0,"text":"m"}])",
                                   R"([{"type":"reasoning.text","index":0,"signature":"s"}])"}),
      R"([{"type":"reasoning.text","index":0,"text":"Hm","signature":"s"}])");
}

TEST(MergeReasoningDetails, BeginsAnotherEntryWhenTheIndexOrTheTypeChanges) {
  EXPECT_EQ(
      merged("reasoning_details", {R"([{"type":"reasoning.text","index":0,"text":"a"}])",
                                   R"([{"type":"reasoning.text","index":1,"text":"b"}])",
                                   R"([{"type":"reasoning.encrypted","index":1,"data":"c"}])"}),
      R"([{"type":"reasoning.text","index":0,"text":"a"},)"
      R"({"type":"reasoning.text","index":1,"text":"b"},)"
      R"({"type":"reasoning.encrypted","index":1,"data":"c"}])");
}

TEST(MergeReasoningDetails, NeverJoinsEntriesWithoutAnIndex) {
  EXPECT_EQ(merged("reasoning_details", {R"([{"type":"reasoning.text","text":"a"}])",
                                         R"([{"type":"reasoning.text","text":"b"}])"}),
            R"([{"type":"reasoning.text","text":"a"},{"type":"reasoning.text","text":"b"}])");
}

TEST(MergeReasoningDetails, DoesNotDoubleFacts) {
  EXPECT_EQ(
      merged("reasoning_details",
             {R"([{"type":"reasoning.summary","index":0,"format":"f","id":"r","summary":"a"}])",
              R"([{"type":"reasoning.summary","index":0,"format":"f","id":"r","summary":"b"}])"}),
      R"([{"type":"reasoning.summary","index":0,"format":"f","id":"r","summary":"ab"}])");
}

TEST(MergeReasoningDetails, TakesTheLastOfWhatIsNoList) {
  EXPECT_EQ(merged("reasoning_details", {R"([{"index":0}])", R"("x")"}), R"("x")");
}

TEST(MergeReasoningDetails, SurvivesEntriesThatAreNoObjects) {
  EXPECT_EQ(merged("reasoning_details", {"[1]", R"(["a",null])"}), R"([1,"a",null])");
}

// The same of a member of its choice.
std::string merged_choice(std::string_view name, const std::vector<std::string>& pieces) {
  chat::Choice choice;
  for (const std::string& piece : pieces) {
    merge_choice_member(name, Json(piece).root(), true, choice.members);
  }
  settle_members(choice);
  return choice.members.empty() ? "absent" : choice.members.front().value;
}

TEST(MergeChoiceMember, JoinsTheListsOfLogprobs) {
  EXPECT_EQ(merged_choice("logprobs", {R"({"content":[1],"refusal":null})",
                                       R"({"content":[2],"refusal":null})"}),
            R"({"content":[1,2],"refusal":null})");
}

TEST(MergeChoiceMember, BeginsAListOfLogprobsThatWasNullBefore) {
  EXPECT_EQ(merged_choice("logprobs", {R"({"content":null,"refusal":[1]})",
                                       R"({"content":[2],"refusal":null})"}),
            R"({"content":[2],"refusal":[1]})");
}

TEST(MergeChoiceMember, TakesTheLastOfEverythingElse) {
  EXPECT_EQ(merged_choice("content_filter_results", {R"({"a":1})", R"({"b":2})"}), R"({"b":2})");
}

TEST(MergeChoiceMember, KeepsAValueThatANullFollows) {
  EXPECT_EQ(merged_choice("native_finish_reason", {R"("STOP")", "null"}), R"("STOP")");
}

TEST(MergeChoiceMember, KeepsANullThatNothingFollows) {
  EXPECT_EQ(merged_choice("logprobs", {"null", "null"}), "null");
  EXPECT_EQ(merged_choice("logprobs", {"null", R"({"content":[1]})"}), R"({"content":[1]})");
}

TEST(PlainMembers, AreKeptAsTheyStand) {
  chat::Choice choice;
  const Json details(R"([{"index":0,"type":"a","text":"x"}, {"index":0,"type":"a","text":"y"}])");
  merge_message_member("reasoning_details", details.root(), false, choice.message_members);
  merge_choice_member("logprobs", Json("null").root(), false, choice.members);
  EXPECT_EQ(choice.message_members.front().value, details.root().raw());
  EXPECT_EQ(choice.members.front().value, "null");
}

TEST(PlainMembers, TakeTheLastWhereANameRepeats) {
  chat::Choice choice;
  merge_message_member("x", Json("[1]").root(), false, choice.message_members);
  merge_message_member("x", Json("[2]").root(), false, choice.message_members);
  ASSERT_EQ(choice.message_members.size(), 1U);
  EXPECT_EQ(choice.message_members.front().value, "[2]");
}

}  // namespace
}  // namespace llmgate::wire
