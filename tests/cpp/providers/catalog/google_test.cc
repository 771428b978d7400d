#include <gtest/gtest.h>

#include "support/cards.h"
#include "support/resolved_targets.h"

namespace llmgate::providers {
namespace {

using test::Call;
using test::card;
using test::header_of;
using test::refusal_of;
using test::target_of;

constexpr const char* kGemini = "https://generativelanguage.googleapis.com/v1beta";

Call vertex(std::vector<GivenSetting> settings, std::string model = "gemini-2.5-pro",
            std::string base = "") {
  return {.model = "vertex_ai/" + std::move(model),
          .api_base = std::move(base),
          .settings = std::move(settings)};
}

TEST(GeminiCard, SendsItsKeyInItsOwnHeader) {
  EXPECT_EQ(header_of({"gemini/m"}, "x-goog-api-key"), "key-1");
  EXPECT_EQ(header_of({"gemini/m"}, "authorization"), "absent");
}

TEST(GeminiCard, SendsAnAccessTokenAsABearer) {
  EXPECT_EQ(header_of({.model = "gemini/m", .api_key = "ya29.token"}, "authorization"),
            "Bearer ya29.token");
}

TEST(GeminiCard, TakesBaseUrlsWithAndWithoutTheirVersion) {
  EXPECT_EQ(target_of({"gemini/m"}).base_url, kGemini);
  EXPECT_EQ(target_of({"gemini/m", "https://generativelanguage.googleapis.com/"}).base_url,
            kGemini);
  EXPECT_EQ(target_of({"gemini/m", kGemini}).base_url, kGemini);
  EXPECT_EQ(target_of({"gemini/m", "http://relay/google-ai-studio"}).base_url,
            "http://relay/google-ai-studio/v1beta");
  EXPECT_EQ(target_of({"gemini/m", "http://relay/v1alpha"}).base_url, "http://relay/v1alpha");
}

TEST(GeminiCard, AnswersToItsOtherNames) {
  EXPECT_EQ(&card("google"), &card("gemini"));
  EXPECT_EQ(&card("google_ai_studio"), &card("gemini"));
}

TEST(GeminiOpenAiCard, IsTakenWhereTheBaseUrlSaysSo) {
  const Call call{"gemini/m", std::string(kGemini) + "/openai"};
  EXPECT_EQ(target_of(call).provider->name, "gemini_openai");
  EXPECT_EQ(target_of(call).base_url, std::string(kGemini) + "/openai");
  EXPECT_EQ(header_of(call, "authorization"), "Bearer key-1");
  EXPECT_EQ(header_of(call, "x-goog-api-key"), "absent");
}

TEST(GeminiOpenAiCard, StillNeedsAKeyAtItsOwnAddress) {
  EXPECT_FALSE(test::resolve({"gemini/m", std::string(kGemini) + "/openai", ""}).ok());
}

TEST(VertexCard, LivesAtItsLocation) {
  const std::string tail = "/v1/projects/p-1/locations/";
  const auto url = [](const std::string& location) {
    return target_of(vertex({{"vertex_project", "p-1"}, {"vertex_location", location}})).base_url;
  };
  EXPECT_EQ(url("us-east5"),
            "https://us-east5-aiplatform.googleapis.com" + tail + "us-east5/publishers/google");
  EXPECT_EQ(url("global"), "https://aiplatform.googleapis.com" + tail + "global/publishers/google");
  EXPECT_EQ(url("eu"), "https://aiplatform.eu.rep.googleapis.com" + tail + "eu/publishers/google");
  EXPECT_EQ(url("us"), "https://aiplatform.us.rep.googleapis.com" + tail + "us/publishers/google");
}

TEST(VertexCard, ReadsProjectAndLocationFromTheEnvironment) {
  for (const std::string project : {"VERTEXAI_PROJECT", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT"}) {
    for (const std::string location : {"VERTEXAI_LOCATION", "GOOGLE_CLOUD_LOCATION"}) {
      Call call = vertex({});
      call.variables = {{project, "p-1"}, {location, "us-east5"}};
      EXPECT_EQ(target_of(call).base_url,
                "https://us-east5-aiplatform.googleapis.com/v1/projects/p-1/locations/us-east5/"
                "publishers/google");
    }
  }
}

TEST(VertexCard, KnowsLiteLlmsOtherNamesOfItsArguments) {
  EXPECT_EQ(
      target_of(vertex({{"vertex_ai_project", "p"}, {"vertex_ai_location", "us-east5"}})).base_url,
      "https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5/"
      "publishers/google");
}

TEST(VertexCard, GoesToTheGlobalHostByDefault) {
  EXPECT_EQ(target_of(vertex({{"vertex_project", "p"}})).base_url,
            "https://aiplatform.googleapis.com/v1/projects/p/locations/global/publishers/google");
}

TEST(VertexCard, SaysHowAProjectIsGiven) {
  EXPECT_EQ(refusal_of(vertex({})),
            "$.vertex_project provider \"vertex_ai\" needs it for its URL; give vertex_project or "
            "set VERTEXAI_PROJECT, GOOGLE_CLOUD_PROJECT or GCLOUD_PROJECT");
}

TEST(VertexCard, RefusesAProjectOrLocationThatWouldChangeTheUrl) {
  EXPECT_EQ(refusal_of(vertex({{"vertex_project", "a/b"}})).rfind("$.vertex_project ", 0), 0U);
  for (const std::string location : {"evil.com/", "a/b", "x:80", ".."}) {
    EXPECT_EQ(refusal_of(vertex({{"vertex_project", "p"}, {"vertex_location", location}}))
                  .rfind("$.vertex_location ", 0),
              0U)
        << location;
  }
}

TEST(VertexCard, PutsAnotherHostBeforeTheProject) {
  const std::vector<GivenSetting> settings{{"vertex_project", "p"}, {"vertex_location", "l"}};
  const std::string tail = "/projects/p/locations/l/publishers/google";
  EXPECT_EQ(target_of(vertex(settings, "m", "http://relay")).base_url, "http://relay/v1" + tail);
  EXPECT_EQ(target_of(vertex(settings, "m", "http://relay/v1beta1")).base_url,
            "http://relay/v1beta1" + tail);
}

TEST(VertexCard, TakesAWholeUrlAsItIs) {
  for (const std::string base : {"http://relay/v1/projects/q/locations/l/publishers/google",
                                 "http://relay/v1/publishers/google"}) {
    EXPECT_EQ(target_of(vertex({}, "m", base)).base_url, base);
  }
}

TEST(VertexCard, LeavesToAWholeModelNameWhatItSays) {
  const std::vector<GivenSetting> settings{{"vertex_project", "p"}};
  EXPECT_EQ(target_of(vertex(settings, "publishers/google/models/m")).base_url,
            "https://aiplatform.googleapis.com/v1/projects/p/locations/global");
  EXPECT_EQ(target_of(vertex({}, "projects/q/locations/l/endpoints/1")).base_url,
            "https://aiplatform.googleapis.com/v1");
}

TEST(VertexCard, SendsAnAccessTokenAsABearer) {
  Call call = vertex({{"vertex_project", "p"}});
  EXPECT_EQ(header_of(call, "authorization"), "Bearer key-1");
  call.api_key = "";
  for (const std::string name : {"VERTEXAI_ACCESS_TOKEN", "GOOGLE_ACCESS_TOKEN"}) {
    call.variables = {{name, "token-2"}};
    EXPECT_EQ(header_of(call, "authorization"), "Bearer token-2");
  }
}

TEST(VertexCard, TakesAnApiKeyWithoutAProject) {
  Call call = vertex({});
  call.api_key = "AIza-1";
  EXPECT_EQ(header_of(call, "x-goog-api-key"), "AIza-1");
  EXPECT_EQ(target_of(call).base_url, "https://aiplatform.googleapis.com/v1/publishers/google");
}

TEST(VertexCard, NeedsAToken) {
  Call call = vertex({{"vertex_project", "p"}});
  call.api_key = "";
  EXPECT_EQ(refusal_of(call),
            "$.api_key provider \"vertex_ai\" needs a key; give api_key or set "
            "VERTEXAI_ACCESS_TOKEN");
}

TEST(VertexCard, RefusesClaudeByName) {
  EXPECT_EQ(refusal_of(vertex({{"vertex_project", "p"}}, "claude-opus-4-7"))
                .rfind("$.model Claude on Vertex", 0),
            0U);
}

TEST(VertexOpenAiCard, LivesBesideIt) {
  EXPECT_EQ(target_of({.model = "vertex_openai/google/gemini-2.5-flash",
                       .settings = {{"vertex_project", "p"}, {"vertex_location", "us-east5"}}})
                .base_url,
            "https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5/"
            "endpoints/openapi");
}

}  // namespace
}  // namespace llmgate::providers
