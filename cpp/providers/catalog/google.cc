// Gemini by Google's two hosts, each in Gemini's own format and in OpenAI's.
#include <array>
#include <string>
#include <utility>

#include "providers/catalog/catalog.h"
#include "providers/resolve_target.h"

namespace llmgate::providers {
namespace {

Failure place_gemini(std::string base, const Settings& /*settings*/, Target& target) {
  if (base.ends_with("/openai")) {
    target.provider = find_speaker("gemini", wire::openai_chat_format());
    target.base_url = std::move(base);
    return std::nullopt;
  }
  target.base_url = base.empty() ? std::string(target.provider->base_url)
                                 : with_base_path(*target.provider, std::move(base));
  return std::nullopt;
}

// "global" and the multi-regions have hosts of their own shape (Vertex AI docs, Deployments and
// endpoints, read 2026-11).
std::string vertex_host(const std::string& location) {
  if (location == "global") {
    return "https://aiplatform.googleapis.com";
  }
  if (location == "us" || location == "eu") {
    return "https://aiplatform." + location + ".rep.googleapis.com";
  }
  return "https://" + location + "-aiplatform.googleapis.com";
}

// `collection`: what follows the location, unless the model's name says it itself.
Failure place_at_vertex(std::string base, std::string_view collection, const Settings& settings,
                        Target& target) {
  if (base.find("/projects/") != std::string::npos ||
      base.find("/publishers/") != std::string::npos) {
    target.base_url = std::move(base);
    return std::nullopt;
  }
  const auto location = settings.in_url("vertex_location");
  if (!location) {
    return location.error();
  }
  base = with_base_path(*target.provider, base.empty() ? vertex_host(*location) : std::move(base));
  const bool is_express =
      target.key_style == KeyStyle::kGoogleApiKey && settings.value("vertex_project").empty();
  if (!is_express && !target.model.starts_with("projects/")) {
    const auto project = settings.in_url("vertex_project");
    if (!project) {
      return project.error();
    }
    base += "/projects/" + *project + "/locations/" + *location;
  }
  const bool is_whole_name =
      target.model.starts_with("projects/") || target.model.starts_with("publishers/");
  target.base_url = std::move(base.append(is_whole_name ? "" : collection));
  return std::nullopt;
}

Failure place_vertex(std::string base, const Settings& settings, Target& target) {
  if (target.model.starts_with("claude-")) {
    return bad_request("$.model",
                       "Claude on Vertex is not spoken yet; accepted: Gemini models, or "
                       "\"anthropic/...\" for Claude at Anthropic");
  }
  return place_at_vertex(std::move(base), "/publishers/google", settings, target);
}

Failure place_vertex_openai(std::string base, const Settings& settings, Target& target) {
  return place_at_vertex(std::move(base), "/endpoints/openapi", settings, target);
}

// Google's own SDK goes to "global" where nothing is said (google-genai, read 2026-11).
constexpr std::array kVertexSettings = std::to_array<Setting>({
    {.name = "vertex_project",
     .aliases = "vertex_ai_project",
     .variables = "VERTEXAI_PROJECT|GOOGLE_CLOUD_PROJECT|GCLOUD_PROJECT",
     .also = ":"},
    {.name = "vertex_location",
     .aliases = "vertex_ai_location",
     .variables = "VERTEXAI_LOCATION|GOOGLE_CLOUD_LOCATION",
     .fallback = "global"},
});

constexpr std::string_view kVertexTokens = "VERTEXAI_ACCESS_TOKEN|GOOGLE_ACCESS_TOKEN";

const std::array kCards = std::to_array<Provider>({
    {.name = "gemini",
     .aliases = "google|google_ai_studio",
     .format = wire::gemini_generate_format,
     .base_url = "https://generativelanguage.googleapis.com/v1beta",
     .base_path = "/v1beta",
     .base_variables = "GEMINI_API_BASE",
     .key_variables = "GEMINI_API_KEY|GOOGLE_API_KEY",
     .key_style = KeyStyle::kGoogleApiKey,
     .other_keys = {"ya29.", KeyStyle::kBearer},
     .place = place_gemini,
     .dialect = {.provider = "gemini", .markerless = true},
     .source = "Gemini API reference, generateContent, 2026-11; recordings for streams"},
    {.name = "gemini_openai",
     .aliases = "google_openai",
     .main_card = "gemini",
     .base_url = "https://generativelanguage.googleapis.com/v1beta/openai",
     .base_variables = "GEMINI_OPENAI_API_BASE",
     .key_variables = "GEMINI_API_KEY|GOOGLE_API_KEY",
     .key_style = KeyStyle::kBearer,
     .dialect = {.provider = "gemini_openai", .reasoning_outside_completion = true},
     .source = "Gemini API docs, OpenAI compatibility, 2026-11; recordings for usage"},
    {.name = "vertex_ai",
     .aliases = "vertex|vertexai|google_vertex",
     .format = wire::gemini_generate_format,
     .base_url = "https://{vertex_location}-aiplatform.googleapis.com/v1/projects/{vertex_project}/"
                 "locations/{vertex_location}/publishers/google",
     .base_path = "/v1",
     .base_variables = "VERTEXAI_API_BASE",
     .key_variables = kVertexTokens,
     .key_style = KeyStyle::kBearer,
     .other_keys = {"AIza|AQ.", KeyStyle::kGoogleApiKey},
     .settings = kVertexSettings,
     .place = place_vertex,
     .dialect = {.provider = "vertex_ai", .markerless = true},
     .source = "Vertex AI docs, generateContent and Deployments, 2026-11; recordings for URLs"},
    {.name = "vertex_openai",
     .main_card = "vertex_ai",
     .base_url = "https://{vertex_location}-aiplatform.googleapis.com/v1/projects/{vertex_project}/"
                 "locations/{vertex_location}/endpoints/openapi",
     .base_path = "/v1",
     .base_variables = "VERTEX_OPENAI_API_BASE",
     .key_variables = kVertexTokens,
     .key_style = KeyStyle::kBearer,
     .settings = kVertexSettings,
     .place = place_vertex_openai,
     .dialect = {.provider = "vertex_openai"},
     .source = "Vertex AI docs, Call Vertex AI models by using the OpenAI library, 2026-11"},
});

}  // namespace

std::span<const Provider> google_cards() { return kCards; }

}  // namespace llmgate::providers
