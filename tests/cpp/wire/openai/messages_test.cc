#include "wire/openai/messages.h"

#include <gtest/gtest.h>

#include "chat/view.h"
#include "support/turns.h"

namespace llmgate::wire {
namespace {

using chat::Action;
using test::Json;

constexpr Dialect kStrict{.provider = "openai", .takes_extensions = false};
constexpr Dialect kOther{.provider = "other"};

struct Rendered {
  std::string text;
  chat::Dispositions dispositions;
  std::optional<Error> error;
};

Rendered rendered(const std::string& messages, const Dialect& dialect = kStrict) {
  const Json json(messages);
  Rendered result;
  json::Writer out(result.text);
  result.error =
      render_openai_messages(json.root(), test::issuer(dialect), out, result.dispositions);
  return result;
}

Rendered rendered_tools(const std::string& tools, const Dialect& dialect = kStrict) {
  const Json json(tools);
  Rendered result;
  json::Writer out(result.text);
  render_openai_tools(json.root(), dialect, out, result.dispositions);
  return result;
}

// A message that "test" said, as a caller has it.
std::string said(std::string_view message) {
  const Json view(render_view(test::turn_of_message(message)));
  return std::string(view["choices"].at(0).find("message").raw());
}

TEST(RenderOpenAiMessages, SplicesWhatHoldsNothingElse) {
  const std::string messages =
      R"([ {"role":"user", "content":[{"type":"text","text":"a"}]} , {"x":1,"role":"assistant"}])";
  EXPECT_EQ(rendered(messages).text, messages);
}

TEST(RenderOpenAiMessages, GivesAnIssuerItsMessageBackAsItWas) {
  const std::string_view message = R"({"role":"assistant","content":"a","reasoning":"Hm"})";
  const Rendered result = rendered("[" + said(message) + "]", test::kPlainDialect);
  EXPECT_EQ(result.text, "[" + std::string(message) + "]");
  EXPECT_TRUE(result.dispositions.empty());
}

TEST(RenderOpenAiMessages, TakesTheReplayOutWhereTheMessageSaysTheRest) {
  const std::string_view message = R"({"role":"assistant","content":"a","reasoning_content":"Hm"})";
  EXPECT_EQ(rendered("[" + said(message) + "]", test::kPlainDialect).text,
            "[" + std::string(message) + "]");
}

TEST(RenderOpenAiMessages, GivesAnotherIssuerWhatTheMessageShows) {
  const Rendered result =
      rendered("[" + said(R"({"role":"assistant","content":"a","reasoning":"Hm","tool_calls":[
                   {"id":"functions.f:0","type":"function",
                    "function":{"name":"f","arguments":"{}"}}]})") +
                   R"(,{"role":"tool","tool_call_id":"functions.f:0","content":"1"}])",
               kOther);
  const Json messages(result.text);
  const json::Value first = messages.root().at(0);
  EXPECT_FALSE(first.find("reasoning").exists());
  EXPECT_FALSE(first.find("reasoning_content").exists());
  EXPECT_FALSE(first.find("llmgate_replay").exists());
  const std::string id = first.find("tool_calls").at(0).find("id").unescaped();
  EXPECT_EQ(id.find('.'), std::string::npos);
  EXPECT_EQ(messages.root().at(1).find("tool_call_id").unescaped(), id);
  ASSERT_EQ(result.dispositions.size(), 1U);
  EXPECT_EQ(result.dispositions[0].action, Action::kDropped);
  EXPECT_EQ(result.dispositions[0].path, "$.messages[0].llmgate_replay");
  EXPECT_EQ(result.dispositions[0].detail, "reasoning");
}

