#include "wire/gemini/config.h"

#include <gtest/gtest.h>

#include "support/gemini.h"

namespace llmgate::wire {
namespace {

using test::gemini::send_with;
using test::gemini::Sent;

std::string config(const std::string& members, std::string_view model = test::gemini::kFlash) {
  return send_with(members, model).at("generationConfig");
}

TEST(GeminiConfig, TakesSamplingUnderGeminisNames) {
  EXPECT_EQ(config(R"("temperature":0.50,"top_p":1,"top_k":4,"n":2,"seed":7,"max_tokens":9)"),
            R"({"temperature":0.50,"topP":1,"topK":4,"candidateCount":2,"seed":7,)"
            R"("maxOutputTokens":9})");
  EXPECT_EQ(config(R"("presence_penalty":1,"frequency_penalty":2,"logprobs":true,)"
                   R"("top_logprobs":3)"),
            R"({"presencePenalty":1,"frequencyPenalty":2,"responseLogprobs":true,"logprobs":3})");
}

TEST(GeminiConfig, IsLeftOutWhenThereIsNothingInIt) {
  EXPECT_EQ(config(R"("temperature":null)"), "");
}

TEST(GeminiConfig, SaysWhatEachFieldBecame) {
  const Sent sent = send_with(R"("max_tokens":9,"mediaResolution":"MEDIA_RESOLUTION_LOW")");
  EXPECT_EQ(sent.said_of("$.max_tokens"), "mapped generationConfig.maxOutputTokens");
  EXPECT_EQ(sent.said_of("$.mediaResolution"), "mapped generationConfig.mediaResolution");
  EXPECT_EQ(sent.at("generationConfig"),
            R"({"maxOutputTokens":9,"mediaResolution":"MEDIA_RESOLUTION_LOW"})");
}

TEST(GeminiConfig, PrefersTheNewerNameOfTheLimit) {
  const Sent sent = send_with(R"("max_tokens":1,"max_completion_tokens":2)");
  EXPECT_EQ(sent.at("generationConfig"), R"({"maxOutputTokens":2})");
  EXPECT_EQ(sent.said_of("$.max_tokens"), "dropped");
}

TEST(GeminiConfig, LetsTheCallersOwnObjectCount) {
  const Sent sent =
      send_with(R"("temperature":1,"seed":3,"generation_config":{"temperature":0,"x":[1]})");
  EXPECT_EQ(sent.at("generation_config"), R"({"seed":3,"temperature":0,"x":[1]})");
  EXPECT_EQ(sent.said_of("$.temperature"), "dropped");
  EXPECT_EQ(sent.at("generationConfig"), "");
}

TEST(GeminiConfig, CountsTheLastOfTwoFieldsWithOneName) {
  EXPECT_EQ(config(R"("seed":1,"seed":2)"), R"({"seed":2})");
}

TEST(GeminiConfig, TakesAStopWordOrFiveOfThem) {
  EXPECT_EQ(config(R"("stop":"a")"), R"({"stopSequences":["a"]})");
  const Sent sent = send_with(R"("stop":["1","2","3","4","5","6"])");
  EXPECT_EQ(sent.at("generationConfig"), R"({"stopSequences":["1","2","3","4","5"]})");
  EXPECT_EQ(sent.said_of("$.stop"), "clamped the first five");
}

TEST(GeminiConfig, AsksForSpeech) {
  const Sent sent =
      send_with(R"("modalities":["text","audio"],"audio":{"voice":"Kore","format":"wav"})");
  EXPECT_EQ(sent.at("generationConfig"),
            R"({"responseModalities":["TEXT","AUDIO"],"speechConfig":{"voiceConfig":)"
            R"({"prebuiltVoiceConfig":{"voiceName":"Kore"}}}})");
  EXPECT_EQ(sent.said_of("$.audio.format"), "dropped");
}

TEST(GeminiConfig, AsksForJson) {
  EXPECT_EQ(config(R"("response_format":{"type":"json_object"})"),
            R"({"responseMimeType":"application/json"})");
  EXPECT_EQ(config(R"("response_format":{"type":"text"})"), R"({"responseMimeType":"text/plain"})");
  EXPECT_EQ(send_with(R"("response_format":{"type":"grammar"})").refused_at,
            "$.response_format.type");
}

TEST(GeminiConfig, SendsSchemasByteForByte) {
  const Sent sent = send_with(
      R"("response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,)"
      R"("description":"d","schema":{ "type" : "object" }}})");
  EXPECT_EQ(
      sent.at("generationConfig"),
      R"({"responseMimeType":"application/json","responseJsonSchema":{ "type" : "object" }})");
  EXPECT_EQ(sent.said_of("$.response_format"), "mapped generationConfig.responseJsonSchema");
  EXPECT_EQ(sent.said_of("$.response_format.json_schema.description"), "dropped");
}

TEST(GeminiConfig, KnowsItsFieldsByName) {
  ASSERT_NE(find_gemini_field("stop"), nullptr);
  EXPECT_EQ(find_gemini_field("stop")->target, "stopSequences");
  EXPECT_EQ(find_gemini_field("messages"), nullptr);
}

}  // namespace
}  // namespace llmgate::wire
