#include "wire/anthropic/read_parts.h"

#include <gtest/gtest.h>

#include "support/anthropic.h"

namespace llmgate::wire {
namespace {

std::string part_of(const std::string& block) {
  const test::Json json(block);
  json::DocumentWriter out;
  read_anthropic_part(json.root(), out);
  return out.take_text();
}

TEST(AnthropicReadParts, MakesImagesCanonical) {
  EXPECT_EQ(part_of(R"({"type":"image","source":{"type":"base64","media_type":"image/png",)"
                    R"("data":"AA"},"cache_control":{"type":"ephemeral"}})"),
            R"({"type":"image_url","image_url":{"url":"data:image/png;base64,AA"},)"
            R"("cache_control":{"type":"ephemeral"}})");
  EXPECT_EQ(part_of(R"({"type":"image","source":{"type":"url","url":"https://a"}})"),
            R"({"type":"image_url","image_url":{"url":"https://a"}})");
}

TEST(AnthropicReadParts, MakesDocumentsCanonical) {
  EXPECT_EQ(part_of(R"({"type":"document","source":{"type":"base64",)"
                    R"("media_type":"application/pdf","data":"AA"},"title":"t","context":"c"})"),
            R"({"type":"file","file":{"file_data":"data:application/pdf;base64,AA",)"
            R"("filename":"t"},"context":"c"})");
  EXPECT_EQ(part_of(R"({"type":"document","source":{"type":"file","file_id":"f"}})"),
            R"({"type":"file","file":{"file_id":"f"}})");
}

TEST(AnthropicReadParts, LeavesWhatHasNoOtherName) {
  for (const std::string block :
       {R"({"type":"text","text":"a","cache_control":{"type":"ephemeral"}})",
        R"({"type":"document","source":{"type":"text","media_type":"text/plain","data":"a"}})",
        R"({"type":"image","source":{"type":"file","file_id":"f"}})",
        R"({"type":"image","source":{"type":"url","url":"gs://a"}})",
        R"({"type":"document","title":null,"source":{"type":"url","url":"https://a"}})",
        R"({"type":"search_result","content":[]})"}) {
    EXPECT_EQ(part_of(block), block);
  }
}

TEST(AnthropicReadParts, WrapsWhatWouldMeanSomethingElse) {
  for (const std::string block : {R"({"type":"file","a":1})", R"({"type":"text","text":5})", "7",
                                  R"({"type":4})", R"({"type":"new","llmgate_form":1})"}) {
    EXPECT_EQ(part_of(block),
              R"({"type":"llmgate_native","format":"anthropic.messages","native":)" + block + "}");
  }
}

}  // namespace
}  // namespace llmgate::wire
