#include "providers/model_name.h"

#include <gtest/gtest.h>

namespace llmgate::providers {
namespace {

// "provider model", or the error's message behind a "!".
std::string resolved(std::string_view name, std::string_view provider = "", bool has_url = false) {
  const auto result = resolve_model(name, provider, has_url);
  if (!result.ok()) {
    EXPECT_EQ(result.error().json_path, "$.model");
    EXPECT_EQ(result.error().kind, ErrorKind::kBadRequest);
    return "!" + result.error().message;
  }
  return std::string(result->provider->name) + " " + result->model;
}

TEST(ResolveModel, SplitsAtTheProvidersSlash) {
  EXPECT_EQ(resolved("openai/gpt-4o"), "openai gpt-4o");
}

TEST(ResolveModel, SplitsAtTheProvidersColon) {
  EXPECT_EQ(resolved("groq:llama-3.3-70b"), "groq llama-3.3-70b");
}

TEST(ResolveModel, KeepsAVendorsSlugUnderARelay) {
  EXPECT_EQ(resolved("openrouter/anthropic/claude-opus-4.7:free"),
            "openrouter anthropic/claude-opus-4.7:free");
}

TEST(ResolveModel, KeepsTheColonOfATag) {
  EXPECT_EQ(resolved("ollama/llama3.2:3b"), "ollama llama3.2:3b");
  EXPECT_EQ(resolved("ollama:llama3.2:3b"), "ollama llama3.2:3b");
}

TEST(ResolveModel, KeepsTheSlashBehindAColon) {
  EXPECT_EQ(resolved("groq:openai/gpt-oss-120b"), "groq openai/gpt-oss-120b");
}

TEST(ResolveModel, KnowsProvidersByTheirAliases) {
  EXPECT_EQ(resolved("together_ai/x"), "together x");
  EXPECT_EQ(resolved("hosted_vllm/x"), "vllm x");
}

struct Bare {
  const char* name;
  const char* expected;
};

class BareModel : public ::testing::TestWithParam<Bare> {};

TEST_P(BareModel, GoesToTheOneProviderThatItIsKnownFor) {
  EXPECT_EQ(resolved(GetParam().name), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    ModelName, BareModel,
    ::testing::Values(Bare{"gpt-4o", "openai gpt-4o"}, Bare{"o3-mini", "openai o3-mini"},
                      Bare{"chatgpt-4o-latest", "openai chatgpt-4o-latest"},
                      Bare{"deepseek-chat", "deepseek deepseek-chat"}, Bare{"grok-4", "xai grok-4"},
                      Bare{"sonar-pro", "perplexity sonar-pro"},
                      Bare{"mistral-large-latest", "mistral mistral-large-latest"},
                      Bare{"gemini-2.5-pro", "gemini gemini-2.5-pro"},
                      Bare{"claude-sonnet-4-5", "anthropic claude-sonnet-4-5"},
                      Bare{"claude-opus-4.7", "anthropic claude-opus-4-7"},
                      Bare{"glm-4.6", "zai glm-4.6"}, Bare{"qwen-max", "alibaba qwen-max"}));

TEST(ResolveModel, ListsTheCandidatesOfAnAmbiguousName) {
  const std::string message = resolved("gpt-oss-120b");
  EXPECT_EQ(message.rfind("!\"gpt-oss-120b\" is served by several providers; name one: "
                          "\"groq/openai/gpt-oss-120b\", \"cerebras/gpt-oss-120b\"",
                          0),
            0U)
      << message;
}

TEST(ResolveModel, NeverTakesAnOpenModelForOpenAisOwn) {
  EXPECT_NE(resolved("gpt-oss:20b").find("\"ollama/gpt-oss:20b\""), std::string::npos);
}

TEST(ResolveModel, PutsTheNameIntoEachCandidate) {
  EXPECT_NE(resolved("llama-3.3-70b").find("\"together/meta-llama/llama-3.3-70b\""),
            std::string::npos);
}

TEST(ResolveModel, NeverGuessesABareNameThatNobodyOwns) {
  const std::string message = resolved("my-model");
  EXPECT_EQ(message.rfind("!\"my-model\" names no provider; accepted: \"provider/model\"", 0), 0U)
      << message;
}

TEST(ResolveModel, NamesTheNearestProvider) {
  EXPECT_EQ(resolved("opnai/gpt-4o")
                .rfind("!\"opnai\" is no known provider; did you mean "
                       "\"openai\"?",
                       0),
            0U);
}

TEST(ResolveModel, SaysWhereTheKnownProvidersAreListed) {
  EXPECT_EQ(resolved("wholly-unknown/x"),
            "!\"wholly-unknown\" is no known provider. llmgate.providers() lists the known ones; "
            "for any other server that speaks OpenAI's chat API give api_base");
}

TEST(ResolveModel, RefusesAnEmptyName) {
  EXPECT_EQ(resolved("").rfind("!is empty", 0), 0U);
  EXPECT_EQ(resolved("", "openai").rfind("!is empty", 0), 0U);
}

TEST(ResolveModel, RefusesAProviderWithoutAModel) {
  EXPECT_EQ(resolved("openai/"), "!\"openai/\" names a provider but no model");
  EXPECT_EQ(resolved("openai/", "openai"), "!\"openai/\" names a provider but no model");
}

TEST(ResolveModel, RefusesANameThatBeginsWithASlash) { EXPECT_EQ(resolved("/gpt-4o")[0], '!'); }

TEST(ResolveModel, TakesAnyNameForTheServerThatTheCallerNames) {
  EXPECT_EQ(resolved("my-model", "", true), "custom_openai my-model");
  EXPECT_EQ(resolved("vendor/my-model", "", true), "custom_openai vendor/my-model");
  EXPECT_EQ(resolved("gpt-4o", "", true), "custom_openai gpt-4o");
}

TEST(ResolveModel, StillKnowsAProviderBeforeANamedServer) {
  EXPECT_EQ(resolved("groq/x", "", true), "groq x");
}

TEST(ResolveModel, LetsTheGivenProviderDecide) {
  EXPECT_EQ(resolved("anthropic/claude", "openrouter"), "openrouter anthropic/claude");
  EXPECT_EQ(resolved("my-model", "groq"), "groq my-model");
}

TEST(ResolveModel, TakesTheGivenProvidersOwnPrefixOff) {
  EXPECT_EQ(resolved("groq/x", "groq"), "groq x");
}

TEST(ResolveModel, RefusesAGivenProviderThatIsUnknown) {
  EXPECT_EQ(
      resolved("x", "grok").rfind("!\"grok\" is no known provider; did you mean \"groq\"?", 0), 0U);
}

TEST(ResolveModel, MapsAVendorsSlugWhicheverWayTheProviderIsNamed) {
  EXPECT_EQ(resolved("anthropic/claude-opus-4.7"), "anthropic claude-opus-4-7");
  EXPECT_EQ(resolved("anthropic:claude-opus-4.7"), "anthropic claude-opus-4-7");
  EXPECT_EQ(resolved("claude-opus-4.7", "anthropic"), "anthropic claude-opus-4-7");
}

TEST(ResolveModel, NotesAMappedName) {
  const auto mapped = resolve_model("anthropic/claude-opus-4.7", "", false);
  ASSERT_TRUE(mapped.ok());
  ASSERT_EQ(mapped->notes.size(), 1U);
  EXPECT_EQ(mapped->notes[0].action, chat::Action::kMapped);
  EXPECT_EQ(mapped->notes[0].path, "$.model");
  EXPECT_EQ(mapped->notes[0].detail, "claude-opus-4-7");
  EXPECT_TRUE(resolve_model("openai/gpt-4.1", "", false)->notes.empty());
}

TEST(ResolveModel, CutsLongNamesInMessages) {
  const std::string message = resolved(std::string(1000, 'x') + "/y");
  EXPECT_EQ(message.find(std::string(65, 'x')), std::string::npos);
}

TEST(ResolveModel, CutsLongNamesOfSeveralProvidersToo) {
  const std::string message = resolved("llama-" + std::string(1000, 'x'));
  EXPECT_EQ(message.find(std::string(65, 'x')), std::string::npos);
}

}  // namespace
}  // namespace llmgate::providers
