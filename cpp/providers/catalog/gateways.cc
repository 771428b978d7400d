// Relays to the models of many vendors, in OpenAI's chat format.
#include <array>
#include <string_view>

#include "providers/catalog/catalog.h"

namespace llmgate::providers {
namespace {

// OpenRouter docs, "API Reference", "Provider Routing" and "Model Fallbacks", 2026-11.
constexpr std::array kOpenRouterMembers = std::to_array<std::string_view>({"models",
                                                                           "route",
                                                                           "provider",
                                                                           "preset",
                                                                           "plugins",
                                                                           "transforms",
                                                                           "reasoning",
                                                                           "include_reasoning",
                                                                           "usage",
                                                                           "session_id",
                                                                           "trace",
                                                                           "top_k",
                                                                           "top_a",
                                                                           "min_p",
                                                                           "repetition_penalty",
                                                                           "structured_outputs",
                                                                           "image_config",
                                                                           "stop_server_tools_when",
                                                                           "cache_control",
                                                                           "prompt_cache_options",
                                                                           "debug"});

const std::array kCards = std::to_array<Provider>({
    {.name = "openrouter",
     .base_url = "https://openrouter.ai/api/v1",
     .base_variables = "OPENROUTER_API_BASE",
     .key_variables = "OPENROUTER_API_KEY",
     .dialect = {.provider = "openrouter", .members = kOpenRouterMembers},
     .source = "OpenRouter docs, API Overview, 2026-11"},
    {.name = "vercel-gateway",
     .aliases = "vercel_ai_gateway|vercel",
     .base_url = "https://ai-gateway.vercel.sh/v1",
     .base_variables = "VERCEL_AI_GATEWAY_API_BASE",
     .key_variables = "AI_GATEWAY_API_KEY|VERCEL_AI_GATEWAY_API_KEY",
     .dialect = {.provider = "vercel-gateway"},
     .source = "Vercel docs, AI Gateway OpenAI-compatible API, 2026-11"},
    {.name = "requesty",
     .base_url = "https://router.requesty.ai/v1",
     .base_variables = "REQUESTY_API_BASE",
     .key_variables = "REQUESTY_API_KEY",
     .dialect = {.provider = "requesty"},
     .source = "public clients of Requesty, 2026-11"},
    {.name = "helicone",
     .base_url = "https://ai-gateway.helicone.ai/v1",
     .base_variables = "HELICONE_API_BASE",
     .key_variables = "HELICONE_API_KEY",
     .dialect = {.provider = "helicone"},
     .source = "Helicone docs, AI Gateway; models.dev, 2026-11"},
    {.name = "poe",
     .base_url = "https://api.poe.com/v1",
     .base_variables = "POE_API_BASE",
     .key_variables = "POE_API_KEY",
     .dialect = {.provider = "poe", .rules = kOlderLimitRules},
     .source = "Poe docs, OpenAI-compatible API; models.dev, 2026-11; LiteLLM for the limit"},
    {.name = "nanogpt",
     .aliases = "nano-gpt",
     .base_url = "https://nano-gpt.com/api/v1",
     .base_variables = "NANOGPT_API_BASE",
     .key_variables = "NANO_GPT_API_KEY|NANOGPT_API_KEY",
     .dialect = {.provider = "nanogpt", .rules = kOlderLimitRules},
     .source = "NanoGPT docs; models.dev, 2026-11; LiteLLM for the limit"},
    {.name = "aihubmix",
     .base_url = "https://aihubmix.com/v1",
     .base_variables = "AIHUBMIX_API_BASE",
     .key_variables = "AIHUBMIX_API_KEY",
     .dialect = {.provider = "aihubmix"},
     .source = "AIHubMix docs; LiteLLM provider list, 2026-11"},
    {.name = "zenmux",
     .base_url = "https://zenmux.ai/api/v1",
     .base_variables = "ZENMUX_API_BASE",
     .key_variables = "ZENMUX_API_KEY",
     .dialect = {.provider = "zenmux"},
     .source = "ZenMux docs; models.dev, 2026-11"},
    {.name = "aimlapi",
     .aliases = "aiml",
     .base_url = "https://api.aimlapi.com/v1",
     .base_variables = "AIML_API_BASE",
     .key_variables = "AIML_API_KEY|AIMLAPI_API_KEY",
     .dialect = {.provider = "aimlapi"},
     .source = "public clients of AI/ML API, 2026-11"},
    {.name = "cortecs",
     .base_url = "https://api.cortecs.ai/v1",
     .base_variables = "CORTECS_API_BASE",
     .key_variables = "CORTECS_API_KEY",
     .dialect = {.provider = "cortecs"},
     .source = "Cortecs docs; models.dev, 2026-11"},
});

}  // namespace

std::span<const Provider> gateways_cards() { return kCards; }

}  // namespace llmgate::providers
