#include "wire/openai/native.h"

#include <gtest/gtest.h>

#include "support/turns.h"

namespace llmgate::wire {
namespace {

using test::turn_of_message;

bool is_bound(std::string_view message) {
  return is_bound_to_issuer(turn_of_message(message).choices[0]);
}

TEST(IsBoundToIssuer, IsNotWhatAnyProviderUnderstands) {
  EXPECT_FALSE(is_bound(R"({"role":"assistant","content":"a","refusal":null,"annotations":[]})"));
  EXPECT_FALSE(is_bound(R"({"content":null,"refusal":"No"})"));
  EXPECT_FALSE(is_bound(R"({"tool_calls":[{"id":"call_1","type":"function",
                            "function":{"name":"f","arguments":"{}"}}]})"));
}

TEST(IsBoundToIssuer, IsWhatOnlyItsIssuerUnderstands) {
  for (const std::string_view message :
       {R"({"content":"a","reasoning_content":"Hm"})", R"({"content":"a","reasoning":"Hm"})",
        R"({"content":"a","reasoning_details":[{"type":"reasoning.encrypted"}]})",
        R"({"content":[{"type":"text","text":"a"}]})",
        R"({"tool_calls":[{"id":"functions.f:0","function":{"name":"f","arguments":"{}"}}]})",
        R"({"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"},"extra":1}]})"}) {
    EXPECT_TRUE(is_bound(message)) << message;
  }
}

TEST(RenderOpenAiMessage, GivesTheMessageBackAsItWasSent) {
  for (const std::string_view message :
       {R"({"role":"assistant","content":"a"})",
        R"({"role":"assistant","content":"a","reasoning":"Hm"})",
        R"({"role":"assistant","content":[{"type":"thinking","thinking":[)"
        R"({"type":"text","text":"Hm"}]},{"type":"text","text":"4"},{"type":"ref","ids":[1]}]})",
        R"({"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function",)"
        R"("function":{"name":"f","arguments":"{}"},"extra":1}]})"}) {
    EXPECT_EQ(render_openai_message(turn_of_message(message).choices[0]), message);
  }
}

TEST(SealOpenAiTurn, KeepsTheWholeMessageWhereItIsShownOtherwise) {
  const chat::Turn shown_as_sent = turn_of_message(R"({"content":"a","reasoning_content":"Hm"})");
  EXPECT_TRUE(shown_as_sent.choices[0].replay.is_needed);
  EXPECT_TRUE(shown_as_sent.choices[0].replay.native.empty());
  const std::string_view other = R"({"content":"a","reasoning":"Hm"})";
  EXPECT_EQ(turn_of_message(other).choices[0].replay.native, other);
}

}  // namespace
}  // namespace llmgate::wire
