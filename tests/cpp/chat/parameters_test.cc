#include "chat/parameters.h"

#include <gtest/gtest.h>

#include "support/checked_request.h"

namespace llmgate::chat {
namespace {

using test::message_of;
using test::refused_at;
using test::refused_member;
using test::with_member;

TEST(KnownParameters, AreOpenAisOwn) {
  EXPECT_TRUE(is_known_parameter("audio"));
  EXPECT_TRUE(is_known_parameter("messages"));
  EXPECT_TRUE(is_known_parameter("web_search_options"));
  EXPECT_FALSE(is_known_parameter("top_k"));
  EXPECT_FALSE(is_known_parameter(""));
}

TEST(KnownParameters, AreSuggestedForMistypedOnes) {
  EXPECT_EQ(nearest_parameter("temprature"), "temperature");
  EXPECT_EQ(nearest_parameter("max_completion_token"), "max_completion_tokens");
  EXPECT_EQ(nearest_parameter("wholly_unlike"), "");
}

TEST(CheckParameters, TakeNullForEveryKnownOne) {
  EXPECT_EQ(refused_member(R"("temperature":null,"tools":null,"response_format":null,"n":null)"),
            "");
}

TEST(CheckParameters, TakeUnknownOnesUnseen) {
  EXPECT_EQ(refused_member(R"("top_k":"many","extra":{"a":[1]})"), "");
}

TEST(CheckParameters, TakeValuesOfTheirShape) {
  EXPECT_EQ(refused_member(R"("temperature":0.5,"max_tokens":10,"stop":["a"],"logprobs":true,
      "logit_bias":{"5":-1},"tool_choice":{"type":"function"},"user":"u","modalities":["text"])"),
            "");
}

struct Mistake {
  const char* name;
  const char* value;
  const char* accepted;
};

class ParameterOfAnotherShape : public ::testing::TestWithParam<Mistake> {};

TEST_P(ParameterOfAnotherShape, IsRefused) {
  const Mistake& mistake = GetParam();
  const std::string request = with_member("\"" + std::string(mistake.name) + "\":" + mistake.value);
  EXPECT_EQ(refused_at(request), "$." + std::string(mistake.name));
  EXPECT_NE(message_of(request).find(std::string("accepted: ") + mistake.accepted),
            std::string::npos)
      << message_of(request);
}

INSTANTIATE_TEST_SUITE_P(Normalize, ParameterOfAnotherShape,
                         ::testing::Values(Mistake{"model", "7", "a string"},
                                           Mistake{"temperature", "\"1\"", "a number"},
                                           Mistake{"max_tokens", "1.5", "an integer"},
                                           Mistake{"seed", "99999999999999999999", "an integer"},
                                           Mistake{"stream", "1", "true or false"},
                                           Mistake{"metadata", "[]", "an object"},
                                           Mistake{"tools", "{}", "a list"},
                                           Mistake{"stop", "3", "a string or a list"},
                                           Mistake{"tool_choice", "[]", "a string or an object"},
                                           Mistake{"n", "0", "an integer of 1 or more"}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(CheckTools, TakeFunctionsOtherKindsAndMistralsShortForm) {
  EXPECT_EQ(refused_member(R"("tools":[
      {"type":"function","function":{"name":"f","parameters":{"type":"object"}}},
      {"type":"function","function":{"name":"g"}},{"type":"web_search"},
      {"function":{"name":"h","parameters":null}}])"),
            "");
}

TEST(CheckTools, RefuseAFunctionWithoutANameOrABody) {
  EXPECT_EQ(refused_member(R"("tools":[{"type":"function","function":{}}])"),
            "$.tools[0].function.name");
  EXPECT_EQ(refused_member(R"("tools":[{"type":"function"}])"), "$.tools[0].function");
  EXPECT_EQ(refused_member(R"("tools":[{"name":"f"}])"), "$.tools[0].type");
  EXPECT_EQ(refused_member(R"("tools":["f"])"), "$.tools[0]");
}

TEST(CheckTools, RefuseAMistakeInAFunctionsSchema) {
  EXPECT_EQ(refused_member(R"("tools":[{"type":"function","function":{"name":"f",
                               "parameters":{"properties":{"a":{"type":"str"}}}}}])"),
            "$.tools[0].function.parameters.properties.a.type");
}

TEST(CheckResponseFormat, TakesEveryDocumentedType) {
  EXPECT_EQ(refused_member(R"("response_format":{"type":"text"})"), "");
  EXPECT_EQ(refused_member(R"("response_format":{"type":"json_object"})"), "");
  EXPECT_EQ(refused_member(R"("response_format":{"type":"json_schema",
                               "json_schema":{"name":"a","schema":{"type":"object"}}})"),
            "");
}

TEST(CheckResponseFormat, TakesASchemaWithoutAName) {
  EXPECT_EQ(
      refused_member(R"("response_format":{"type":"json_schema","json_schema":{"schema":{}}})"),
      "");
}

TEST(CheckResponseFormat, RefusesMistakesAtTheirPlace) {
  EXPECT_EQ(refused_member(R"("response_format":{})"), "$.response_format.type");
  EXPECT_EQ(refused_member(R"("response_format":{"type":"json_schema"})"),
            "$.response_format.json_schema");
  EXPECT_EQ(refused_member(R"("response_format":{"type":"json_schema","json_schema":{"name":1}})"),
            "$.response_format.json_schema.name");
  EXPECT_EQ(refused_member(
                R"("response_format":{"type":"json_schema","json_schema":{"schema":{"type":1}}})"),
            "$.response_format.json_schema.schema.type");
}

}  // namespace
}  // namespace llmgate::chat
