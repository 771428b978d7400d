#include "wire/anthropic/read_request.h"

#include <gtest/gtest.h>

#include <map>

#include "support/anthropic.h"

namespace llmgate::wire {
namespace {

using test::Json;
using test::there_and_back;

// Members by name, all the way down: the order of an object's members says nothing.
std::string sorted(json::Value value) {
  if (value.is_object()) {
    std::map<std::string, std::string> members;
    for (const json::Member member : value.members()) {
      members[member.name.unescaped()] = sorted(member.value);
    }
    std::string text = "{";
    for (const auto& [name, member] : members) {
      text += name + ":" + member + ",";
    }
    return text + "}";
  }
  if (value.is_array()) {
    std::string text = "[";
    for (const json::Value element : value.elements()) {
      text += sorted(element) + ",";
    }
    return text + "]";
  }
  return value.is_string() ? "\"" + value.unescaped() + "\"" : std::string(value.raw());
}

void expect_equal_after_both_ways(const std::string& body) {
  const std::string again = there_and_back(body);
  ASSERT_TRUE(test::is_json(again)) << again;
  EXPECT_EQ(sorted(Json(again).root()), sorted(Json(body).root())) << body;
}

std::string request(const std::string& messages, const std::string& members = "") {
  return R"({"model":"claude-sonnet-4-5","max_tokens":5,"messages":[)" + messages + "]" +
         (members.empty() ? "" : "," + members) + "}";
}
const std::string kUser = R"({"role":"user","content":"hi"})";

TEST(AnthropicReadRequest, ComesBackEqualWithEveryKindOfMessage) {
  const std::string calls =
      R"({"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"f",)"
      R"("input":{"a":"\"\u00e9\n"}},{"type":"tool_use","id":"t2","name":"f","input":{}}]})";
  const std::string result = R"({"type":"tool_result","tool_use_id":"t1","content":"1"})";
  for (const std::string& messages : {
           kUser,
           kUser + "," + kUser,
           std::string(R"({"role":"user","content":[]})"),
           std::string(R"({"role":"user","content":"","extra":{"a":1}})"),
           std::string(R"({"role":"user","content":[{"type":"text","text":""}]})"),
           kUser + R"(,{"role":"assistant","content":"a "})",
           kUser + R"(,{"role":"assistant","content":[]})",
           kUser + R"(,{"role":"assistant","content":[{"type":"text","text":"a"}]})",
           kUser + R"(,{"role":"assistant","content":[{"type":"text","text":""}]})",
           kUser + R"(,{"role":"assistant","content":[{"type":"text","text":"a"},)"
                   R"({"type":"text","text":"b"}]})",
           calls,
           calls + R"(,{"role":"user","content":[)" + result + "]}",
           calls + R"(,{"role":"user","content":[)" + result + "]}," + kUser,
           calls + R"(,{"role":"user","content":[)" + result + R"(]},{"role":"user","content":[)" +
               result + "]}",
           calls + R"(,{"role":"user","content":[{"type":"text","text":"x"},)" + result +
               R"(,{"type":"text","text":"y"},)" + result + "]}," + kUser,
           kUser + R"(,{"role":"system","content":"mid"})",
           std::string(R"({"role":"user","content":[{"type":"file","x":1},7]})"),
       }) {
    expect_equal_after_both_ways(request(messages));
  }
}

TEST(AnthropicReadRequest, ComesBackEqualWithEveryField) {
  for (const std::string& members : std::vector<std::string>{
           R"("system":"a")",
           R"("system":[])",
           R"("system":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}])",
           R"("system":null,"stop_sequences":null,"temperature":null)",
           R"("stop_sequences":["###"," "])",
           R"("stop_sequences":[1])",
           R"("metadata":{"user_id":"u"})",
           R"("metadata":{"user_id":"a@b.org"})",
           R"("metadata":{"user_id":"u","more":1})",
           R"("metadata":{"user_id":null})",
           R"("service_tier":"standard_only")",
           R"("service_tier":"auto")",
           R"("service_tier":"new")",
           R"("temperature":1.5,"top_p":0.1,"top_k":3)",
           R"("thinking":{"type":"enabled","budget_tokens":1024},"temperature":0.1)",
           R"("tool_choice":{"type":"auto","disable_parallel_tool_use":false})",
           R"("tool_choice":{"type":"any","disable_parallel_tool_use":true})",
           R"("tool_choice":{"type":"tool","name":"f"})",
           R"("tool_choice":{"type":"none"})",
           R"("tool_choice":{"type":"new","x":1})",
           R"("tools":[])",
           R"("tools":[{"name":"f","input_schema":{"type":"object"},"strict":true,)"
           R"("cache_control":{"type":"ephemeral"},"defer_loading":true}])",
           R"("tools":[{"type":"custom","name":"f","description":null,"input_schema":{}}])",
           R"("tools":[{"type":"web_search_20250305","name":"web_search","max_uses":null}])",
           R"("output_format":{"type":"json_schema","schema":{"type":"object","minimum":1}})",
           R"("output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}})",
           R"("output_config":{"effort":"low","format":{"type":"json_schema","schema":{}}})",
           R"("output_config":{}, "context_management":{"edits":[]},"mcp_servers":[])",
           R"("betas":["x"],"stop":"own","seed":7,"user":"u","n":3)",
           R"("llmgate_form":{"a":1},"unheard_of":[{"llmgate_form":2}])",
           R"("stream":true,"cache_control":{"type":"ephemeral"},"container":null)",
       }) {
    expect_equal_after_both_ways(request(kUser, members));
  }
}

TEST(AnthropicReadRequest, ComesBackEqualWithoutALimit) {
  expect_equal_after_both_ways(R"({"model":"claude-sonnet-4-5","messages":[)" + kUser + "]}");
}

TEST(AnthropicReadRequest, SaysInCanonicalWordsWhatItCan) {
  const auto read = anthropic_messages_format().read_request(
      request(kUser,
              R"("stop_sequences":["a"],"metadata":{"user_id":"u"},"tool_choice":)"
              R"({"type":"any","disable_parallel_tool_use":true},"service_tier":"standard_only")"),
      test::claude());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->root().find("stop").raw(), R"(["a"])");
  EXPECT_EQ(read->root().find("user").raw(), R"("u")");
  EXPECT_EQ(read->root().find("tool_choice").raw(), R"("required")");
  EXPECT_EQ(read->root().find("parallel_tool_calls").raw(), "false");
  EXPECT_EQ(read->root().find("service_tier").raw(), R"("default")");
}

TEST(AnthropicReadRequest, RefusesWhatIsNone) {
  EXPECT_EQ(there_and_back("{").substr(0, 14), "refused at $: ");
  EXPECT_EQ(there_and_back("[]").substr(0, 14), "refused at $: ");
  EXPECT_EQ(there_and_back("{}").substr(0, 23), "refused at $.messages: ");
  EXPECT_EQ(there_and_back(R"({"messages":[]})").substr(0, 23), "refused at $.messages: ");
}

}  // namespace
}  // namespace llmgate::wire
