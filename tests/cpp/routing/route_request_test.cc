#include "routing/route_request.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "chat/replay.h"
#include "support/turns.h"

namespace llmgate::routing {
namespace {

using test::request_of;

// Of a request whose bytes live no longer: what borrows from it is cleared.
RouteRequest described(const std::string& body) {
  const chat::ChatRequest request = request_of(body);
  RouteRequest result = describe_request(request);
  result.params = {};
  result.metadata = {};
  return result;
}

RouteRequest with_messages(const std::string& messages, const std::string& more = "") {
  return described(R"({"model":"m","messages":)" + messages + more + "}");
}

RouteRequest with(const std::string& member) {
  return with_messages(R"([{"role":"user","content":"hi"}])", "," + member);
}

std::int64_t tokens_of(const std::string& messages, const std::string& more = "") {
  return with_messages(messages, more).prompt_tokens;
}

TEST(DescribeRequest, CountsATokenForFourBytesAndFourForAMessage) {
  EXPECT_EQ(tokens_of(R"([{"role":"user","content":"12345678"}])"), 6);
  EXPECT_EQ(tokens_of(R"([{"role":"user","content":"123456789"}])"), 7);
  EXPECT_EQ(tokens_of(R"([{"role":"system","content":"1234"},{"role":"user","content":[
      {"type":"text","text":"1234"},{"type":"text","text":"5678"}]}])"),
            11);
}

TEST(DescribeRequest, CountsEscapesAsTheTextTheyStandFor) {
  EXPECT_EQ(tokens_of(R"([{"role":"user","content":"\n\n\n\n\n\n\n\n"}])"), 6);
  EXPECT_EQ(tokens_of(R"([{"role":"user","content":"\u4f60\u597d\u4f60\u597d"}])"), 7);
  EXPECT_EQ(tokens_of(R"([{"role":"user","content":"\\u4f60abc\\"}])"), 4 + 3);
}

TEST(DescribeRequest, CountsMediaByThePieceAndNotTheirData) {
  const std::string data(100000, 'A');
  EXPECT_EQ(tokens_of(R"([{"role":"user","content":[{"type":"image_url","image_url":{"url":
      "data:image/png;base64,)" +
                      data + R"("}},{"type":"input_audio","input_audio":{"data":")" + data +
                      R"(","format":"wav"}},{"type":"text","text":"1234"}]}])"),
            4 + 800 + 800 + 1);
}

TEST(DescribeRequest, CountsToolsSchemasAndCalls) {
  const std::string tools = R"([{"type":"function","function":{"name":"look_up"}}])";
  EXPECT_EQ(tokens_of(R"([{"role":"user","content":""}])", R"(,"tools":)" + tools),
            4 + static_cast<std::int64_t>((tools.size() + 3) / 4));
  EXPECT_GT(tokens_of(R"([{"role":"user","content":"x"},{"role":"assistant","content":null,
      "tool_calls":[{"id":"c1","type":"function","function":{"name":"f",
      "arguments":"0123456789012345678901234567890123456789"}}]},
      {"role":"tool","tool_call_id":"c1","content":"ok"}])"),
            12 + 10);
}

TEST(DescribeRequest, CountsNothingThatNoProviderSees) {
  const std::string plain = R"([{"role":"assistant","content":"1234")";
  const std::string padding(4000, 'x');
  EXPECT_EQ(tokens_of(plain + R"(,"llmgate_replay":{"version":1,"native":{"x":")" + padding +
                      R"("}}},{"role":"user","content":""}])"),
            tokens_of(plain + R"(},{"role":"user","content":""}])"));
}

TEST(DescribeRequest, TakesTheNewerLimitOfOutput) {
  EXPECT_EQ(with(R"("max_tokens":5)").output_tokens, 5);
  EXPECT_EQ(with(R"("max_tokens":5,"max_completion_tokens":7)").output_tokens, 7);
  EXPECT_EQ(with(R"("max_tokens":5,"max_completion_tokens":null)").output_tokens, 5);
  EXPECT_EQ(with(R"("n":1)").output_tokens, 0);
}

