// Gemini's generateContent as a Format: what the parts do together.
#include <gtest/gtest.h>

#include "support/gemini.h"
#include "wire/gemini/blocks.h"

namespace llmgate::wire {
namespace {

using test::gemini::chunk_with;
using test::gemini::parse;

const Format& format() { return gemini_generate_format(); }

TEST(GeminiGenerate, IsFoundByItsName) {
  EXPECT_EQ(format().name(), "gemini.generateContent");
  EXPECT_EQ(find_format("gemini.generateContent"), &format());
  EXPECT_FALSE(format().conversions().empty());
  EXPECT_FALSE(format().features().empty());
}

TEST(GeminiGenerate, ReadsAStreamThatIsOneList) {
  const std::string first = chunk_with(R"({"text":"a"})");
  const std::string last = chunk_with(R"({"text":"b"})", R"("finishReason":"STOP")");
  const auto turn = parse("[" + first + "," + last + "]");
  ASSERT_TRUE(turn.ok());
  ASSERT_EQ(turn->choices.at(0).blocks.size(), 1U);
  EXPECT_EQ(turn->choices[0].blocks[0].text, "ab");
  const auto cut = parse("[" + first + "]");
  ASSERT_FALSE(cut.ok());
  EXPECT_EQ(cut.error().kind, ErrorKind::kInvalidResponse);
}

TEST(GeminiGenerate, TypesErrorsByStatusAndReason) {
  const auto error = format().parse_error(
      400, {},
      R"({"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT",)"
      R"("details":[{"reason":"API_KEY_INVALID"}]}})",
      test::gemini::issuer_of("m"));
  EXPECT_EQ(error.kind, ErrorKind::kAuthentication);
}

TEST(GeminiGenerate, AbsorbsTheMessageOfAReplay) {
  const test::Json parts(R"([{"text":"a","thought":true},{"functionCall":{"name":"f"}}])");
  chat::Choice choice;
  format().absorb_native(parts.root(), choice);
  ASSERT_EQ(choice.blocks.size(), 2U);
  EXPECT_EQ(choice.blocks[0].kind, chat::BlockKind::kReasoning);
  EXPECT_EQ(render_gemini_parts(choice),
            R"([{"text":"a","thought":true},{"functionCall":{"name":"f"}}])");
}

}  // namespace
}  // namespace llmgate::wire
