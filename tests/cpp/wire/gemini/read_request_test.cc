#include "wire/gemini/read_request.h"

#include <gtest/gtest.h>

#include "support/gemini.h"

namespace llmgate::wire {
namespace {

using test::gemini::kFlash;
using test::gemini::kThree;
using test::gemini::read_as_canonical;
using test::gemini::sorted;
using test::gemini::there_and_back;

constexpr const char* kHi = R"("contents":[{"role":"user","parts":[{"text":"hi"}]}])";

void expect_same(const std::string& body, std::string_view model = kFlash) {
  EXPECT_EQ(sorted(there_and_back(body, model)), sorted(body));
}
void expect_same_with(const std::string& members, std::string_view model = kFlash) {
  expect_same("{" + std::string(kHi) + "," + members + "}", model);
}

TEST(GeminiReadRequest, IsOpenAisRequestWhereGeminiSaysTheSame) {
  EXPECT_EQ(read_as_canonical("{" + std::string(kHi) + "}"),
            R"({"model":"gemini-2.5-flash","messages":[{"role":"user","content":"hi"}]})");
  EXPECT_EQ(
      read_as_canonical("{" + std::string(kHi) +
                        R"(,"systemInstruction":{"parts":[{"text":"s"}]},"safetySettings":[]})"),
      R"({"model":"gemini-2.5-flash","messages":[{"role":"system","content":"s"},)"
      R"({"role":"user","content":"hi"}],"safetySettings":[]})");
}

TEST(GeminiReadRequest, SaysTheSameWhenItIsRenderedAgain) {
  expect_same("{" + std::string(kHi) + "}");
  expect_same_with(R"("cachedContent":"c","labels":{"a":"b"},"brandNew":[1,null])");
  expect_same_with(R"("system_instruction":{"role":"user","parts":[{"text":"a"},{"text":"b"}]})");
  expect_same_with(R"("systemInstruction":{"parts":{"text":"a"}})");
  expect_same_with(R"("tools":[],"generationConfig":{},"toolConfig":{})");
}

TEST(GeminiReadRequest, KeepsWhatIsNull) {
  expect_same_with(R"("tools":null,"systemInstruction":null,"toolConfig":null,)"
                   R"("generationConfig":null,"safetySettings":null,"cachedContent":null)");
}

TEST(GeminiReadRequest, IsNotConfusedByNamesOfTheCanonicalRequest) {
  expect_same_with(
      R"("model":"x","messages":[1],"stream":3,"temperature":9,"n":2,"tool_choice":4)");
}

TEST(GeminiReadRequest, RefusesWhatIsNoRequest) {
  EXPECT_EQ(read_as_canonical("[]"), "refused: $");
  EXPECT_EQ(read_as_canonical("{"), "refused: $");
  EXPECT_EQ(read_as_canonical("{}"), "refused: $.contents");
  EXPECT_EQ(read_as_canonical(R"({"contents":[]})"), "refused: $.messages");
  EXPECT_EQ(read_as_canonical(R"({"contents":[{"role":"user"}]})"), "refused: $.contents[0].parts");
  EXPECT_EQ(read_as_canonical(R"({"contents":[{"parts":["x"]}]})"), "refused: $.contents[0].parts");
}

}  // namespace
}  // namespace llmgate::wire