TEST(DescribeRequest, TakesTheLastOfTwoMembersByWhateverSpelling) {
  EXPECT_EQ(with(R"("max_tokens":5,"n":1,"max_tokens":9)").output_tokens, 9);
  EXPECT_EQ(with("\"max_tokens\":5,\"max_t\\u006fkens\":9").output_tokens, 9);
  EXPECT_EQ(with(R"("logprobs":true,"logprobs":null)").needs, 0U);
  EXPECT_EQ(with_messages(R"([{"role":"user","content":"hi","role":"assistant"}])").needs,
            set_of(Feature::kPrefill));
}

TEST(DescribeRequest, SeesWhatTheParametersNeed) {
  EXPECT_EQ(with(R"("n":1)").needs, 0U);
  EXPECT_EQ(with(R"("tools":[])").needs, 0U);
  EXPECT_EQ(with(R"("tools":[{"type":"function","function":{"name":"f"}}])").needs,
            set_of(Feature::kTools));
  EXPECT_EQ(with(R"("response_format":{"type":"json_object"})").needs, 0U);
  EXPECT_EQ(with(R"("response_format":{"type":"json_schema","json_schema":{"name":"a",
                    "schema":{"type":"object"}}})")
                .needs,
            set_of(Feature::kJsonSchema));
  EXPECT_EQ(with(R"("logprobs":true)").needs, set_of(Feature::kLogprobs));
  EXPECT_EQ(with(R"("logprobs":false)").needs, 0U);
  EXPECT_EQ(with(R"("modalities":["text","audio"])").needs, set_of(Feature::kAudio));
}

TEST(DescribeRequest, SeesReasoningInThreeSpellings) {
  const FeatureSet reasoning = set_of(Feature::kReasoning);
  EXPECT_EQ(with(R"("reasoning_effort":"low")").needs, reasoning);
  EXPECT_EQ(with(R"("reasoning_effort":"none")").needs, 0U);
  EXPECT_EQ(with(R"("reasoning":{"max_tokens":1000})").needs, reasoning);
  EXPECT_EQ(with(R"("reasoning":{"enabled":false})").needs, 0U);
  EXPECT_EQ(with(R"("thinking":{"type":"enabled","budget_tokens":1024})").needs, reasoning);
  EXPECT_EQ(with(R"("thinking":{"type":"disabled"})").needs, 0U);
}

TEST(DescribeRequest, SeesWhatThePartsNeed) {
  EXPECT_EQ(with_messages(R"([{"role":"user","content":[{"type":"image_url",
                 "image_url":"https://x/y.png"}]}])")
                .needs,
            set_of(Feature::kVision));
  EXPECT_EQ(with_messages(R"([{"role":"user","content":[{"type":"file",
                 "file":{"file_id":"f"}}]}])")
                .needs,
            set_of(Feature::kFiles));
}

TEST(DescribeRequest, SeesAPrefillOnlyInTheLastMessage) {
  const std::string user = R"({"role":"user","content":"hi"})";
  const std::string assistant = R"({"role":"assistant","content":"Sure:"})";
  EXPECT_EQ(with_messages("[" + user + "," + assistant + "]").needs, set_of(Feature::kPrefill));
  EXPECT_EQ(with_messages("[" + assistant + "," + user + "]").needs, 0U);
  const std::string caller = R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1",
      "type":"function","function":{"name":"f","arguments":"{}"}}]})";
  EXPECT_EQ(with_messages("[" + user + "," + caller + "]").needs, 0U);
}

