#include <gtest/gtest.h>

#include <array>

#include "chat/view.h"
#include "support/turns.h"
#include "wire/format.h"

namespace llmgate::wire {
namespace {

using chat::Action;
using test::issuer;
using test::request_of;

constexpr const char* kMessages = R"("messages":[{"role":"user","content":"hi"}])";

constexpr std::array kRules = std::to_array<FieldRule>({
    {RuleKind::kDrop, "logit_bias", "", "it is refused", ""},
    {RuleKind::kRename, "max_completion_tokens", "max_tokens", "it has another name", ""},
    {RuleKind::kDrop, "stop", "", "reasoning models refuse it", "model-1|think-"},
});
constexpr Dialect kStrict{.provider = "strict", .rules = kRules};

RenderedRequest render(const std::string& members, const Dialect& dialect = test::kPlainDialect,
                       std::string_view model = "model-1") {
  const std::string body =
      "{" + std::string(kMessages) + (members.empty() ? "" : ",") + members + "}";
  auto rendered = openai_chat_format().render_request(request_of(body), {&dialect, model});
  EXPECT_TRUE(rendered.ok());
  return std::move(rendered).value();
}

std::string body_with(const std::string& members, const std::string& model = "model-1") {
  return R"({"model":")" + model + "\"," + kMessages + (members.empty() ? "" : ",") + members + "}";
}

TEST(RenderRequest, GoesToTheChatPath) {
  EXPECT_EQ(render("").path, "/chat/completions");
  EXPECT_EQ(openai_chat_format().name(), "openai.chat");
}

TEST(RenderRequest, PutsTheResolvedModelFirst) {
  EXPECT_EQ(render(R"("model":"provider/model-1")").body, body_with(""));
}

TEST(RenderRequest, LeavesTheModelOutWhereTheUrlNamesIt) {
  EXPECT_EQ(render(R"("model":"x")", test::kPlainDialect, "").body,
            "{" + std::string(kMessages) + "}");
}

TEST(RenderRequest, EscapesTheModel) {
  EXPECT_EQ(render("", test::kPlainDialect, "a\"b").body, body_with("", "a\\\"b"));
}

TEST(RenderRequest, SplicesWhatItDoesNotChange) {
  EXPECT_EQ(render(R"("temperature":1E-1,"stop":[ "\u000a" ])").body,
            body_with(R"("temperature":1E-1,"stop":[ "\u000a" ])"));
  EXPECT_EQ(render(R"("top_k":123456789012345678901234567890)").body,
            body_with(R"("top_k":123456789012345678901234567890)"));
}

TEST(RenderRequest, NotesNothingWhereAllIsKept) {
  EXPECT_TRUE(render(R"("temperature":1)").dispositions.empty());
}

TEST(RenderRequest, ForwardsUnknownFieldsAndNamesTheNearest) {
  const RenderedRequest rendered = render(R"("temprature":1,"top_k":5)");
  EXPECT_EQ(rendered.body, body_with(R"("temprature":1,"top_k":5)"));
  ASSERT_EQ(rendered.dispositions.size(), 2U);
  EXPECT_EQ(rendered.dispositions[0].action, Action::kUnknown);
  EXPECT_EQ(rendered.dispositions[0].path, "$.temprature");
  EXPECT_EQ(rendered.dispositions[0].detail, "temperature");
  EXPECT_EQ(rendered.dispositions[1].path, "$.top_k");
}

TEST(RenderRequest, KnowsTheProvidersOwnMembers) {
  constexpr std::array kOwn = std::to_array<std::string_view>({"models", "route"});
  const Dialect dialect{.provider = "p", .members = kOwn};
  const RenderedRequest rendered = render(R"("models":["a"],"route":"fallback","x":1)", dialect);
  EXPECT_EQ(rendered.body, body_with(R"("models":["a"],"route":"fallback","x":1)"));
  ASSERT_EQ(rendered.dispositions.size(), 1U);
  EXPECT_EQ(rendered.dispositions[0].path, "$.x");
}

TEST(RenderRequest, DropsWhatTheProviderRefuses) {
  const RenderedRequest rendered = render(R"("logit_bias":{"5":1},"seed":1)", kStrict);
  EXPECT_EQ(rendered.body, body_with(R"("seed":1)"));
  ASSERT_EQ(rendered.dispositions.size(), 1U);
  EXPECT_EQ(rendered.dispositions[0].action, Action::kDropped);
  EXPECT_EQ(rendered.dispositions[0].path, "$.logit_bias");
  EXPECT_EQ(rendered.dispositions[0].reason, "it is refused");
}

TEST(RenderRequest, RenamesWhatTheProviderKnowsOtherwise) {
  const RenderedRequest rendered = render(R"("max_completion_tokens":5)", kStrict);
  EXPECT_EQ(rendered.body, body_with(R"("max_tokens":5)"));
  ASSERT_EQ(rendered.dispositions.size(), 1U);
  EXPECT_EQ(rendered.dispositions[0].action, Action::kMapped);
  EXPECT_EQ(rendered.dispositions[0].path, "$.max_completion_tokens");
  EXPECT_EQ(rendered.dispositions[0].detail, "max_tokens");
}

TEST(RenderRequest, DropsARenamedFieldWhoseOtherNameIsGivenToo) {
  const RenderedRequest rendered = render(R"("max_completion_tokens":5,"max_tokens":6)", kStrict);
  EXPECT_EQ(rendered.body, body_with(R"("max_tokens":6)"));
  ASSERT_EQ(rendered.dispositions.size(), 1U);
  EXPECT_EQ(rendered.dispositions[0].action, Action::kDropped);
}

TEST(RenderRequest, AppliesARuleOnlyToTheModelsItNames) {
  const std::string members = R"("stop":"a")";
  EXPECT_EQ(render(members, kStrict, "model-1-mini").body, body_with("", "model-1-mini"));
  EXPECT_EQ(render(members, kStrict, "vendor/think-2").body, body_with("", "vendor/think-2"));
  EXPECT_EQ(render(members, kStrict, "other").body, body_with(members, "other"));
}

TEST(RenderRequest, AppliesRulesToNamesWrittenWithEscapes) {
  EXPECT_EQ(render(R"("logit\u005fbias":{})", kStrict).body, body_with(""));
}

TEST(RenderRequest, NotesEscapedNamesAsTheRequestListsThem) {
  const std::string body = "{" + std::string(kMessages) + R"(,"caf\u00e9":1})";
  const chat::ChatRequest request = request_of(body);
  const auto rendered = openai_chat_format().render_request(request, issuer());
  ASSERT_EQ(rendered->dispositions.size(), 1U);
  EXPECT_EQ(rendered->dispositions[0].path, "$." + request.field_names().back());
}

Result<chat::Turn> parse(std::string_view body) {
  json::Document scratch;
  chat::Turn turn;
  Failure failure = openai_chat_format().parse_reply(body, issuer(), scratch, turn);
  return failure ? Result<chat::Turn>(std::move(*failure)) : Result<chat::Turn>(std::move(turn));
}

TEST(ParseReply, SaysWhoIssuedTheTurn) {
  const auto turn = parse(R"({"id":"c","model":"m","choices":[{"message":{"content":"a"}}]})");
  ASSERT_TRUE(turn.ok());
  EXPECT_EQ(turn->provider, "test");
  EXPECT_EQ(turn->format, "openai.chat");
  EXPECT_EQ(turn->id, "c");
  EXPECT_EQ(turn->model, "m");
}

struct Refusal {
  const char* name;
  const char* body;
  const char* message;
};

class BrokenReply : public ::testing::TestWithParam<Refusal> {};

TEST_P(BrokenReply, IsAnInvalidResponse) {
  const auto turn = parse(GetParam().body);
  ASSERT_FALSE(turn.ok());
  EXPECT_EQ(turn.error().kind, ErrorKind::kInvalidResponse);
  EXPECT_EQ(turn.error().message, GetParam().message);
  EXPECT_EQ(turn.error().body, GetParam().body);
}

INSTANTIATE_TEST_SUITE_P(
    OpenAiChat, BrokenReply,
    ::testing::Values(Refusal{"WithoutChoices", R"({"id":"c"})", "the reply has no choices"},
                      Refusal{"WithEmptyChoices", R"({"choices":[]})", "the reply has no choices"},
                      Refusal{"WhoseChoicesAreNoList", R"({"choices":{}})", "choices is object"},
                      Refusal{"WhoseChoiceIsNoObject", R"({"choices":[7]})", "a choice is number"},
                      Refusal{"WhoseContentIsANumber", R"({"choices":[{"message":{"content":7}}]})",
                              "a message's content is number"},
                      Refusal{"WhoseUsageIsAList", R"({"choices":[{"message":{}}],"usage":[]})",
                              "usage is array"},
                      Refusal{"ThatIsNoObject", "[]", "the reply has no choices"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ParseReply, RefusesAPageOfHtmlUnderAGoodStatus) {
  const auto turn = parse("<html><body>Sign in to the network</body></html>");
  ASSERT_FALSE(turn.ok());
  EXPECT_EQ(turn.error().kind, ErrorKind::kInvalidResponse);
  EXPECT_EQ(turn.error().message.rfind("the reply is not JSON", 0), 0U);
}

TEST(ParseReply, SeesAnErrorUnderAGoodStatus) {
  const auto turn = parse(R"({"error":{"message":"no","code":502},"user_id":"u"})");
  ASSERT_FALSE(turn.ok());
  EXPECT_EQ(turn.error().kind, ErrorKind::kBadGateway);
  EXPECT_EQ(turn.error().status, 502);
}

TEST(ParseReply, TakesAnAnswerWhoseErrorIsNull) {
  EXPECT_TRUE(parse(R"({"error":null,"choices":[{"message":{"content":"a"}}]})").ok());
}

TEST(ParseReply, TakesNumbersAndTextsThatOtherReadersRefuse) {
  const auto turn = parse(R"({"created":123456789012345678901234567890,"x":1e400,
                              "choices":[{"message":{"content":"\ud83d"}}]})");
  ASSERT_TRUE(turn.ok());
  EXPECT_EQ(turn->choices[0].blocks[0].text, "\\ud83d");
}

std::string nested_reply(std::size_t lists) {
  return R"({"choices":[{"message":{}}],"x":)" + std::string(lists, '[') + std::string(lists, ']') +
         "}";
}

TEST(ParseReply, RefusesWhatIsNestedTooDeep) {
  const auto turn = parse(nested_reply(kReplyLimits.max_depth));
  ASSERT_FALSE(turn.ok());
  EXPECT_EQ(turn.error().kind, ErrorKind::kInvalidResponse);
}

TEST(ParseReply, LeavesRoomForWhatIsWrittenAroundTheTurn) {
  const auto turn = parse(nested_reply(kReplyLimits.max_depth - 1));
  ASSERT_TRUE(turn.ok());
  EXPECT_TRUE(test::is_json(R"({"completion":{"turn":)" + render_turn(*turn) + "}}"));
}

TEST(ParseError, KeepsStatusAndRequestId) {
  const Error error = openai_chat_format().parse_error(
      404, {{"x-request-id", "r"}}, R"({"error":{"message":"no such model"}})", issuer());
  EXPECT_EQ(error.kind, ErrorKind::kNotFound);
  EXPECT_EQ(error.status, 404);
  EXPECT_EQ(error.request_id, "r");
}

TEST(ReadRequest, GivesTheCanonicalRequest) {
  const auto request = openai_chat_format().read_request(body_with(R"("stream":true)"), issuer());
  ASSERT_TRUE(request.ok());
  EXPECT_TRUE(request->is_stream());
  EXPECT_FALSE(openai_chat_format().read_request("{}", issuer()).ok());
}

}  // namespace
}  // namespace llmgate::wire
