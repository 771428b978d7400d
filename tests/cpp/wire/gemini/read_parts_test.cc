#include "wire/gemini/read_parts.h"

#include <gtest/gtest.h>

#include "support/gemini.h"

namespace llmgate::wire {
namespace {

using test::gemini::sorted;

struct ReadPart {
  std::string text;
  bool has_hints = false;
};
ReadPart read(const std::string& part, bool takes_urls = true) {
  const test::Json json(part);
  ReadPart read;
  json::DocumentWriter out;
  read.has_hints = read_gemini_part(json.root(), takes_urls, out);
  read.text = out.take_text();
  return read;
}

TEST(GeminiReadParts, BecomeThoseOfOpenAi) {
  EXPECT_EQ(read(R"({"text":"a"})").text, R"({"type":"text","text":"a"})");
  EXPECT_EQ(read(R"({"inlineData":{"mimeType":"image/png","data":"AA"}})").text,
            R"({"type":"image_url","image_url":{"url":"data:image/png;base64,AA"}})");
  EXPECT_EQ(read(R"({"inlineData":{"mimeType":"audio/mp3","data":"AA"}})").text,
            R"({"type":"input_audio","input_audio":{"data":"AA","format":"mp3"}})");
  EXPECT_EQ(read(R"({"inlineData":{"mimeType":"video/mp4","data":"AA"}})").text,
            R"({"type":"video_url","video_url":{"url":"data:video/mp4;base64,AA"}})");
  EXPECT_EQ(read(R"({"inlineData":{"mimeType":"application/pdf","data":"AA"}})").text,
            R"({"type":"file","file":{"file_data":"data:application/pdf;base64,AA"}})");
  EXPECT_EQ(read(R"({"fileData":{"mimeType":"application/pdf","fileUri":"gs://a/b"}})").text,
            R"({"type":"file","file":{"file_data":"gs://a/b","format":"application/pdf"}})");
  EXPECT_EQ(read(R"({"fileData":{"mimeType":"image/png","fileUri":"gs://a/b.png"}})").text,
            R"({"type":"image_url","image_url":{"url":"gs://a/b.png"}})");
}

TEST(GeminiReadParts, SayWhenTheyNeededAHint) {
  EXPECT_FALSE(read(R"({"inlineData":{"mimeType":"image/png","data":"AA"}})").has_hints);
  EXPECT_TRUE(read(R"({"inline_data":{"mime_type":"image/png","data":"AA"}})").has_hints);
  EXPECT_TRUE(read(R"({"text":"a","thought":false})").has_hints);
  EXPECT_EQ(read(R"({"inlineData":{"mimeType":"audio/x-wav","data":"AA"}})").text,
            R"({"type":"input_audio","input_audio":{"data":"AA","format":"wav"},)"
            R"("llmgate_form":{"mime":"audio/x-wav"}})");
}

TEST(GeminiReadParts, AreWrappedWhereOpenAiHasNone) {
  EXPECT_EQ(
      read(R"({"brandNew":1})").text,
      R"({"type":"llmgate_native","format":"gemini.generateContent","native":{"brandNew":1}})");
  EXPECT_EQ(read(R"({"fileData":{"fileUri":"https://x/a.png"}})", false).text.substr(0, 25),
            R"({"type":"llmgate_native",)");
}

// Each in a request that is read and rendered again.
TEST(GeminiReadParts, SayTheSameWhenTheyAreRenderedAgain) {
  for (
      const char* part : {
          R"({"text":"a","thought":false})",
          R"({"text":"a","thoughtSignature":"s","thought":true})",
          R"({"text":"a","thought_signature":"s","type":"x"})",
          R"({"text":7})",
          R"({"inlineData":{"mimeType":"image/png","data":"A\/A"},"mediaResolution":{"level":"x"}})",
          R"({"inline_data":{"mime_type":"audio/x-wav","data":"AA"},"thought":false})",
          R"({"inline_data":{"mimeType":"image/png","data":"AA"}})",
          R"({"inlineData":{"mimeType":"image/png","data":"AA","displayName":"x"}})",
          R"({"inlineData":{"mimeType":"","data":"AA"}})",
          R"({"inlineData":{"mimeType":"a,b","data":"AA"}})",
          R"({"inlineData":{"mimeType":"text/plain;charset=utf-8","data":"AA"}})",
          R"({"inlineData":{"mimeType":"audio/L16;codec=pcm","data":"AA"}})",
          R"({"fileData":{"fileUri":"https://x/a.png","mimeType":"image/png"}})",
          R"({"fileData":{"fileUri":"https://x/a.png","mimeType":"image/webp"}})",
          R"({"fileData":{"fileUri":"https://x/a.png"}})",
          R"({"fileData":{"fileUri":"files/x","mimeType":"video/mp4"},"videoMetadata":{"fps":1}})",
          R"({"file_data":{"file_uri":"gs://a/b","mime_type":"audio/mp3"}})",
          R"({"fileData":{"fileUri":"https://www.youtube.com/watch?v=1"}})",
          R"({"fileData":{}})",
          R"({"executableCode":{"code":"1"}})",
          R"({"functionCall":{"name":"f"}})",
          "{}",
      }) {
    for (const std::string_view model :
         {test::gemini::kThree, std::string_view("gemini-2.0-flash")}) {
      const std::string body =
          R"({"contents":[{"role":"user","parts":[{"text":"a"},)" + std::string(part) + "]}]}";
      EXPECT_EQ(sorted(test::gemini::there_and_back(body, model)), sorted(body));
    }
  }
}

TEST(GeminiReadParts, KnowMedia) {
  EXPECT_TRUE(is_gemini_media(test::Json(R"({"fileData":{"fileUri":"x"}})").root()));
  EXPECT_FALSE(is_gemini_media(test::Json(R"({"text":"x"})").root()));
}

}  // namespace
}  // namespace llmgate::wire
