#include "wire/anthropic/parts.h"

#include <gtest/gtest.h>

#include "support/anthropic.h"

namespace llmgate::wire {
namespace {

using test::Json;
using test::send;
using test::Sent;

Sent send_part(const std::string& part) {
  return send(R"({"role":"user","content":[{"type":"text","text":"x"},)" + part + "]}", "");
}

// The block that a part becomes.
std::string block_of(const std::string& part) {
  const Sent sent = send_part(part);
  return sent.body.empty()
             ? sent.refused_at
             : std::string(Json(sent.body)["messages"].at(0).find("content").at(1).raw());
}

const std::string kPart = "$.messages[0].content[1]";

TEST(AnthropicParts, TakeAnImageFromADataUrl) {
  EXPECT_EQ(block_of(R"({"type":"image_url","image_url":{"url":"data:image/png;base64,AA\/A"},)"
                     R"("cache_control":{"type":"ephemeral","ttl":"1h"}})"),
            R"({"type":"image","source":{"type":"base64","media_type":"image/png",)"
            R"("data":"AA\/A"},"cache_control":{"type":"ephemeral","ttl":"1h"}})");
}

TEST(AnthropicParts, TakeAnImageFromTheWeb) {
  EXPECT_EQ(block_of(R"({"type":"image_url","image_url":"https://a/b.png"})"),
            R"({"type":"image","source":{"type":"url","url":"https://a/b.png"}})");
}

TEST(AnthropicParts, RefuseAnImageThatCannotBeFetched) {
  EXPECT_EQ(block_of(R"({"type":"image_url","image_url":{"url":"gs://b/c"}})"),
            kPart + ".image_url");
}

TEST(AnthropicParts, ReportTheResolutionOfAnImage) {
  const Sent sent =
      send_part(R"({"type":"image_url","image_url":{"url":"https://a","detail":"high"}})");
  EXPECT_EQ(sent.said_of(kPart + ".image_url.detail"), "dropped");
  const Sent automatic =
      send_part(R"({"type":"image_url","image_url":{"url":"https://a","detail":"auto"}})");
  EXPECT_TRUE(automatic.said_of(kPart + ".image_url.detail").empty());
}

TEST(AnthropicParts, TakeAPdfAsADocument) {
  EXPECT_EQ(block_of(R"({"type":"file","file":{"file_data":"data:application/pdf;base64,JVBE",)"
                     R"("filename":"a.pdf"},"citations":{"enabled":true}})"),
            R"({"type":"document","title":"a.pdf","source":{"type":"base64",)"
            R"("media_type":"application/pdf","data":"JVBE"},"citations":{"enabled":true}})");
}

TEST(AnthropicParts, TakeAFileByItsUrl) {
  EXPECT_EQ(block_of(R"({"type":"file","file":{"file_data":"https://a/b.pdf"}})"),
            R"({"type":"document","source":{"type":"url","url":"https://a/b.pdf"}})");
  EXPECT_EQ(block_of(R"({"type":"file","file":{"file_id":"https://a/b.pdf"}})"),
            R"({"type":"document","source":{"type":"url","url":"https://a/b.pdf"}})");
}

TEST(AnthropicParts, TakeAFileByItsIdAndSayWhatThatNeeds) {
  const Sent sent = send_part(R"({"type":"file","file":{"file_id":"file_1"}})");
  EXPECT_NE(sent.body.find(R"("source":{"type":"file","file_id":"file_1"})"), std::string::npos);
  ASSERT_EQ(sent.headers.size(), 1U);
  EXPECT_EQ(sent.headers[0].value, "files-api-2025-04-14");
  EXPECT_EQ(sent.said_of(kPart + ".file.file_id"),
            "added header anthropic-beta: files-api-2025-04-14");
}

TEST(AnthropicParts, TakeATextFileAsText) {
  EXPECT_EQ(block_of(R"({"type":"file","file":{"file_data":"data:text/csv;base64,YSxi"}})"),
            R"({"type":"document","source":{"type":"text","media_type":"text/plain",)"
            R"("data":"a,b"}})");
  EXPECT_EQ(block_of(R"({"type":"file","file":{"file_data":"data:text/csv;base64,*"}})"),
            kPart + ".file.file_data");
}

TEST(AnthropicParts, TakeAnImageFileAsAnImage) {
  EXPECT_EQ(block_of(R"({"type":"file","file":{"file_data":"data:image/png;base64,AA"}})"),
            R"({"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA"}})");
}

TEST(AnthropicParts, TakeBase64ThatBeginsLikeAPdfForOne) {
  const Sent sent = send_part(R"({"type":"file","file":{"file_data":"JVBERi0x"}})");
  EXPECT_NE(sent.body.find(R"("media_type":"application/pdf","data":"JVBERi0x")"),
            std::string::npos);
  EXPECT_EQ(sent.said_of(kPart + ".file"), "mapped application/pdf");
}

TEST(AnthropicParts, RefuseByNameWhatClaudeCannotRead) {
  EXPECT_EQ(block_of(R"({"type":"input_audio","input_audio":{"data":"AA","format":"wav"}})"),
            kPart);
  EXPECT_NE(send_part(R"({"type":"input_audio","input_audio":{"data":"A","format":"wav"}})")
                .refusal.find("no audio"),
            std::string::npos);
  EXPECT_EQ(block_of(R"({"type":"video_url","video_url":{"url":"https://a"}})"), kPart);
  EXPECT_EQ(block_of(R"({"type":"file","file":{"file_data":"data:audio/wav;base64,AA"}})"),
            kPart + ".file.file_data");
  EXPECT_EQ(block_of(R"({"type":"file","file":{}})"), kPart + ".file");
}

TEST(AnthropicParts, SendItsOwnPartsAsTheyAre) {
  const std::string result = R"({"type":"search_result","source":"s","title":"t","content":[]})";
  EXPECT_EQ(block_of(result), result);
  EXPECT_TRUE(send_part(result).said_of(kPart + ".type").empty());
}

TEST(AnthropicParts, ForwardPartsThatNobodyKnows) {
  const Sent sent = send_part(R"({"type":"hologram","a":1})");
  EXPECT_NE(sent.body.find(R"({"type":"hologram","a":1})"), std::string::npos);
  EXPECT_EQ(sent.said_of(kPart + ".type"), "unknown");
}

TEST(AnthropicParts, LeaveOutWhatBelongsToAnotherFormat) {
  const Sent sent =
      send_part(R"({"type":"llmgate_native","format":"gemini.generateContent","native":{"a":1}})");
  EXPECT_EQ(sent.at("messages"), R"([{"role":"user","content":[{"type":"text","text":"x"}]}])");
  EXPECT_EQ(sent.said_of(kPart), "dropped gemini.generateContent");
}

TEST(AnthropicParts, SendWhatWasKeptOfThisFormat) {
  EXPECT_EQ(block_of(R"({"type":"llmgate_native","format":"anthropic.messages",)"
                     R"("native":{"type":"file"}})"),
            R"({"type":"file"})");
  EXPECT_EQ(send_part(R"({"type":"llmgate_native","format":"anthropic.messages"})").said_of(kPart),
            "dropped anthropic.messages");
}

TEST(AnthropicParts, LeaveOutEmptyTextsAndSayASpokenRefusal) {
  const Sent sent = send_part(R"({"type":"text","text":""},{"type":"refusal","refusal":"no"})");
  EXPECT_EQ(sent.at("messages"), R"([{"role":"user","content":[{"type":"text","text":"x"},)"
                                 R"({"type":"text","text":"no"}]}])");
  EXPECT_EQ(sent.said_of(kPart), "dropped");
}

}  // namespace
}  // namespace llmgate::wire