TEST(RenderOpenAiMessages, SendsAnEditAndSaysThatTheRestIsLost) {
  std::string message = said(R"({"role":"assistant","content":"a","reasoning":"Hm"})");
  message.replace(message.find(R"("content":"a")"), 13, R"("content":"b")");
  const Rendered result = rendered("[" + message + "]", test::kPlainDialect);
  const Json messages(result.text);
  EXPECT_TRUE(messages.root().at(0).find("content").says("b"));
  ASSERT_EQ(result.dispositions.size(), 2U);
  EXPECT_EQ(result.dispositions[0].action, Action::kDropped);
  EXPECT_NE(result.dispositions[0].reason.find("changed"), std::string::npos);
}

TEST(RenderOpenAiMessages, DropsMarksOfOtherFormatsForWhoRefusesThem) {
  const std::string messages = R"([{"role":"user","cache_control":{"type":"ephemeral"},"content":[)"
                               R"({"type":"text","text":"a","cache_control":{"type":"ephemeral"}},)"
                               R"({"type":"document","source":{}}]}])";
  const Rendered result = rendered(messages);
  EXPECT_EQ(result.text, R"([{"role":"user","content":[{"type":"text","text":"a"}]}])");
  ASSERT_EQ(result.dispositions.size(), 3U);
  EXPECT_EQ(result.dispositions[0].path, "$.messages[0].cache_control");
  EXPECT_EQ(result.dispositions[1].path, "$.messages[0].content[0].cache_control");
  EXPECT_EQ(result.dispositions[2].path, "$.messages[0].content[1]");
  EXPECT_EQ(rendered(messages, kOther).text, messages);
}

TEST(RenderOpenAiMessages, DropsReasoningForWhoRefusesItUnlessItIsItsOwn) {
  const std::string handmade = R"([{"role":"assistant","content":"a","reasoning_content":"Hm"}])";
  const Rendered result = rendered(handmade);
  EXPECT_EQ(result.text, R"([{"role":"assistant","content":"a"}])");
  ASSERT_EQ(result.dispositions.size(), 1U);
  EXPECT_EQ(result.dispositions[0].path, "$.messages[0].reasoning_content");
  constexpr Dialect kStrictTest{.provider = "test", .takes_extensions = false};
  EXPECT_EQ(
      rendered("[" + said(R"({"role":"assistant","content":"a","reasoning_content":"Hm"})") + "]",
               kStrictTest)
          .text,
      handmade);
}

TEST(RenderOpenAiMessages, RefusesAFileByUrlByName) {
  const Rendered result = rendered(
      R"([{"role":"user","content":[{"type":"file","file":{"file_data":"https://a/b.pdf"}}]}])");
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->json_path, "$.messages[0].content[0].file.file_data");
}

TEST(RenderOpenAiMessages, StripsHintsForEveryone) {
  EXPECT_EQ(rendered(R"([{"role":"user","content":"a","llmgate_form":"x"}])", kOther).text,
            R"([{"role":"user","content":"a"}])");
}

TEST(RenderOpenAiTools, DropsOtherProvidersServerToolsForWhoRefusesThem) {
  const std::string tools =
      R"([{"type":"function","function":{"name":"f"},"cache_control":{"type":"ephemeral"}},)"
      R"({"type":"web_search_20250305","name":"web_search"},{"googleSearch":{}},)"
      R"({"type":"custom","custom":{"name":"c"}}])";
  const Rendered result = rendered_tools(tools);
  EXPECT_EQ(result.text, R"([{"type":"function","function":{"name":"f"}},)"
                         R"({"type":"custom","custom":{"name":"c"}}])");
  ASSERT_EQ(result.dispositions.size(), 3U);
  EXPECT_EQ(result.dispositions[1].path, "$.tools[1]");
  EXPECT_EQ(rendered_tools(tools, kOther).text, tools);
}

TEST(FindForeignField, KnowsFieldsOfOtherFormats) {
  EXPECT_NE(find_foreign_field("top_k"), nullptr);
  EXPECT_NE(find_foreign_field("safetySettings"), nullptr);
  EXPECT_EQ(find_foreign_field("temperature"), nullptr);
  EXPECT_EQ(find_foreign_field("messages[].cache_control"),
            find_foreign_field("messages[].cache_control"));
}

}  // namespace
}  // namespace llmgate::wire
