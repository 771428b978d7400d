// Microsoft Azure: OpenAI's and others' models in OpenAI's format, and Claude in Anthropic's. One
// resource answers at several paths; which one is meant is told by the base URL and the version.
#include <array>
#include <string>
#include <utility>

#include "providers/catalog/catalog.h"
#include "providers/resolve_target.h"

namespace llmgate::providers {
namespace {

// The only version that the reference of the model inference API names (read 2026-11).
constexpr std::string_view kModelsVersion = "2024-05-01-preview";

// The v1 API has these in place of dates; without any it is "v1".
bool is_undated(std::string_view version) {
  return version.empty() || is_listed(version, "v1|preview|latest");
}

void set_version(Target& target, std::string_view version) {
  target.query = version.empty() ? "" : "api-version=" + std::string(version);
}

void note_unused_version(const Settings& settings, Target& target) {
  if (!settings.argument("api_version").empty()) {
    target.notes.push_back({chat::Action::kDropped, "$.api_version", "",
                            "the API at this base URL has no dated versions"});
  }
}

// The base URL says already which of the APIs is meant.
Failure take_as_it_is(std::string base, const Settings& settings, const std::string& version,
                      Target& target) {
  if (base.ends_with("/models")) {
    set_version(target, version.empty() ? kModelsVersion : version);
  } else if (base.find("/openai/deployments/") != std::string::npos || is_undated(version)) {
    set_version(target, version);
  } else {
    note_unused_version(settings, target);
  }
  target.base_url = std::move(base);
  return std::nullopt;
}

Failure take_deployment(std::string base, const std::string& version, Target& target) {
  if (host_of(base).ends_with(".services.ai.azure.com") && path_of(base).empty()) {
    target.base_url = std::move(base) + "/models";
  } else if (is_url_safe(target.model, "*")) {  // a Router's pattern, filled in for each call
    target.base_url = std::move(base) + "/openai/deployments/" + target.model;
  } else {
    return bad_request("$.model",
                       "with a dated api_version the model is the deployment's name in the URL; "
                       "accepted: letters, digits, '-', '_', '.'");
  }
  set_version(target, version);
  return std::nullopt;
}

Failure place_at_azure(std::string base, const Settings& settings, Target& target) {
  std::string version = settings.value("api_version");
  if (!version.empty() && !is_url_safe(version)) {
    return settings.in_url("api_version").error();
  }
  if (path_of(base).find("/anthropic") != std::string_view::npos) {
    target.provider = find_speaker("azure", wire::anthropic_messages_format());
    constexpr std::string_view kMessages = "/messages";
    if (base.ends_with(kMessages)) {
      base.resize(base.size() - kMessages.size());
    }
    target.base_url = with_base_path(*target.provider, std::move(base));
    note_unused_version(settings, target);
    return std::nullopt;
  }
  if (base.find("/openai/deployments/") != std::string::npos || base.ends_with("/models") ||
      base.ends_with("/v1")) {
    return take_as_it_is(std::move(base), settings, version, target);
  }
  constexpr std::string_view kOpenAi = "/openai";
  if (base.ends_with(kOpenAi)) {
    base.resize(base.size() - kOpenAi.size());
  }
  if (!is_undated(version)) {
    return take_deployment(std::move(base), version, target);
  }
  target.base_url = std::move(base) + "/openai/v1";
  set_version(target, version);
  return std::nullopt;
}

constexpr std::array kSettings = std::to_array<Setting>({
    {.name = "api_version", .variables = "AZURE_API_VERSION|OPENAI_API_VERSION"},
});

constexpr Setting kToken{.name = "azure_ad_token",
                         .variables = "AZURE_AD_TOKEN|AZURE_OPENAI_AD_TOKEN"};

constexpr std::array kResource = std::to_array<Setting>({
    {.variables = "ANTHROPIC_FOUNDRY_RESOURCE"},
});

const std::array kCards = std::to_array<Provider>({
    {.name = "azure",
     .aliases = "azure_openai",
     .base_url = "",
     .base_variables = "AZURE_API_BASE|AZURE_OPENAI_ENDPOINT",
     .key_variables = "AZURE_API_KEY|AZURE_OPENAI_API_KEY",
     .token = kToken,
     .key_style = KeyStyle::kApiKey,
     .settings = kSettings,
     .place = place_at_azure,
     .dialect = {.provider = "azure", .takes_extensions = false, .rules = kReasoningLimitRules},
     .source = "Azure OpenAI docs, v1 API and REST API reference, 2026-11; recordings for URLs"},
    {.name = "azure_ai",
     .aliases = "azure_foundry",
     .base_url = "",
     .base_variables = "AZURE_AI_API_BASE|AZURE_API_BASE",
     .key_variables = "AZURE_AI_API_KEY|AZURE_API_KEY",
     .token = kToken,
     .key_style = KeyStyle::kApiKey,
     .settings = kSettings,
     .place = place_at_azure,
     .dialect = {.provider = "azure_ai", .rules = kReasoningLimitRules},
     .source = "Azure AI Model Inference REST API reference, 2026-11; recordings for URLs"},
    {.name = "azure_anthropic",
     .main_card = "azure",
     .format = wire::anthropic_messages_format,
     .base_url = "https://{ANTHROPIC_FOUNDRY_RESOURCE}.services.ai.azure.com/anthropic/v1",
     .base_path = "/v1",
     .endpoint = "/messages",
     .base_variables = "ANTHROPIC_FOUNDRY_BASE_URL",
     .key_variables = "ANTHROPIC_FOUNDRY_API_KEY|AZURE_API_KEY",
     .token = kToken,
     .key_style = KeyStyle::kXApiKey,
     .headers = kAnthropicHeaders,
     .settings = kResource,
     .dialect = {.provider = "azure_anthropic"},
     .source = "Claude docs, Claude in Microsoft Foundry, 2026-11; recordings for the header"},
});

}  // namespace

std::span<const Provider> azure_cards() { return kCards; }

}  // namespace llmgate::providers
