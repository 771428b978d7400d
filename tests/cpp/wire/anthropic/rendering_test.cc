#include "wire/anthropic/rendering.h"

#include <gtest/gtest.h>

#include "support/anthropic.h"

namespace llmgate::wire {
namespace {

using test::Json;
using test::kHi;
using test::send;

std::string cached(const std::string& text) {
  return R"({"type":"text","text":")" + text + R"(","cache_control":{"type":"ephemeral"}})";
}

std::string message(const std::string& parts) {
  return R"({"role":"user","content":[)" + parts + "]}";
}

TEST(AnthropicRendering, TakesFourBreakpointsOfTheCache) {
  EXPECT_EQ(send(message(cached("a") + "," + cached("b") + "," + cached("c")),
                 R"("cache_control":{"type":"ephemeral"})")
                .refused_at,
            "");
}

TEST(AnthropicRendering, RefusesAFifthByItsName) {
  const std::string four = cached("a") + "," + cached("b") + "," + cached("c") + "," + cached("d");
  EXPECT_EQ(send(message(four + "," + cached("e")), "").refused_at,
            "$.messages[0].content[4].cache_control");
}

TEST(AnthropicRendering, CountsNoBreakpointThatIsNull) {
  const std::string four = cached("a") + "," + cached("b") + "," + cached("c") + "," + cached("d");
  EXPECT_EQ(
      send(message(four + R"(,{"type":"text","text":"e","cache_control":null})"), "").refused_at,
      "");
}

TEST(AnthropicRendering, HeedsItsOwnHintsOnly) {
  const Json own(R"({"llmgate_form":{"format":"anthropic.messages"}})");
  const Json other(R"({"llmgate_form":{"format":"gemini.generateContent"}})");
  const Json none("{}");
  chat::Dispositions dispositions;
  const Issuer issuer = test::claude();
  const Json part(R"({"llmgate_form":{"a":1}})");
  EXPECT_TRUE(AnthropicRendering(own.root(), issuer, dispositions).form_of(part.root()).exists());
  EXPECT_FALSE(
      AnthropicRendering(other.root(), issuer, dispositions).form_of(part.root()).exists());
  EXPECT_FALSE(AnthropicRendering(none.root(), issuer, dispositions).is_verbatim());
}

TEST(AnthropicRendering, SendsNobodysHints) {
  const std::string form = R"("llmgate_form":{"format":"gemini.generateContent"})";
  const auto sent =
      send(R"({"role":"user","content":[{"type":"text","text":"a","llmgate_form":{"x":1}}],)" +
               form + "}",
           form + R"(,"tools":[{"type":"function","function":{"name":"f"},)" + form + "}]");
  EXPECT_EQ(sent.body.find("llmgate_form"), std::string::npos);
  EXPECT_EQ(send(kHi, form).body.find("llmgate_form"), std::string::npos);
}

TEST(AnthropicRendering, KeepsIdsThatFitAndChangesOthersForBothSides) {
  chat::Dispositions dispositions;
  const Json request("{}");
  const Issuer issuer = test::claude();
  AnthropicRendering rendering(request.root(), issuer, dispositions);
  EXPECT_EQ(rendering.id_of("call_1"), "call_1");
  EXPECT_EQ(rendering.id_of("functions.f:0"), rendering.id_of("functions.f:0"));
  EXPECT_NE(rendering.id_of("functions.f:0"), "functions.f:0");
  rendering.keep_id("functions.f:0");
  EXPECT_EQ(rendering.id_of("functions.f:0"), "functions.f:0");
}

}  // namespace
}  // namespace llmgate::wire
