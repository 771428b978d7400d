#include "wire/gemini/parts.h"

#include <gtest/gtest.h>

#include "support/gemini.h"

namespace llmgate::wire {
namespace {

using test::gemini::parts_of;
using test::gemini::send_part;
using test::gemini::Sent;

constexpr const char* kPicture =
    R"({"type":"image_url","image_url":{"url":"https://x/a.PNG?w=1"}})";

TEST(GeminiParts, SendBytesOfEachKind) {
  EXPECT_EQ(parts_of(send_part(
                R"({"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}})")),
            R"([{"inlineData":{"mimeType":"image/png","data":"AAAA"}}])");
  EXPECT_EQ(
      parts_of(send_part(R"({"type":"input_audio","input_audio":{"data":"BB","format":"mp3"}})")),
      R"([{"inlineData":{"mimeType":"audio/mp3","data":"BB"}}])");
  EXPECT_EQ(parts_of(send_part(
                R"({"type":"file","file":{"file_data":"data:application/pdf;base64,CC"}})")),
            R"([{"inlineData":{"mimeType":"application/pdf","data":"CC"}}])");
  EXPECT_EQ(
      parts_of(send_part(R"({"type":"video_url","video_url":{"url":"data:video/mp4;base64,D"}})")),
      R"([{"inlineData":{"mimeType":"video/mp4","data":"D"}}])");
}

TEST(GeminiParts, ReadUrlsWithEscapedSlashes) {
  EXPECT_EQ(parts_of(send_part(
                R"({"type":"image_url","image_url":{"url":"data:image\/png;base64,A\/A"}})")),
            R"([{"inlineData":{"mimeType":"image/png","data":"A/A"}}])");
}

TEST(GeminiParts, SendUrlsToModelsThatFetchThem) {
  const Sent sent = send_part(kPicture);
  EXPECT_EQ(parts_of(sent),
            R"([{"fileData":{"fileUri":"https://x/a.PNG?w=1","mimeType":"image/png"}}])");
  EXPECT_EQ(sent.said_of("$.messages[0].content[0]"), "mapped fileData.fileUri");
}

TEST(GeminiParts, RefuseUrlsWhereTheModelFetchesNone) {
  const Sent refused = send_part(kPicture, "gemini-2.0-flash");
  EXPECT_EQ(refused.refused_at, "$.messages[0].content[0]");
  EXPECT_NE(refused.refusal.find("data:<media type>;base64,"), std::string::npos);
  const auto vertex = test::gemini::issuer_of("gemini-2.0-flash", test::gemini::kVertex);
  EXPECT_EQ(test::gemini::send_to(vertex, R"({"messages":[{"role":"user","content":[)" +
                                              std::string(kPicture) + "]}]}")
                .refused_at,
            "");
}

TEST(GeminiParts, SendUploadsAndVideosByTheirAddress) {
  const auto uri = [](const std::string& address) {
    return parts_of(
        send_part(R"({"type":"file","file":{"file_id":")" + address + "\"}}", "gemini-2.0-flash"));
  };
  EXPECT_EQ(uri("files/abc"), R"([{"fileData":{"fileUri":"files/abc"}}])");
  EXPECT_EQ(uri("gs://b/x.pdf"),
            R"([{"fileData":{"fileUri":"gs://b/x.pdf","mimeType":"application/pdf"}}])");
  EXPECT_EQ(send_part(R"({"type":"video_url","video_url":{"url":"https://youtu.be/x"}})",
                      "gemini-2.0-flash")
                .refused_at,
            "");
  EXPECT_EQ(uri("file-123").substr(0, 8), "refused:");
}

TEST(GeminiParts, RefuseDataThatIsNoBase64) {
  EXPECT_EQ(
      send_part(R"({"type":"image_url","image_url":{"url":"data:text/plain,abc"}})").refused_at,
      "$.messages[0].content[0]");
  EXPECT_EQ(send_part(R"({"type":"file","file":{"file_data":"AAAA"}})").refused_at,
            "$.messages[0].content[0]");
}

TEST(GeminiParts, TakeTheTypeThatTheCallerNames) {
  EXPECT_EQ(parts_of(send_part(
                R"({"type":"image_url","image_url":{"url":"gs://b/x","format":"image/webp"}})")),
            R"([{"fileData":{"fileUri":"gs://b/x","mimeType":"image/webp"}}])");
}

TEST(GeminiParts, KeepWhatIsGeminisAndReportTheRest) {
  const Sent sent = send_part(
      R"({"type":"text","text":"a","thoughtSignature":"s","cache_control":{},"citations":[]},)"
      R"({"type":"image_url","image_url":{"url":"gs://a/b","detail":"high"}},{"type":"document"},)"
      R"({"type":"file","file":{"file_id":"files/a","filename":"f"}},)"
      R"({"type":"refusal","refusal":"no"})");
  EXPECT_EQ(parts_of(sent), R"([{"text":"a","thoughtSignature":"s"},{"fileData":{"fileUri":)"
                            R"("gs://a/b"}},{"fileData":{"fileUri":"files/a"}},{"text":"no"}])");
  const std::string at = "$.messages[0].content";
  EXPECT_EQ(sent.said_of(at + "[0].cache_control"), "dropped");
  EXPECT_EQ(sent.said_of(at + "[0].citations"), "dropped");
  EXPECT_EQ(sent.said_of(at + "[1].image_url.detail"), "dropped");
  EXPECT_EQ(sent.said_of(at + "[2]"), "dropped document");
  EXPECT_EQ(sent.said_of(at + "[3].file.filename"), "dropped");
  EXPECT_EQ(sent.said_of(at + "[4]"), "mapped parts[].text");
}

TEST(GeminiParts, SpliceItsOwnAndDropThoseOfOthers) {
  EXPECT_EQ(parts_of(send_part(
                R"({"type":"llmgate_native","format":"gemini.generateContent","native":{"x":1}},)"
                R"({"type":"llmgate_native","format":"other","native":{"y":1}})")),
            R"([{"x":1}])");
}

TEST(GeminiParts, TellTheTypeByTheEndOfAPath) {
  EXPECT_EQ(gemini_mime_of_url("https://x/a.jpeg#f"), "image/jpeg");
  EXPECT_EQ(gemini_mime_of_url("https://x.png/a"), "");
  EXPECT_EQ(gemini_mime_of_url("a.unknown"), "");
}

}  // namespace
}  // namespace llmgate::wire
