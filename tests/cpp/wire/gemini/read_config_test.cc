#include "wire/gemini/read_config.h"

#include <gtest/gtest.h>

#include "support/gemini.h"

namespace llmgate::wire {
namespace {

using test::gemini::kFlash;
using test::gemini::sorted;

std::string with_config(const std::string& config, const std::string& name = "generationConfig") {
  return R"({"contents":[{"role":"user","parts":[{"text":"hi"}]}],")" + name + "\":" + config + "}";
}
void expect_same(const std::string& config, std::string_view model = kFlash) {
  for (const char* name : {"generationConfig", "generation_config"}) {
    const std::string body = with_config(config, name);
    EXPECT_EQ(sorted(test::gemini::there_and_back(body, model)), sorted(body));
  }
}
// A member of the canonical request.
std::string canonical(const std::string& config, std::string_view name) {
  return std::string(test::Json(test::gemini::read_as_canonical(with_config(config)))[name].raw());
}

TEST(GeminiReadConfig, FindsOpenAisNames) {
  const std::string config =
      R"({"temperature":0.50,"topP":1,"topK":4,"candidateCount":2,"maxOutputTokens":9,"seed":1,)"
      R"("stopSequences":["a"],"presencePenalty":1,"frequencyPenalty":2,"responseLogprobs":true,)"
      R"("logprobs":3,"responseModalities":["TEXT","IMAGE"]})";
  EXPECT_EQ(canonical(config, "temperature"), "0.50");
  EXPECT_EQ(canonical(config, "max_tokens"), "9");
  EXPECT_EQ(canonical(config, "n"), "2");
  EXPECT_EQ(canonical(config, "stop"), R"(["a"])");
  EXPECT_EQ(canonical(config, "modalities"), R"(["text","image"])");
  EXPECT_EQ(canonical(config, "generationConfig"), "");
  EXPECT_EQ(canonical(config, "llmgate_form"), "");
  expect_same(config);
}

TEST(GeminiReadConfig, RemembersTheSpelling) {
  expect_same(R"({"top_p":1,"max_output_tokens":5,"stop_sequences":[],"candidate_count":1})");
  expect_same(R"({"topP":1,"top_p":2})");
  EXPECT_EQ(canonical(R"({"top_p":0.5})", "top_p"), "0.5");
}

TEST(GeminiReadConfig, KeepsTheRestTogether) {
  const std::string config = R"({"seed":1,"imageConfig":{"a":1},"speechConfig":{}})";
  EXPECT_EQ(canonical(config, "generationConfig"), R"({"imageConfig":{"a":1},"speechConfig":{}})");
  expect_same(config);
  expect_same("{}");
}

TEST(GeminiReadConfig, LeavesValuesOfOtherTypesAlone) {
  expect_same(R"({"temperature":"1","maxOutputTokens":"5","candidateCount":0,"seed":1.5,)"
              R"("stopSequences":"x","responseModalities":["text"],"topK":null})");
  expect_same(R"({"stopSequences":["1","2","3","4","5","6"]})");
}

TEST(GeminiReadConfig, ReadsFormatsAndSchemas) {
  EXPECT_EQ(canonical(R"({"responseMimeType":"application/json"})", "response_format"),
            R"({"type":"json_object"})");
  EXPECT_EQ(canonical(R"({"responseMimeType":"text/plain"})", "response_format"),
            R"({"type":"text"})");
  EXPECT_EQ(
      canonical(R"({"responseMimeType":"application/json","responseSchema":{"type":"OBJECT"}})",
                "response_format"),
      R"({"type":"json_schema","json_schema":{"name":"response","schema":{"type":"object"}}})");
  for (
      const char* config : {
          R"({"responseMimeType":"application/json","responseJsonSchema":{"type":"object"}})",
          R"({"responseMimeType":"application/json","responseSchema":{"type":"OBJECT"}})",
          R"({"response_mime_type":"application/json","response_schema":{"type":"object"}})",
          R"({"responseMimeType":"text/x.enum","responseSchema":{"type":"STRING","enum":["a"]}})",
          R"({"responseJsonSchema":{"type":"object"}})",
          R"({"responseMimeType":"application/json","responseSchema":{"enum":[]}})",
          R"({"responseMimeType":"application/json","responseSchema":{},"responseJsonSchema":{}})",
          R"({"responseMimeType":"application/json","responseJsonSchema":{"$ref":"#/a","title":"t"}})",
          R"({"responseMimeType":"text/plain"})",
          R"({"responseMimeType":7})",
      }) {
    expect_same(config);
  }
}

TEST(GeminiReadConfig, ReadsThinkingOfEachGeneration) {
  for (const char* config : {
           R"({"thinkingConfig":{"thinkingBudget":0}})",
           R"({"thinkingConfig":{"thinkingBudget":-1,"includeThoughts":true}})",
           R"({"thinkingConfig":{"thinkingBudget":512,"includeThoughts":true}})",
           R"({"thinkingConfig":{"thinkingLevel":"low","includeThoughts":true}})",
           R"({"thinkingConfig":{"thinkingLevel":"LOW"}})",
           R"({"thinkingConfig":{"include_thoughts":true}})",
           R"({"thinking_config":{"thinking_budget":5}})",
           R"({"thinkingConfig":null})",
       }) {
    for (const std::string_view model :
         {kFlash, test::gemini::kThree, std::string_view("gemini-2.5-pro"),
          std::string_view("gemini-3-pro-preview"), std::string_view("gemini-2.0-flash")}) {
      expect_same(config, model);
    }
  }
}

}  // namespace
}  // namespace llmgate::wire