TEST(DescribeRequest, SessionIsTheMostExactNameOfIt) {
  const std::uint64_t session = with(R"("session_id":"s1")").session;
  EXPECT_NE(session, 0U);
  EXPECT_EQ(with(R"("session_id":"s1","prompt_cache_key":"k")").session, session);
  EXPECT_EQ(with(R"("metadata":{"session_id":"s1"},"prompt_cache_key":"k")").session, session);
  EXPECT_EQ(with(R"("prompt_cache_key":"s1","user":"u")").session, session);
  EXPECT_EQ(with(R"("session_id":"","user":"u")").session, 0U);
}

TEST(DescribeRequest, PromptStartIsOfWhatStaysEqualBetweenTurns) {
  const std::string system = R"({"role":"system","content":")" + std::string(4096, 's') + "\"}";
  const std::string user = R"({"role":"user","content":"hi"})";
  const std::uint64_t start = with_messages("[" + system + "," + user + "]").prompt_start;
  EXPECT_NE(start, 0U);
  EXPECT_EQ(with_messages("[" + system + "," + user + R"(,{"role":"assistant","content":"a"},
      {"role":"user","content":"more"}])")
                .prompt_start,
            start);
  EXPECT_NE(with_messages("[" + system + R"(,{"role":"user","content":"ho"}])").prompt_start,
            start);
  EXPECT_EQ(with_messages("[" + user + "]").prompt_start, 0U);
}

// A message as it was shown, with its fingerprint, from `provider`.
std::string issued(const std::string& provider, const std::string& native,
                   const std::string& said = "4") {
  const test::Json shown(R"({"role":"assistant","content":"4"})");
  std::string hash(16, '\0');
  const int size =
      std::snprintf(hash.data(), hash.size() + 1, "%llx",
                    static_cast<unsigned long long>(chat::fingerprint_of(shown.root())));
  hash.resize(static_cast<std::size_t>(size));
  return R"({"role":"assistant","content":")" + said +
         R"(","llmgate_replay":{"version":1,"provider":")" + provider +
         R"(","format":"f","model":"m-)" + provider + R"(","shown":")" + hash + R"(","native":)" +
         native + "}}";
}

const char* const kSigned =
    R"({"content":[{"type":"thinking","thinking":"...","signature":"c2ln"}]})";
const char* const kUser = R"({"role":"user","content":"hi"})";

TEST(DescribeRequest, TheIssuerIsTheNewestWithReasoningState) {
  const RouteRequest request = with_messages(
      std::string("[") + kUser + "," + issued("gemini", R"([{"thoughtSignature":"x"}])") + "," +
      kUser + "," + issued("anthropic", kSigned) + "," + kUser + "," +
      issued("openai", R"({"content":[{"type":"text","text":"no state"}]})") + "," + kUser + "]");
  EXPECT_EQ(request.issuer_provider, "anthropic");
  EXPECT_EQ(request.issuer_model, "m-anthropic");
}

TEST(DescribeRequest, SeesRedactedThinking) {
  const RouteRequest request =
      with_messages("[" + issued("anthropic", R"([{"type":"redacted_thinking","data":"x"}])") +
                    "," + kUser + "]");
  EXPECT_EQ(request.issuer_provider, "anthropic");
}

TEST(DescribeRequest, AnEditedMessageHasNoIssuer) {
  const RouteRequest request =
      with_messages("[" + issued("anthropic", kSigned, "5") + "," + kUser + "]");
  EXPECT_EQ(request.issuer_provider, "");
}

TEST(DescribeRequest, PlainMessagesHaveNoIssuer) {
  EXPECT_EQ(with_messages(std::string("[") + kUser + "]").issuer_provider, "");
}

TEST(DescribeRequest, BorrowsParametersAndMetadata) {
  const chat::ChatRequest request = request_of(
      R"({"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true,"metadata":{"plan":"paid"}})");
  const RouteRequest result = describe_request(request);
  EXPECT_TRUE(result.is_stream);
  EXPECT_TRUE(result.params.find("model").says("m"));
  EXPECT_TRUE(result.metadata.find("plan").says("paid"));
}

}  // namespace
}  // namespace llmgate::routing
